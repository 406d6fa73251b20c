"""The policy most tests of this folder run: something to refuse, to hold, to count and to edit."""

from harness.letters import letter

FORBIDDEN = "blue moon offer"
REPORT = "X-Spillway-Report"

OFFICE = """
map blocked addresses inline [ nobody@blocked.example, blocked-domain.example ]

limit domain-hour {
    scope domain
    count recipients
    rate  100000 / 1h
    over  reject 552 5.7.1 "%{limit}: %{used} of %{max} used, next free at %{next}"
}

rule tidy      { remove-header "X-Spillway-Report"; add-header "X-Spillway-Report" "abuse@%{domain}" }
rule blocked   { when rcpt in blocked; reject 550 5.7.1 "100% refused by rule %{rule}" }
rule forbidden { when text has "blue moon offer"; reject 550 5.7.1 "Rule %{rule}: this phrase may not leave" }
rule held      { when text has "internal only"; quarantine "marked as internal" }
"""

ORDINARY = letter()
SPAM = letter(f"Take our {FORBIDDEN} today.\n")
KEY = "domain-hour:domain:customer.example"
