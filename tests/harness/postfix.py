"""A private Postfix beside any other: own folders, ports and log, the project's examples verbatim.

The configuration is Debian's own, then postfix-examples/ as they are, then what only a test needs
(folders, ports, where mail goes). Needs root, as Postfix does; no systemd, no DNS.
"""

import json
import os
import pathlib
import re
import shutil
import smtplib
import subprocess

from .daemon import ROOT
from .dovecot import Dovecot
from .processes import PATIENCE, Process, eventually, free_port

EXAMPLES = ROOT / "postfix-examples"
MASTER = pathlib.Path("/usr/share/postfix/master.cf.dist")
PASSWORD = "correct horse"


class Refused(AssertionError):
    """An SMTP command was answered 4xx or 5xx; `code` and `text` are the reply."""

    def __init__(self, code, text):
        self.code = code
        self.text = text.decode() if isinstance(text, bytes) else text
        super().__init__(f"{code} {self.text}")


class Postfix:
    """Delivers everything to `sink`. `logins` may submit with PASSWORD.

    The milter socket that the examples name is `milter_socket`; start spillwayd on it first.
    """

    def __init__(self, place, sink, logins=(), *, name="postfix", settings=None):
        self.folder = place.folder(name)
        self.queue = place.folder(f"{name}/spool")
        self.config = place.folder(f"{name}/etc")
        self.log_file = self.folder / "mail.log"
        self._log_start = 0
        self.milter_socket = place.folder(f"{name}/spool/spillway", 0o755) / "milter.sock"
        self.smtp_port, self.submission_port = free_port(), free_port()
        self.process = None
        data = place.folder(f"{name}/data", 0o700)
        shutil.chown(data, "postfix")
        place.folder(f"{name}/spool/private")
        self._configure(data, sink.port, settings or {})
        shutil.chown(self.queue / "private", "postfix")
        (self.queue / "private").chmod(0o700)
        self._dovecot = place.own(Dovecot(self.queue / "private/auth",
                                          {login: PASSWORD for login in logins}))
        shutil.chown(self.queue / "private/auth", "postfix")
        place.own(self)
        self.start()

    # --- configuration -------------------------------------------------------------------------

    def _configure(self, data, sink_port, settings):
        (self.config / "main.cf").write_text(
            "compatibility_level = 3.6\n" + (EXAMPLES / "main.cf").read_text())
        (self.config / "master.cf").write_text(
            MASTER.read_text() + (EXAMPLES / "master.cf").read_text())
        shutil.copy(EXAMPLES / "spillway-uid", self.config)
        self.run("postconf", "-P", "pickup/unix/cleanup_service_name=cleanup-local")
        self.set({
            "queue_directory": self.queue,
            "data_directory": data,
            "maillog_file": self.log_file,
            "maillog_file_prefixes": self.folder,
            "myhostname": "mx.test",
            "mydestination": "",
            "alias_maps": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "relayhost": f"[127.0.0.1]:{sink_port}",
            "smtp_dns_support_level": "disabled",
            "smtpd_peername_lookup": "no",
            "message_size_limit": 0,
            "mailbox_size_limit": 0,
            "smtpd_client_connection_count_limit": 0,
            # Idle servers shall not hold a connection to the milter longer than the client does.
            "max_idle": "5s",
            **settings,
        })
        self._move("smtp/inet", f"127.0.0.1:{self.smtp_port}")
        self._move("submission/inet", f"127.0.0.1:{self.submission_port}")
        self._move("127.0.0.1:10026/inet", f"127.0.0.1:{free_port()}")

    def _move(self, service, address):
        """The same service on a free port."""
        line = self.run("postconf", "-M", service)
        name = service.partition("/")[0]
        self.run("postconf", "-MX", service)
        self.run("postconf", "-Me", f"{address}/inet={line.strip().replace(name, address, 1)}")

    def set(self, settings):
        """postconf -e; a running Postfix needs reload() to see it."""
        self.run("postconf", "-e", *(f"{name}={value}" for name, value in settings.items()))

    # --- running -------------------------------------------------------------------------------

    def run(self, program, *words, **options):
        """A Postfix command on this instance; its output."""
        command = [program, "-c", str(self.config), *map(str, words)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=PATIENCE, **options)
        text = done.stdout.decode(errors="replace")
        if done.returncode:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{text}")
        return text

    def start(self):
        # In the foreground, so that Postfix ends with its parent whatever happens.
        self.process = Process(["postfix", "-c", self.config, "start-fg"], self.folder / "output")
        eventually(self._greets, lambda: "Postfix to greet:\n" + self.process.text() + self.log())

    def _greets(self):
        if self.process.exit_code is not None:
            raise AssertionError("Postfix did not start:\n" + self.process.text() + self.log())
        try:
            with smtplib.SMTP("127.0.0.1", self.submission_port, timeout=PATIENCE):
                return True
        except OSError:
            return False

    def reload(self):
        before = len(self.log_lines("reload -- version"))
        self.run("postfix", "reload")
        eventually(lambda: len(self.log_lines("reload -- version")) > before, "Postfix to reload")

    def stop(self):
        if self.process:
            # The group holds the daemons; each has nothing to save that a test still needs.
            subprocess.run(["postfix", "-c", str(self.config), "stop"], capture_output=True,
                           timeout=PATIENCE)
            self.process.kill()

    # --- log and queue -------------------------------------------------------------------------

    def log(self):
        """What was logged since forget_log()."""
        if not self.log_file.exists():
            return ""
        with open(self.log_file, errors="replace") as stream:
            stream.seek(self._log_start)
            return stream.read()

    def forget_log(self):
        self._log_start = self.log_file.stat().st_size

    def log_lines(self, pattern):
        return [line for line in self.log().splitlines() if re.search(pattern, line)]

    def expect_log(self, pattern):
        return eventually(lambda: self.log_lines(pattern),
                          lambda: f"/{pattern}/ in Postfix's log:\n{self.log()}")[0]

    def queued(self, queue=None):
        """postqueue -j: a dictionary a message, of one queue ("hold", "maildrop") or of all."""
        entries = [json.loads(line) for line in self.run("postqueue", "-j").splitlines()]
        return [entry for entry in entries if queue in (None, entry["queue_name"])]

    def held(self):
        return self.queued("hold")

    def maildrop(self):
        return sorted((self.queue / "maildrop").iterdir())

    def contents(self, queue_id):
        """The message in the queue, with the milter's edits."""
        return self.run("postcat", "-bhq", queue_id)

    def release(self, queue_id):
        return self.run("postsuper", "-H", queue_id)

    def flush(self):
        self.run("postqueue", "-f")

    # --- sending -------------------------------------------------------------------------------

    def client(self, login=None):
        """An smtplib client, said EHLO; on the submission service when there is a login."""
        port = self.submission_port if login else self.smtp_port
        client = smtplib.SMTP("127.0.0.1", port, "client.test", timeout=PATIENCE)
        client.ehlo()
        if login:
            client.login(login, PASSWORD)
        return client

    def send(self, message, *, sender, recipients, login=None):
        """One message; the final reply. Raises Refused at the first command refused.

        A refused recipient alone does not raise: see try_recipients.
        """
        with self.client(login) as client:
            return submit(client, message, sender, recipients)

    def sendmail(self, message, *words, sender, uid=None):
        """sendmail(1), as PHP and cron use it. It has no say in what becomes of the message.

        With a `uid`, as that user: Postfix takes no foreign configuration from any but root, so
        ours is mounted over /etc/postfix for this one process.
        """
        command = ["sendmail", "-f", sender, *words]
        env = {**os.environ, "MAIL_CONFIG": str(self.config)}
        if uid is not None:
            del env["MAIL_CONFIG"]
            drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *command]
            command = ["unshare", "--mount", "sh", "-ec",
                       f'mount --bind {self.config} /etc/postfix; exec "$@"', "sh", *drop]
        text = message if isinstance(message, bytes) else message.encode()
        subprocess.run(command, input=text, check=True, timeout=PATIENCE, env=env)


def submit(client, message, sender, recipients):
    """MAIL, RCPT..., DATA over an open connection; the final reply, or Refused."""
    try:
        _expect(client.mail(sender, ["SIZE=%d" % len(message)]), 250)
        replies = [client.rcpt(each) for each in recipients]
        if all(code != 250 for code, _ in replies):
            raise Refused(*replies[-1])
        code, text = client.data(message if isinstance(message, bytes) else
                                 message.replace("\r\n", "\n").replace("\n", "\r\n").encode())
        _expect((code, text), 250)
    except smtplib.SMTPDataError as error:
        raise Refused(error.smtp_code, error.smtp_error) from None
    except Refused:
        client.rset()
        raise
    return f"{code} {text.decode()}"


def _expect(reply, code):
    if reply[0] != code:
        raise Refused(*reply)
