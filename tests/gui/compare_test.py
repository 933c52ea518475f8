"""The Compare panel: two pipelines on the same input."""

import unittest

import numpy as np

from poolscope_window import ASSETS, G6, GridTest, WindowTest


class Compare(GridTest):
    SIZE = (1600, 1000)

    def shown(self, name):
        return self.document()["shown"][f"compare/{name}"]

    def other(self):
        b = self.document()["pipeline_b"]
        return None if b is None else [entry["layer"] for entry in b]

    def test_max_and_average_side_by_side(self):
        self.click("lab/compare")
        self.assertIsNone(self.other())
        self.click("compare/copy")
        self.assertEqual(self.other(), self.layers())
        self.assertEqual(self.shown("PSNR"), "infinite: the numbers are the same")
        self.assertTrue(self.shown("Changed").startswith("0 of 9"))

        self.enter("compare/b/0", "AvgPool2d(2)")
        apart = np.subtract(self.AVERAGE, self.MAX)
        self.assertEqual(float(self.shown("Mean |B−A|")), round(float(np.abs(apart).mean()), 3))
        self.assertEqual(float(self.shown("Largest")), np.abs(apart).max())
        values = self.AVERAGE + self.MAX
        peak = max(values) - min(values)
        psnr = 10 * np.log10(peak**2 / np.square(apart).mean())
        self.assertAlmostEqual(float(self.shown("PSNR").split()[0]), psnr, 2)
        self.assertIn("does not fit 3x3", self.shown("SSIM"))

        self.click("compare/swap")
        self.assertEqual((self.layers(), self.other()), (["AvgPool2d(kernel_size=2)"], ["MaxPool2d(kernel_size=2)"]))
        self.assertEqual(self.output(), self.AVERAGE)
        self.key("ctrl+z")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])
        self.click("compare/clear")
        self.assertIsNone(self.other())

    def test_outputs_of_two_sizes_are_not_compared_before_they_are_brought_to_one(self):
        self.click("lab/compare")
        self.click("compare/copy")
        self.enter("compare/b/0", "MaxPool2d(3)")
        self.assertIn("A gives 1×1×3×3, B gives 1×1×2×2", self.shown("problem"))
        document = self.click("compare/remedy")
        self.assertEqual(self.layers()[-1], "AdaptiveAvgPool2d(output_size=2)")
        self.assertNotIn("compare/problem", document["shown"])
        self.assertIn("of 4", self.shown("Changed"))

    def test_a_layer_that_cannot_be_read_changes_nothing(self):
        self.click("lab/compare")
        self.click("compare/copy")
        self.enter("compare/b/0", "MaxPol2d(2)")
        self.assertEqual(self.other(), self.layers())


class Photo(WindowTest):
    ARGUMENTS = [ASSETS / "samples" / "alpine-lake.png", "--layer", "MaxPool2d(2)"]
    SIZE = (1600, 1000)

    def test_a_photo_has_a_structural_similarity(self):
        self.click("lab/compare")
        self.click("compare/copy")
        document = self.enter("compare/b/0", "AvgPool2d(2)")
        self.assertEqual(document["shown"]["compare/Peak"], "255")
        self.assertTrue(0.5 < float(document["shown"]["compare/SSIM"]) < 1.0)


if __name__ == "__main__":
    unittest.main()
