"""The window census: who reads an input cell, and the overlays of the windows canvas."""

import unittest

import numpy as np

from poolscope_window import G6, GridTest


class MaximumCensus(GridTest):
    ARGUMENTS = [G6, "--layer", "MaxPool2d(3, 1)"]

    def test_pointing_at_a_cell_lists_every_window_that_reads_it_and_who_wins(self):
        document = self.move(*self.cell("input", 3, 5, 6, 6))
        self.assertEqual(
            document["shown"]["census"],
            "row 3, col 5: Read by 3 windows, wins 3; (1, 3) wins; (2, 3) wins; (3, 3) wins",
        )
        document = self.move(*self.cell("windows", 0, 0, 6, 6))
        self.assertEqual(document["shown"]["census"], "row 0, col 0: Read by 1 window, wins none; (0, 0) loses")
        # It stays while the mouse is elsewhere.
        document = self.move(self.SIZE[0] - 6, 500)
        self.assertIn("row 0, col 0", document["shown"]["census"])
        # Nine windows read a cell in the middle; eight have room.
        document = self.move(*self.cell("input", 2, 2, 6, 6))
        self.assertIn("Read by 9 windows; (0, 0)", document["shown"]["census"])
        self.assertNotIn("(2, 2)", document["shown"]["census"])

    def test_those_windows_and_their_outputs_are_outlined(self):
        self.click_at(*self.cell("output", 0, 0, 4, 4))  # pins the selection
        self.move(self.SIZE[0] - 6, self.SIZE[1] / 2)
        before = self.display.pixels().astype(int)
        self.move(*self.cell("input", 3, 5, 6, 6))
        changed = np.abs(self.display.pixels().astype(int) - before).max(2) > 24

        def share(canvas, row, col, size):
            x, y, w, h = self.rect(canvas)
            x0, x1 = (round(x + (col + i) * w / size) for i in (0, 1))
            y0, y1 = (round(y + (row + i) * h / size) for i in (0, 1))
            return changed[y0:y1, x0:x1].mean()

        for row in range(4):
            for col in range(4):
                marked = share("output", row, col, 4) > 0.02
                self.assertEqual(marked, col == 3 and row > 0, (row, col))
        # Their windows reach from row 1 and column 3 to the end.
        self.assertGreater(share("windows", 1, 3, 6), 0.02)
        self.assertEqual(share("windows", 5, 0, 6), 0)

    def test_the_overlays_are_chosen_by_name_or_cycled_by_a_key(self):
        self.assertEqual(self.document()["shown"]["coverage"], "36 cells, 0 dead, 32 shared, at most 9")
        looks = [self.canvas()]
        for name in ("count", "overlap", "dead"):
            document = self.key("o")
            self.assertEqual(document["view"]["overlay"], name)
            looks.append(self.canvas())
            for other in looks[:-1]:
                self.assertFalse(np.array_equal(looks[-1], other), name)
        self.assertEqual(self.key("o")["view"]["overlay"], "values")
        self.assertEqual(self.choose("view/overlay", "Overlap")["view"]["overlay"], "overlap")

    def canvas(self):
        x, y, w, h = (round(v) for v in self.rect("windows"))
        return self.display.pixels()[y : y + h, x : x + w].copy()


class AverageCensus(GridTest):
    ARGUMENTS = [G6, "--layer", "AvgPool2d(2, 3)"]

    def test_shares_of_a_mean_and_cells_that_no_window_reads(self):
        document = self.move(*self.cell("input", 0, 1, 6, 6))
        self.assertEqual(document["shown"]["census"], "row 0, col 1: Read by 1 window; (0, 0) 1/4")
        document = self.move(*self.cell("input", 2, 0, 6, 6))
        self.assertEqual(
            document["shown"]["census"], "row 2, col 0: Read by no window: it cannot change the output."
        )
        self.assertEqual(document["shown"]["coverage"], "36 cells, 20 dead, 0 shared, at most 1")


if __name__ == "__main__":
    unittest.main()
