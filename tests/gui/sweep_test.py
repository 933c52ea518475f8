"""The panel Sweep: small outputs over two parameters, their figures, and the chart."""

import unittest

import numpy as np

from poolscope_window import ASSETS, G6, GridTest, WindowTest

GRID = np.loadtxt(G6)


def pooled(kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(GRID, (kernel, kernel))
    return windows[::stride, ::stride].max((2, 3))


class Sweep(GridTest):
    SIZE = (1600, 1000)

    def setUp(self):
        super().setUp()
        self.click("lab/sweep")

    def shown(self):
        cells = self.document()["shown"]
        return {tuple(map(int, name.split("/")[1:])): text for name, text in cells.items() if name.startswith("sweep/")}

    def test_every_output_has_its_figure_and_the_current_one_is_marked(self):
        cells = self.shown()
        self.assertEqual(len(cells), 4 * 5)
        for (row, col), text in cells.items():
            mean = pooled(col + 1, row + 1).mean()
            self.assertAlmostEqual(float(text.split()[0]), mean, 2)
        self.assertEqual([place for place, text in cells.items() if text.endswith("current")], [(1, 1)])

    def test_a_click_takes_the_setting_in_one_step(self):
        self.click("sweep/0/2")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=1)"])
        self.assertEqual(self.output(), pooled(3, 1).ravel().tolist())
        self.assertTrue(self.shown()[0, 2].endswith("current"))
        self.key("ctrl+z")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])

    def test_other_axes_and_another_measure(self):
        self.choose("sweep/measure", "Output cells")
        self.assertEqual(self.shown()[1, 1], "3×3 current")
        document = self.choose("sweep/down", "padding")
        self.assertEqual(document["view"]["sweep"]["down"], "padding")
        cells = self.shown()
        # Padding 1 is more than half of the window 1; with the window 2 there are 4x4 cells.
        self.assertEqual((cells[1, 0], cells[1, 1]), ("no output", "4×4"))
        before = self.layers()
        self.click("sweep/1/0")
        self.assertEqual(self.layers(), before)

    def test_a_point_of_the_chart_is_a_setting_too(self):
        points = {name: rect[1] for name, rect in self.document()["controls"].items() if name.startswith("sweep/chart/")}
        self.assertEqual(len(points), 4 * 5)
        # The highest point of all: stride 1, kernel 5, with the mean 11.5.
        self.assertEqual(min(points, key=points.get), "sweep/chart/0/4")
        self.click("sweep/chart/0/4")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=5, stride=1)"])


class Photo(WindowTest):
    ARGUMENTS = [ASSETS / "samples" / "alpine-lake.png"]
    SIZE = (1600, 1000)

    def test_small_multiples_show_a_photo(self):
        self.click("lab/what-if")
        self.assertEqual(self.document()["shown"]["what-if/0"], "192×256")
        x, y, w, h = (round(v) for v in self.rect("what-if/0"))
        pixels = self.display.pixels()[y : y + h, x : x + w].reshape(-1, 3)
        self.assertGreater(len(np.unique(pixels, axis=0)), 50)
        self.click("what-if/1")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2)"])


if __name__ == "__main__":
    unittest.main()
