"""A private Sendmail of Debian's packages, unpacked and not installed, with the example verbatim.

Runs in mount, UTS and process namespaces of its own: there /run, where the example has its socket, is
a folder of the test, the host has a dotted name (Sendmail waits a minute for one), and whatever it
forks ends with it. Needs root; no systemd, no DNS.
"""

import functools
import os
import pathlib
import shutil
import smtplib
import subprocess

from .daemon import ROOT
from .postfix import EXAMPLES, submit
from .processes import PATIENCE, Process, eventually, free_port

PROGRAMS = ROOT / "build" / "sendmail"
PROGRAM = PROGRAMS / "usr/libexec/sendmail/sendmail"
NAMESPACES = ["--uts", "--mount", "--pid"]
HOST = "sm.test"
# sendmail(1) drops its rights to this user; Debian's smmsp comes with the package only.
WEB_USER = "nobody"

# What only a test needs; the load of a busy machine must not stop it.
SETTINGS = """
OSTYPE(`linux')dnl
define(`QUEUE_DIR', `{folder}/{queue}')dnl
define(`confPID_FILE', `{folder}/{queue}.pid')dnl
define(`STATUS_FILE', `{folder}/{queue}.st')dnl
define(`ALIAS_FILE', `')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/service.switch')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0s')dnl
define(`confQUEUE_LA', `999')dnl
define(`confREFUSE_LA', `999')dnl
define(`confDELAY_LA', `0')dnl
"""

SERVER = """
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink_port}')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port={port}')dnl
include(`{example}')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
"""

SUBMISSION = """
define(`MSP_QUEUE_DIR', `{folder}/{queue}')dnl
define(`confRUN_AS_USER', `{user}')dnl
define(`confTRUSTED_USER', `{user}')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {port}')dnl
FEATURE(`msp', `[127.0.0.1]')dnl
"""


@functools.cache
def why_not():
    """Why no Sendmail can run here; None when one can."""
    if os.geteuid() != 0:
        return "Sendmail starts only as root"
    unshared = subprocess.run(["unshare", *NAMESPACES, "--fork", "true"], capture_output=True)
    if unshared.returncode != 0:
        return "no right to unshare here: " + unshared.stderr.decode().strip()
    fetched = subprocess.run([ROOT / "scripts/fetch-sendmail", PROGRAMS], capture_output=True)
    if fetched.returncode != 0:
        return fetched.stderr.decode().strip().splitlines()[-1]
    return None


def _environment():
    [libraries] = {path.parent for path in PROGRAMS.glob("usr/lib/*/libsigsegv.so.2")}
    return {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


class Sendmail:
    """Delivers everything to `sink`. The example's socket is `milter_socket` outside its namespace."""

    def __init__(self, place, sink, *, name="sendmail"):
        self.folder = place.folder(name)
        self.run_folder = place.folder(f"{name}/run")
        self.milter_socket = place.folder(f"{name}/run/spillway") / "milter.sock"
        self.port = free_port()
        self.queue = place.folder(f"{name}/mqueue", 0o700)
        self.client_queue = place.folder(f"{name}/clientmqueue", 0o770)
        shutil.chown(self.client_queue, WEB_USER)
        (self.folder / "service.switch").write_text("hosts files\naliases files\n")
        self.config = self._configure("mqueue", SERVER, sink_port=sink.port, port=self.port,
                                      example=EXAMPLES / "sendmail.mc")
        self.submit_config = self._configure("clientmqueue", SUBMISSION, port=self.port,
                                             user=WEB_USER)
        self.process = None
        place.own(self)
        self.start()

    def _configure(self, queue, settings, **values):
        """A sendmail.cf of SETTINGS and `settings`, named after its queue."""
        source = (SETTINGS + settings).format(folder=self.folder, queue=queue, **values)
        (self.folder / f"{queue}.mc").write_text(source)
        library = PROGRAMS / "usr/share/sendmail/cf"
        made = subprocess.run([PROGRAMS / "usr/bin/m4", f"-D_CF_DIR_={library}/",
                               library / "m4/cf.m4", self.folder / f"{queue}.mc"],
                              env=_environment(), capture_output=True)
        if made.returncode:
            raise AssertionError(f"no {queue}.cf: {made.stderr.decode()}")
        config = self.folder / f"{queue}.cf"
        config.write_bytes(made.stdout)
        return config

    # --- running -------------------------------------------------------------------------------

    def start(self):
        script = f'hostname {HOST}; mount --bind {self.run_folder} /run; exec "$@"'
        self.process = Process(["unshare", *NAMESPACES, "--fork", "--kill-child", "sh", "-ec", script,
                                "sh", PROGRAM, f"-C{self.config}", "-bD"],
                               self.folder / "output", env=_environment())
        eventually(self._greets, lambda: "Sendmail to greet:\n" + self.process.text())

    def _greets(self):
        if self.process.exit_code is not None:
            raise AssertionError("Sendmail did not start:\n" + self.process.text())
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE):
                return True
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.kill()

    def _inside(self, *command, **options):
        """Runs a command where Sendmail runs: its exit code and output."""
        enter = ["nsenter", f"--target={self.process.pid}", "--uts", "--mount"]
        done = subprocess.run([*enter, *map(str, command)], env=_environment(), timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
        return done.returncode, done.stdout.decode(errors="replace")

    def _run(self, *words):
        """Sendmail once more with the server's configuration; its output."""
        code, text = self._inside(PROGRAM, f"-C{self.config}", *words)
        if code:
            raise AssertionError(f"sendmail {' '.join(words)} ended with {code}:\n{text}")
        return text

    # --- queue ---------------------------------------------------------------------------------

    def held(self):
        """What mailq -qQ lists."""
        return self._run("-bp", "-qQ")

    def queue_file(self, kind, queue_id):
        """A file of the queue, "hf" the control file of held mail, "df" its body."""
        return (self.queue / f"{kind}{queue_id}").read_text(errors="replace")

    def release(self, queue_id):
        """No longer held, and sent at once."""
        # -qQ: among held mail; -qI: this one; -Q without a reason: no longer held.
        self._run("-qQ", f"-qI{queue_id}", "-Q")
        self._run(f"-qI{queue_id}")

    def empty_queue(self):
        """Waits for mail on its way, so that the next test does not meet it; held mail is deleted."""
        eventually(lambda: not list(self.queue.glob("qf*")),
                   lambda: "an empty queue:\n" + self._run("-bp"))
        for path in self.queue.iterdir():
            path.unlink(missing_ok=True)

    # --- sending -------------------------------------------------------------------------------

    def client(self):
        """An smtplib client, said EHLO."""
        client = smtplib.SMTP("127.0.0.1", self.port, "client.test", timeout=PATIENCE)
        client.ehlo()
        return client

    def send(self, message, *, sender, recipients):
        """One message; its queue id. Raises Refused at the first command refused."""
        with self.client() as client:
            # 250 2.0.0 ID Message accepted for delivery
            return submit(client, message, sender, recipients).split()[2]

    def sendmail(self, message, *recipients, sender):
        """sendmail(1), as PHP and cron use it: the submission program, as a user without rights.

        Its exit code and output.
        """
        drop = ["setpriv", f"--reuid={WEB_USER}", "--regid=nogroup", "--clear-groups"]
        return self._inside(*drop, PROGRAM, f"-C{self.submit_config}", "-Am", "-i", "-f", sender,
                            *recipients, input=message.encode())
