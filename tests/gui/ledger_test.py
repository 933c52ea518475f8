"""The border ledger and the advice: what a newcomer finds out about padding and about rows that are lost."""

import unittest

import numpy as np

from poolscope_window import GridTest


class PaddedAverage(GridTest):
    def test_the_ledger_says_why_a_padded_average_is_dark_at_the_border(self):
        self.choose("parameter/type", "Average")
        self.click("parameter/kernel_size/h/+", "parameter/padding/h/+")
        document = self.move(*self.cell("output", 0, 0, 2, 2))
        self.assertEqual(
            document["shown"]["border"],
            "Inside 4 their values; Padding 5 0, counts; Overhang 0 left out; Divisor 9 = 3 rows × 3 columns; "
            "count_include_pad is on: the 5 taps in the padding count as zeros, so the mean is 4/9 of that of the "
            "cells inside.",
        )

    def test_the_advice_says_it_too_and_its_remedy_is_one_click_and_one_undo(self):
        self.choose("parameter/type", "Average")
        document = self.click("parameter/padding/h/+")
        before = self.output()
        self.assertIn("divides by 4: 1/4 of the mean", document["shown"]["advice/dark-border/0"])
        document = self.click("advice/dark-border/0/fix")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2, padding=1, count_include_pad=False)"])
        self.assertEqual(self.output()[0], 4 * before[0])
        self.assertNotIn("advice/dark-border/0", document["shown"])
        self.assertIn("Padding 3 left out; ", document["shown"]["border"])
        self.key("ctrl+z")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2, padding=1)"])

    def test_a_finding_is_dismissed_for_the_session_and_passed_checks_can_be_read(self):
        document = self.document()
        self.assertEqual(document["shown"]["advice"], "0 found, 8 passed")
        before = self.display.pixels()
        self.click("advice/passed")
        self.assertFalse(np.array_equal(self.display.pixels(), before))
        self.choose("parameter/type", "Average")
        document = self.click("parameter/padding/h/+")
        self.assertEqual(document["shown"]["advice"], "1 found, 7 passed")
        document = self.click("advice/dark-border/0/dismiss")
        self.assertEqual(document["shown"]["advice"], "0 found, 7 passed")
        # It stays away when the pitfall is left and run into again.
        document = self.click("parameter/count_include_pad")
        self.assertEqual(document["shown"]["advice"], "0 found, 8 passed")
        document = self.click("parameter/count_include_pad")
        self.assertEqual(document["shown"]["advice"], "0 found, 7 passed")


class LostRows(GridTest):
    LOST = "Row 6 is read by no window: 7-2 = 5 is no multiple of stride 2"

    def seven(self):
        return self.click("source/Rows/+", "source/Cols/+")

    def test_the_last_row_of_seven_is_said_and_shown_to_be_lost(self):
        self.assertNotIn("rounding", self.document()["shown"])
        document = self.seven()
        self.assertEqual(self.shapes()[1], [1, 1, 3, 3])
        self.assertEqual(
            document["shown"]["rounding"].splitlines(), [self.LOST, self.LOST.replace("Row", "Column")]
        )
        document = self.move(*self.cell("input", 6, 2, 7, 7))
        self.assertEqual(
            document["shown"]["census"], "row 6, col 2: Read by no window: it cannot change the output."
        )
        # Cells of one value, 0, look alike but for the hatch over the lost ones.
        x, y, w, h = self.rect("input")
        pixels = self.display.pixels()
        row = pixels[round(y + 6.2 * h / 7) : round(y + 6.8 * h / 7), round(x + 3.2 * w / 7) : round(x + 3.8 * w / 7)]
        self.assertGreater(row.reshape(-1, 3).std(0).max(), 5)

    def test_ceil_mode_adds_the_window_that_reads_it_and_says_so(self):
        self.seven()
        document = self.click("advice/lost-edge/0/fix")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, ceil_mode=True)"])
        self.assertEqual(self.shapes()[1], [1, 1, 4, 4])
        self.assertIn("ceil_mode adds window 3 along the rows", document["shown"]["rounding"])
        self.assertNotIn("read by no window", document["shown"]["rounding"])
        document = self.move(*self.cell("output", 3, 3, 4, 4))
        self.assertIn("Inside 1 their values; Padding 0", document["shown"]["border"])
        self.assertIn("Overhang 3 -∞, never wins", document["shown"]["border"])


if __name__ == "__main__":
    unittest.main()
