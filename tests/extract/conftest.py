"""Reads documents through the real program, as the daemon does."""

import json
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.daemon import program  # noqa: E402


class Read:
    """What was found in one document."""

    def __init__(self, answer):
        self.__dict__.update(answer)

    @property
    def text(self):
        return "\n".join(piece["text"] for piece in self.pieces)

    @property
    def paths(self):
        return {piece["path"] for piece in self.pieces}

    @property
    def types(self):
        return {piece["type"] for piece in self.pieces}

    def at(self, path):
        return "\n".join(piece["text"] for piece in self.pieces if piece["path"] == path)


class Reader:
    def __init__(self, folder):
        self.folder = folder

    def all(self, documents, **options):
        """Reads (name, content) pairs one after the other, with the same keeper while it lives."""
        files = []
        for number, (name, content) in enumerate(documents):
            path = self.folder / str(number) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            files.append(str(path))
        words = [word for key, value in options.items() for word in ("--" + key.replace("_", "-"), str(value))]
        command = [str(program("tests/extract_files")), *words, str(program("spillway-extract")), *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return [Read(json.loads(line)) for line in done.stdout.splitlines()]

    def __call__(self, content, name="document", **options):
        return self.all([(name, content)], **options)[0]


@pytest.fixture
def read(tmp_path):
    return Reader(tmp_path)
