"""A real Dovecot that serves empty POP3 mailboxes, and a client for it.

Everybody's password is SECRET. As root, for Dovecot becomes several users.
"""

import socket

from .daemon import ROOT, program
from .processes import PATIENCE, Process, eventually, free_port

EXAMPLE = ROOT / "postfix-examples" / "dovecot-pop3-gate.conf"
PROGRAM = "/usr/sbin/dovecot"
SECRET = "secret"

CONFIGURATION = """
base_dir = {folder}
state_dir = {folder}/state
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
# A program with sanitizers reserves more address space than any real one has.
default_vsz_limit = 0
passdb {{
  driver = static
  args = password={secret}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


class Dovecot:
    """With the example of the gate as it stands, but for the places of its program and socket."""

    def __init__(self, place, gate):
        self.folder = place.folder("dovecot")
        place.folder("dovecot/mail", mode=0o1777)
        self.port = free_port()
        example = EXAMPLE.read_text()
        installed = "/usr/bin/spillwayctl pop3-gate"
        assert installed in example
        script = f"{program('spillwayctl').resolve()} pop3-gate --gate {gate}"
        text = CONFIGURATION.format(folder=self.folder, port=self.port, secret=SECRET) + example.replace(installed, script)
        self.config = place.write("dovecot.conf", text)
        self.process = Process([PROGRAM, "-F", "-c", self.config], self.folder / "output")
        place.own(self)
        eventually(self._answers, lambda: f"Dovecot to answer\n{self.process.text()}\n{self.log()}")

    def _answers(self):
        try:
            with Pop3(self.port):
                return True
        except OSError:
            return False

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def expect_log(self, text):
        eventually(lambda: text in self.log(), lambda: f"{text!r} in\n{self.log()}")

    def log_in(self, user, client="127.0.0.1"):
        """The answer to PASS; a mailbox that was opened is used and left."""
        with Pop3(self.port, client) as pop3:
            assert pop3.say(f"USER {user}") == "+OK"
            answer = pop3.say(f"PASS {SECRET}")
            if answer.startswith("+OK"):
                assert pop3.say("STAT") == "+OK 0 0"
                assert pop3.say("QUIT").startswith("+OK")
            else:
                assert pop3.line() == "", "the connection stays open after a refusal"
            return answer

    def stop(self):
        self.process.stop()


class Pop3:
    """One connection, from an address of this machine."""

    def __init__(self, port, client="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (client, 0))
        self.stream = self.socket.makefile("rb")
        if not self.line().startswith("+OK"):
            raise ConnectionError("no greeting")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def line(self):
        return self.stream.readline().decode().rstrip("\r\n")

    def say(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        return self.line()
