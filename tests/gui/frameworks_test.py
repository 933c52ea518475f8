"""The Frameworks panel: one setting as PyTorch, Keras and ONNX write it, and why they disagree."""

import unittest

from poolscope_window import ASSETS, G6, GridTest, WindowTest


class Frameworks(GridTest):
    ARGUMENTS = [G6, "--layer", "MaxPool2d(3, stride=2, padding=1)"]
    SIZE = (1600, 1000)

    def shown(self, framework, what=""):
        return self.document()["shown"][f"frameworks/{framework}{what}"]

    def test_a_newcomer_finds_out_why_keras_same_and_padding_1_disagree(self):
        self.click("lab/frameworks")
        self.assertEqual(self.shown("PyTorch"), "your layer")
        self.assertEqual(self.shown("ONNX"), "same numbers")
        self.assertEqual(self.shown("Keras"), "7 of 9 differ")
        rule = self.shown("Keras", "/rules")
        self.assertIn("PyTorch pads 1 on both sides", rule)
        self.assertIn('Keras "same" needs 1 cell of padding, so 0 before and 1 after', rule)
        self.assertIn("-1…1 in PyTorch, 0…2 in Keras", rule)

        document = self.click("frameworks/Keras/take")
        self.assertEqual(self.layers(), ['MaxPooling2D(pool_size=3, strides=2, padding="same")'])
        self.assertEqual(self.output(), [7, 9, 10, 9, 11, 12, 6, 4, 5])
        self.assertEqual((self.shown("Keras"), self.shown("PyTorch")), ("your layer", "7 of 9 differ"))
        self.assertEqual(self.shown("PyTorch", "/recipe"), "nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)")
        self.assertEqual(document["view"]["lab"], "frameworks")

        self.hover("frameworks/PyTorch/output")
        self.wheel(-8)
        self.click("frameworks/PyTorch/recipe/take")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)"])
        self.assertEqual(self.output(), [7, 9, 10, 9, 11, 12, 6, 4, 5])

    def test_a_click_on_an_output_selects_its_window_everywhere(self):
        self.click("lab/frameworks")
        document = self.click_at(*self.cell("frameworks/Keras/output", 1, 2, 3, 3))
        self.assertEqual(document["selection"], {"row": 1, "col": 2, "pinned": True})

    def test_what_a_framework_lacks_is_said(self):
        self.choose("parameter/type", "LP norm")
        self.click("lab/frameworks")
        self.assertEqual(self.shown("Keras"), "no such layer")
        self.assertIn("LPPool2d", self.shown("Keras", "/layer"))


class Photo(WindowTest):
    SIZE = (1600, 1000)
    ARGUMENTS = [ASSETS / "samples" / "alpine-lake.png", "--layer", "AvgPool2d(3, stride=1, padding=1)"]

    def test_only_the_border_of_a_padded_average_differs(self):
        document = self.click("lab/frameworks")
        channels, rows, columns = self.shapes()[1][1:]
        border = channels * (2 * rows + 2 * columns - 4)
        cells = channels * rows * columns
        words = document["shown"]["frameworks/Keras"].replace(" ", "")
        self.assertEqual(words, f"{border}of{cells}differ")


if __name__ == "__main__":
    unittest.main()
