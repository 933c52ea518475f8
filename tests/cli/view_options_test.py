"""The options that say how the window looks: --theme, --scale, --size."""

import unittest

from poolscope_cli import G6, CommandLineTest


class ViewOptions(CommandLineTest):
    def refused(self, option, value):
        self.save("x.npy", G6)
        return self.fail_with(2, "render", "--input", "x.npy", option, value, "--output", "y.png")

    def test_themes_are_known_by_name(self):
        self.assertIn("light", self.refused("--theme", "pink"))

    def test_the_scale_is_a_number_from_1_to_2_5(self):
        for scale in ("0.9", "2.6", "nan", "inf", "large", "-1", "1.5x"):
            self.assertIn("from 1 to 2.5", self.refused("--scale", scale), scale)

    def test_the_size_is_width_and_height(self):
        for size in ("1600", "1600x", "x1000", "319x1000", "1600x8193", "-1x-1"):
            self.assertIn("from 320 to 8192", self.refused("--size", size), size)


if __name__ == "__main__":
    unittest.main()
