"""What the tests of the command line share: running the real program in a folder of its own."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy as np

PROGRAM = os.environ["POOLSCOPE_PROGRAM"]

G6 = np.array(
    [
        [1, 3, 2, 4, 6, 8],
        [5, 6, 7, 8, 9, 10],
        [4, 3, 2, 1, 0, 1],
        [7, 8, 9, 10, 11, 12],
        [6, 5, 4, 3, 2, 1],
        [0, 1, 2, 3, 4, 5],
    ],
    dtype=np.float32,
)
G4 = np.array([[1, 3, 2, 4], [5, 6, 1, 2], [7, 2, 8, 3], [4, 5, 9, 0]], dtype=np.float32)


class CommandLineTest(unittest.TestCase):
    """A test whose program runs in an empty folder, `self.folder`."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="poolscope-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_program(self, *arguments, **options):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            **options,
        )

    def succeed(self, *arguments):
        """Its standard output; nothing may have been said on stderr."""
        done = self.run_program(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def fail_with(self, code, *arguments):
        """The message of its one line on stderr; no file may have come, gone or changed."""
        before = self.files()
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr, r"\Apoolscope: [^\n]+\n\Z")
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), before)
        return done.stderr.removeprefix("poolscope: ").rstrip("\n")

    def files(self):
        """Every file of the folder, hidden ones too, with its bytes."""
        return {path.name: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def save(self, name, array):
        np.save(self.folder / name, array)
        return name

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        return name

    def load(self, name):
        return np.load(self.folder / name)

    def apply(self, array, *layers, options=()):
        """The output of the layers on an array."""
        self.save("x.npy", array)
        repeated = [word for layer in layers for word in ("--layer", layer)]
        self.succeed("apply", "--input", "x.npy", *repeated, "--output", "y.npy", *options)
        return self.load("y.npy")

    def batch(self, cases, *options):
        """The exit code and the answers of `apply --batch`."""
        self.write("cases.json", json.dumps(cases))
        done = self.run_program("apply", "--batch", "cases.json", *options)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def trace(self, name, *layers):
        """The stages of `trace --json`."""
        repeated = [word for layer in layers for word in ("--layer", layer)]
        return json.loads(self.succeed("trace", "--input", name, *repeated, "--json"))["stages"]
