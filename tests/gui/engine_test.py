"""The engine badge: who computed the picture, the menu of engines, and what they have to say."""

import pathlib
import unittest

import numpy as np

from poolscope_window import G6, GridTest, WindowTest

WARNING = np.array([0xF2, 0xCC, 0x5B])  # of the dark theme


class Badge(GridTest):
    def result(self):
        return self.document()["result"]

    def choose_engine(self, name):
        self.click("engine")
        return self.click(f"menu/{name}")

    def opened(self, library):
        return library in pathlib.Path(f"/proc/{self.program.pid}/maps").read_text()

    def test_the_badge_names_the_engine_that_ran(self):
        self.assertEqual(self.document()["engine"], "auto")
        self.choose_engine("reference")
        self.assertEqual(self.result()["engine_title"], "Reference, 1 thread")
        self.assertEqual({stage["engine"] for stage in self.result()["stages"][1:]}, {"reference"})
        self.choose_engine("cpu")
        self.assertRegex(self.result()["engine_title"], r"^CPU, \d+ threads?$")

    def test_libtorch_is_opened_when_it_is_chosen_and_not_before(self):
        self.click("engine")
        self.key("Escape")
        self.assertFalse(self.opened("libtorch"))
        self.choose_engine("torch")
        self.assertTrue(self.opened("libtorch"))
        self.assertRegex(self.result()["engine_title"], r"^LibTorch [\d.]+, \w+$")
        self.assertEqual((self.output(), self.result()["engine_notes"]), (self.MAX, []))


class Badged(WindowTest):
    """Starts with an engine and a layer that it has something to say of."""

    def mark(self):
        """Whether the badge has the colour of a warning."""
        x, y, _, h = (round(v) for v in self.rect("engine"))
        dot = self.display.pixels()[y : y + h, x : x + 24].reshape(-1, 3).astype(int)
        return (np.abs(dot - WARNING).max(axis=1) < 24).sum() > 5


class StandIn(Badged):
    ARGUMENTS = [G6, "--engine", "opengl", "--layer", "StochasticPool2d(2)"]

    def test_the_badge_names_the_engine_that_stood_in_and_why(self):
        result = self.document()["result"]
        self.assertRegex(result["engine_title"], r"^CPU, ")
        self.assertEqual(len(result["engine_notes"]), 1)
        self.assertRegex(result["engine_notes"][0], r"^opengl leaves .* to cpu$")
        self.assertTrue(self.mark())


class Difference(Badged):
    ARGUMENTS = [G6, "--engine", "torch", "--layer", "LPPool2d(float('inf'), 2)"]

    def test_a_difference_to_libtorch_s_own_layer_is_shown(self):
        notes = self.document()["result"]["engine_notes"]
        self.assertEqual(len(notes), 1)
        self.assertIn("LPPool2d gives ones for norm_type inf", notes[0])
        self.assertTrue(self.mark())
        self.choose("parameter/type", "Max")
        self.assertEqual(self.document()["result"]["engine_notes"], [])
        self.assertFalse(self.mark())


if __name__ == "__main__":
    unittest.main()
