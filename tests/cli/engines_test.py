"""Which engine runs which layer: the table of README comes from the program."""

import json
import pathlib
import shutil
import subprocess
import unittest

from poolscope_cli import G6, PROGRAM, CommandLineTest

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Engines(CommandLineTest):
    def table(self):
        return self.succeed("engines").strip().splitlines()

    def stage(self, layer, engine):
        """What `trace --json` says of one layer on one engine."""
        text = self.succeed("trace", "--input", "x.npy", "--layer", layer, "--engine", engine, "--json")
        return json.loads(text)["stages"][1]

    def test_the_table_of_readme_is_the_programs(self):
        self.assertIn("\n".join(self.table()), README.read_text(encoding="utf-8"))

    def test_without_its_library_libtorch_is_refused_with_the_package_that_brings_it(self):
        self.save("x.npy", G6)
        for name in ("poolscope", "libpoolscope_core.so"):
            shutil.copy(pathlib.Path(PROGRAM).with_name(name), self.folder)
        command = ["trace", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--engine"]
        for engine, code in (("torch", 1), ("cpu", 0)):
            done = subprocess.run(
                [self.folder / "poolscope", *command, engine], cwd=self.folder, capture_output=True, text=True
            )
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual("install the package libtorch-dev" in done.stderr, engine == "torch")

    def test_who_runs_a_layer_is_what_the_table_says(self):
        self.save("x.npy", G6)
        head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in self.table()]
        for layer in ("MaxPool2d(2)", "RMSPool2d(2)", "StochasticPool2d(2)"):
            row = next(row for row in rows if row[0] == layer.partition("(")[0])
            for engine, cell in zip(head[1:], row[1:]):
                ran = self.stage(layer, engine)
                expected = cell.removeprefix("by ") if cell != "yes" else engine
                self.assertEqual(ran["engine"], expected, (layer, engine))
                self.assertEqual(bool([n for n in ran.get("notes", []) if "leaves" in n]), cell != "yes")


if __name__ == "__main__":
    unittest.main()
