"""Policies of 20 and of 2000 rules on content for scripts/bench. None of them refuses anything."""
import glob
import subprocess

from harness.daemon import program

# The sort a provider writes: phrases and expressions, on what people read and on what files are called.
TWENTY = r'''
text has "you have won the lottery"
text =~ /\b(?:viagra|cialis|levitra)\b/i
text has "no prescription needed"
text =~ /\bwork\s+from\s+home\b.*\bper\s+week\b/i
text has "build your downline"
text =~ /\beliminate\s+(?:all\s+)?your\s+debts?\b/i
subject =~ /\b(?:casino|free\s+spins)\b/i
text has "deposit bonus"
text =~ /\bpayday\s+loans?\b/i
text has "lowest mortgage rates"
text =~ /\bstrong\s+buy\b.*\btarget\s+price\b/i
text =~ /\b\d+\s+million\s+(?:e-?mail\s+)?addresses\b/i
text has "escort service"
text =~ /\blose\s+\d+\s+(?:pounds|kg|kilos)\b/i
text =~ /\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b/
text =~ /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b/
text =~ /\bMRN[ :#]*\d{6,10}\b/
text has "verify your account password"
attachment.name =~ /\.(?:exe|scr|js|vbs|bat)$/i
attachment.name =~ /\.(?:pdf|docx?|xlsx?)\.[a-z]{2,4}$/i
'''.strip().splitlines()


def twenty():
    return [f'rule t{n} {{ mode audit; when {condition}; reject 550 5.7.1 "no" }}'
            for n, condition in enumerate(TWENTY)]


def spamassassin():
    """The rules SpamAssassin brings, as spillwayctl carries them over; none where it is missing."""
    files = sorted(glob.glob("/usr/share/spamassassin/*.cf"))
    if not files:
        return []
    done = subprocess.run([program("spillwayctl"), "import", "spamassassin", *files],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rules = done.stdout.split("\nrule ")
    return ["rule " + rule for rule in rules[1:]]


def phrases(count):
    """Expressions of the common sort: two words, of which one may vary."""
    return [f'rule p{n} {{ mode audit; when text =~ /\\bword{n}\\s+(?:number|letter){n}\\b/i; '
            f'reject 550 5.7.1 "no" }}' for n in range(count)]


def origin(count):
    carried = len(spamassassin()[:count])
    return f"{carried} of SpamAssassin, {count - carried} phrases"


def policy(count):
    """As text; of 2000 rules as many as there are come from SpamAssassin."""
    rules = twenty() if count == 20 else spamassassin()[:count]
    return "\n".join([*rules, *phrases(count - len(rules))])
