"""Keys of abuse tokens, and what a complaint tells with them, through spillwayctl."""

import json
import subprocess

from .daemon import program
from .processes import PATIENCE


class Keys:
    """A key file with one key; `setting` is the line that names it."""

    def __init__(self, place, name="keys"):
        self.file = place.folder(name) / "abuse.keys"
        self.ids = [self.new()]

    @property
    def setting(self):
        return f"abuse-keys {self.file}"

    def run(self, *words, stdin=""):
        """spillwayctl with these keys: (exit code, standard output, standard error)."""
        text = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([program("spillwayctl"), *map(str, words), "--keys", self.file],
                              input=text, capture_output=True, timeout=PATIENCE)
        assert done.returncode >= 0, f"killed by signal {-done.returncode}"
        for secret in self.secrets():
            assert secret not in done.stdout and secret not in done.stderr
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def secrets(self):
        lines = self.file.read_bytes().splitlines() if self.file.exists() else []
        return [line.split()[3] for line in lines if line.startswith(b"key ")]

    def new(self):
        code, text, errors = self.run("abuse-key", "new", "--json")
        assert code == 0, errors
        return json.loads(text)["id"]

    def trace(self, complaint):
        """The exit code, and the tokens of each message in the complaint."""
        code, text, errors = self.run("trace", "--json", stdin=complaint)
        assert errors == "", errors
        return code, [message["tokens"] for message in json.loads(text)["messages"]]

    def traced(self, complaint):
        """The one genuine token of a complaint."""
        code, messages = self.trace(complaint)
        assert code == 0, messages
        [[token]] = messages
        assert token["result"] == "genuine"
        return token
