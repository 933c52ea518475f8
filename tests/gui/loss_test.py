"""The panel Loss: what was thrown away, and how well the input can be guessed from the rest."""

import unittest

import numpy as np

from poolscope_window import G6, GridTest

GRID = np.loadtxt(G6)


class Loss(GridTest):
    SIZE = (1600, 1000)

    def setUp(self):
        super().setUp()
        self.click("lab/loss")

    def shown(self, name):
        return self.document()["shown"][f"loss/{name}"]

    def ranks(self):
        """The ways to guess, best first, with their mean squared errors."""
        ways = {way: self.shown(way) for way in ("unpool", "nearest", "bilinear")}
        order = sorted(ways, key=lambda way: ways[way])
        return order, {way: float(text.split("MSE ")[1].split()[0]) for way, text in ways.items()}

    def test_the_winners_of_a_max(self):
        self.assertEqual(self.shown("numbers"), "9 of 36, 25 %")
        self.assertEqual(self.shown("read"), "36 of 36, 100 %")
        self.assertEqual(self.shown("reach"), "9 of 36, 25 %")
        blocks = GRID.reshape(3, 2, 3, 2).swapaxes(1, 2).reshape(9, 4)
        energy = (blocks.max(1) ** 2).sum() / (GRID**2).sum()
        self.assertAlmostEqual(float(self.shown("energy").split()[0]), 100 * energy, 1)
        order, errors = self.ranks()
        losers = (GRID**2).sum() - (blocks.max(1) ** 2).sum()
        self.assertAlmostEqual(errors["unpool"], losers / 36, 2)
        nearest = np.kron(blocks.max(1).reshape(3, 3), np.ones((2, 2)))
        self.assertAlmostEqual(errors["nearest"], ((nearest - GRID) ** 2).mean(), 2)
        self.assertEqual(order, sorted(order, key=errors.get))

    def test_a_mean_is_spread_back(self):
        self.click("lab/what-if", "what-if/1", "lab/loss")
        self.assertEqual(self.shown("reach"), "36 of 36, 100 %")
        _, errors = self.ranks()
        blocks = GRID.reshape(3, 2, 3, 2).mean((1, 3))
        self.assertAlmostEqual(errors["unpool"], ((np.kron(blocks, np.ones((2, 2))) - GRID) ** 2).mean(), 2)
        self.assertEqual(errors["unpool"], errors["nearest"])


if __name__ == "__main__":
    unittest.main()
