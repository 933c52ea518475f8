"""The benchmark's program from outside: its table, its JSON and its errors; no time is asserted."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["POOLSCOPE_BENCH"]
HEADER = "name,N,C,H,W,layer\r\n"


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.json = pathlib.Path(self.folder.name, "out.json")

    def bench(self, text):
        shapes = pathlib.Path(self.folder.name, "shapes.csv")
        shapes.write_bytes(text.encode())
        return subprocess.run(
            [PROGRAM, "--quick", "--shapes", shapes, "--json", self.json],
            capture_output=True,
            text=True,
            timeout=120,
        )

    def refused(self, text, *words):
        result = self.bench(text)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertEqual(result.stdout, "")
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse(self.json.exists())

    def test_times_the_opengl_engine_by_the_gpu_s_clock(self):
        os.environ["POOLSCOPE_BENCH_SOFTWARE_GL"] = "1"
        self.addCleanup(os.environ.pop, "POOLSCOPE_BENCH_SOFTWARE_GL")
        result = self.bench(HEADER + 'small,1,2,40,40,"MaxPool2d(3, 2, 1)"\n')
        self.assertEqual(result.returncode, 0, result.stderr)
        times = {entry["engine"]: entry["ns"] for entry in json.loads(self.json.read_text())}
        self.assertGreater(times["opengl"], 0)

    def test_writes_one_entry_a_case_and_engine(self):
        result = self.bench(
            HEADER + 'small,1,2,9,9,"MaxPool2d(3, 2, 1)"\r\n"a ""b"", c",2,1,8,8,AvgPool2d(2)\n'
        )
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, 0)
        entries = json.loads(self.json.read_text())
        ours = [entry for entry in entries if entry["engine"] == "cpu"]
        self.assertEqual(
            [(entry["name"], entry["layer"]) for entry in ours],
            [("small", "MaxPool2d(3, 2, 1)"), ('a "b", c', "AvgPool2d(2)")],
        )
        for entry in entries:
            self.assertEqual(
                set(entry), {"name", "layer", "engine", "ns", "ratio", "memcpy_ratio"}
            )
            self.assertGreater(entry["ns"], 0)
            self.assertGreater(entry["memcpy_ratio"], 0)
        for entry in ours:
            self.assertEqual(entry["ratio"], 1.0)
            self.assertIn(entry["name"], result.stdout)

    def test_names_the_line_of_a_fault(self):
        good = "a,1,1,4,4,MaxPool2d(2)\n"
        self.refused("", "line 1", "header")
        self.refused("name,layer\n" + good, "line 1", "name,N,C,H,W,layer")
        self.refused(HEADER, "no case")
        self.refused(HEADER + good + "b,1,1,4,MaxPool2d(2)\n", "line 3", "5 fields")
        self.refused(HEADER + "b,1,x,4,4,MaxPool2d(2)\n", "line 2", "C is 'x'")
        self.refused(HEADER + "b,1,0,4,4,MaxPool2d(2)\n", "line 2", "C is '0'")
        self.refused(HEADER + "b,1,1,4,4,MaxPol2d(2)\n", "line 2", "MaxPool2d")
        self.refused(HEADER + "b,1,1,4,4,MaxPool2d(5)\n", "line 2", "MaxPool2d")
        self.refused(HEADER + '"two\nlines",1,1,4,4,MaxPool2d(2)\nb\n', "line 4")
        self.refused(HEADER + '"b,1,1,4,4,MaxPool2d(2)\n', "line 2", "closing quote")
        self.refused(HEADER + '"b"c,1,1,4,4,MaxPool2d(2)\n', "line 2", "quote")
        self.refused(HEADER + 'b"c,1,1,4,4,MaxPool2d(2)\n', "line 2", "quote")
        self.refused(HEADER + "b,16777216,16777216,4,4,MaxPool2d(2)\n", "line 2")

    def test_refuses_a_missing_file_and_a_wrong_command_line(self):
        missing = subprocess.run([PROGRAM, "--shapes", "no.csv"], capture_output=True, text=True)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("no.csv", missing.stderr)
        wrong = subprocess.run([PROGRAM, "--shape"], capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 2)


if __name__ == "__main__":
    unittest.main()
