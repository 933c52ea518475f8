"""`poolscope sweep`: a layer over the values of one or two parameters."""

import csv
import unittest

import numpy as np

from poolscope_cli import G6, CommandLineTest


class Sweep(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", G6)

    def sweep(self, *options, layer="MaxPool2d(2)"):
        """The printed table as words; `-` lines are the reasons."""
        text = self.succeed("sweep", "--input", "x.npy", "--layer", layer, *options)
        lines = text.splitlines()
        return [line.split() for line in lines if not line.startswith("- ")], [line for line in lines if line.startswith("- ")]

    def test_kernel_and_stride_give_the_sizes_of_the_outputs(self):
        table, reasons = self.sweep("--over", "kernel_size=1..5", "--over", "stride=1,2,3")
        self.assertEqual(table[0], ["kernel_size", "1", "2", "3"])
        for k, row in enumerate(table[1:], 1):
            sizes = [(6 - k) // s + 1 for s in (1, 2, 3)]
            self.assertEqual(row, [str(k)] + [f"{n}x{n}" for n in sizes])
        self.assertEqual(reasons, [])

    def test_figures_are_those_of_single_runs(self):
        self.sweep("--over", "kernel_size=2,3", "--over", "padding=0,1", "--csv", "out.csv", layer="AvgPool2d(2)")
        with open(self.folder / "out.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 4)
        for row in rows:
            layer = f"AvgPool2d({row['kernel_size']}, padding={row['padding']})"
            output = self.apply(G6, layer)
            self.assertEqual((int(row["rows"]), int(row["columns"])), output.shape)
            for name, value in (("mean", output.mean()), ("max", output.max()), ("deviation", output.std())):
                self.assertAlmostEqual(float(row[name]), float(value), 4, name)
            self.assertEqual(row["reason"], "")
        self.assertEqual(float(rows[0]["difference"]), 0)

    def test_a_setting_without_output_says_why(self):
        table, reasons = self.sweep("--over", "kernel_size=6,7", "--measure", "mean")
        self.assertEqual(table, [["kernel_size", "value"], ["6", "12"], ["7", "-"]])
        self.assertEqual(len(reasons), 1)
        self.assertIn("MaxPool2d", reasons[0])

    def test_words_and_layers_before_it(self):
        text = self.succeed(
            *("sweep", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--layer", "StridedConv2d(3)"),
            *("--over", "weight=average,centre", "--measure", "mean"),
        )
        self.assertEqual([line.split()[1] for line in text.splitlines()[1:]], ["7.667", "10"])  # 69 / 9, and the cell in the middle

    def test_another_channel(self):
        self.save("x.npy", np.stack([G6, G6 + 100]))
        table, _ = self.sweep("--over", "kernel_size=6", "--measure", "max", "--channel", "1")
        self.assertEqual(table[1], ["6", "112"])

    def test_what_is_wrong_is_named(self):
        def message(code, *options):
            return self.fail_with(code, "sweep", "--input", "x.npy", "--layer", "MaxPool2d(2)", *options)

        self.assertIn("one of kernel_size, stride, padding", message(2, "--over", "kernel=1..5"))
        self.assertIn("stride=1..5", message(2, "--over", "stride="))
        self.assertIn("from 1 to 64", message(2, "--over", "stride=1..1000000"))
        self.assertIn("given twice", message(2, "--over", "stride=1", "--over", "stride=2"))
        self.assertIn("at most 2", message(2, *("--over", "stride=1") * 3))
        self.assertIn("--measure", message(2, "--over", "stride=1", "--measure", "beauty"))
        self.assertIn("from 0 to 0", message(1, "--over", "stride=1", "--channel", "3"))
        self.assertIn("nowhere", message(1, "--over", "stride=1", "--csv", "nowhere/out.csv"))


if __name__ == "__main__":
    unittest.main()
