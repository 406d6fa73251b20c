"""A stand-in for Dovecot's auth service, so that Postfix can check real logins and passwords.

Speaks the server's half of Dovecot's authentication protocol 1.2 as far as Postfix needs it:
mechanism PLAIN over a unix socket (https://doc.dovecot.org/, "Auth protocol").
"""

import base64
import contextlib
import os
import socketserver
import threading


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("VERSION\t1\t2", "MECH\tPLAIN\tplaintext", f"SPID\t{os.getpid()}", "CUID\t1",
                 "COOKIE\t" + "0" * 32, "DONE")
        with contextlib.suppress(ConnectionError):
            for line in self.rfile:
                words = line.decode().rstrip("\n").split("\t")
                if words[0] == "AUTH":
                    self.authenticate(words[1], words[2:])

    def authenticate(self, number, words):
        response = next((word[5:] for word in words if word.startswith("resp=")), "")
        # RFC 4616: authorization identity, login, password.
        parts = base64.b64decode(response).decode().split("\0")
        if len(parts) == 3 and self.server.logins.get(parts[1]) == parts[2]:
            self.say(f"OK\t{number}\tuser={parts[1]}")
        else:
            self.say(f"FAIL\t{number}\treason=wrong login or password")

    def say(self, *lines):
        self.wfile.write("".join(line + "\n" for line in lines).encode())


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


class Dovecot:
    """Answers on the unix socket `path`. `logins` maps a login to its password."""

    def __init__(self, path, logins):
        self._server = _Server(str(path), _Conversation)
        self._server.logins = self.logins = dict(logins)
        os.chmod(path, 0o666)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
