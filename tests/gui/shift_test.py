"""The panel Shift: the input moves by whole cells, and the outputs answer."""

import unittest

import numpy as np

from poolscope_window import G6, GridTest

GRID = np.loadtxt(G6)
BLOCKS = {"max": np.max, "average": np.mean}


def pooled(grid, kind):
    return BLOCKS[kind](grid.reshape(3, 2, 3, 2), axis=(1, 3))


def change(kind, down, right):
    still, moved = pooled(GRID, kind), pooled(np.roll(GRID, (down, right), (0, 1)), kind)
    return 100 * np.linalg.norm(moved - still) / np.linalg.norm(still)


class Shift(GridTest):
    SIZE = (1600, 1000)

    def setUp(self):
        super().setUp()
        self.click("lab/shift")

    def share(self, kind):
        return float(self.document()["shown"][f"shift/{kind}"].split()[0])

    def expect_changes(self, down, right):
        self.assertEqual(self.document()["shown"]["shift"], f"{down} down, {right} right")
        for kind in BLOCKS:
            self.assertAlmostEqual(self.share(kind), change(kind, down, right), 1, kind)

    def test_keys_and_steppers_move_the_input(self):
        self.expect_changes(0, 1)
        self.key("alt+Right", "alt+Down")
        self.expect_changes(1, 2)
        self.enter("shift/down", "3")
        self.expect_changes(3, 2)
        self.assertEqual(self.output(), self.MAX)
        # The source stays, so moving is no step of its own: what is undone is the choice of the panel.
        self.assertEqual(self.key("ctrl+z")["view"]["lab"], "")

    def test_a_whole_stride_is_exact_after_alignment_and_half_of_one_is_not(self):
        self.click("shift/measure/Aligned")
        self.assertGreater(self.share("max"), 1)
        self.key("alt+Right")
        self.assertEqual((self.share("max"), self.share("average")), (0, 0))

    def test_the_edge_is_chosen(self):
        self.click("shift/edge/Zeros")
        moved = np.hstack([np.zeros((6, 1)), GRID[:, :5]])
        still, now = pooled(GRID, "max"), pooled(moved, "max")
        self.assertAlmostEqual(self.share("max"), 100 * np.linalg.norm(now - still) / np.linalg.norm(still), 1)

    def test_play_moves_it_until_it_is_paused(self):
        self.click("shift/play")
        self.wait(lambda: self.document()["shift"]["x"] == 3, "the shift by three cells")
        document = self.click("shift/play")
        at = document["shift"]["x"]
        self.assertEqual(self.settle()["shift"]["x"], at)
        self.expect_changes(0, at)


if __name__ == "__main__":
    unittest.main()
