"""The panes turned round: a gradient on the output flows to the input."""

import unittest

from poolscope_window import GridTest


class Lens(GridTest):
    def shown(self):
        return self.document()["shown"]

    def starved(self, text):
        """Waits until the gradient on screen starves as many cells."""
        self.wait(lambda: self.settle()["shown"].get("starved", "") == text, text)

    def test_g_turns_the_panes_round_and_back(self):
        self.assertNotIn("starved", self.shown())
        self.key("g")
        self.starved("27 of 36 cells get none")
        self.click("lens/seed/One cell")
        self.starved("35 of 36 cells get none")
        self.choose("parameter/type", "Average")
        self.starved("32 of 36 cells get none")
        self.click("lens/seed/Ones")
        self.starved("0 of 36 cells get none")
        self.key("g")
        self.assertNotIn("starved", self.shown())
        self.assertFalse(self.document()["lens"]["on"])

    def test_numbers_typed_into_the_output_are_its_gradient(self):
        self.click("view/gradient")
        self.starved("27 of 36 cells get none")
        self.click("lens/seed/Typed")
        self.starved("36 of 36 cells get none")
        self.type("2\n")
        self.starved("35 of 36 cells get none")
        self.key("Right")
        self.type("-1.5\n")
        self.starved("34 of 36 cells get none")
        typed = self.document()["lens"]["typed"]
        self.assertEqual([(cell["row"], cell["col"], cell["value"]) for cell in typed], [(0, 0, 2), (0, 1, -1.5)])
        self.move(*self.cell("input", 1, 3, 6, 6))
        # The numbers are data of the document: undo takes them back one by one.
        self.key("ctrl+z")
        self.starved("35 of 36 cells get none")

    def test_ties_are_won_or_split(self):
        self.click("source/fill")
        self.click("source/fill/Ones")
        self.key("g")
        self.starved("27 of 36 cells get none")
        self.assertIn("switch", self.shown()["gradient share"])
        self.click("lens/ties/Split")
        self.starved("0 of 36 cells get none")
        self.assertIn("4 cells tie, and each gets 0.25", self.shown()["gradient share"])
        self.click("lens/ties/All")
        self.starved("0 of 36 cells get none")
        self.assertIn("each gets the whole gradient", self.shown()["gradient share"])
        self.choose("parameter/type", "Average")
        self.assertNotIn("lens/ties/All", self.document()["controls"])

    def test_hidden_outputs_are_not_told_by_their_gradient(self):
        self.key("g")
        self.starved("27 of 36 cells get none")
        self.key("h")
        self.wait(lambda: "starved" not in self.settle()["shown"], "the values")
        self.assertNotIn("gradient share", self.shown())
        self.assertIn("Hidden", self.shown()["lens"])
        self.key("shift+r")
        self.starved("27 of 36 cells get none")


class Pipeline(GridTest):
    ARGUMENTS = GridTest.ARGUMENTS + ["--layer", "MaxPool2d(2)", "--layer", "AvgPool2d(3)"]

    def test_the_gradient_goes_on_to_the_source(self):
        self.click("layer/1")
        self.key("g")
        self.wait(lambda: "0 of 9" in self.settle()["shown"].get("starved", ""), "the gradient on the layer's input")
        self.click("lens/reach/To the source")
        self.wait(lambda: "27 of 36 cells of the source" in self.settle()["shown"]["lens"], "that on the source")


if __name__ == "__main__":
    unittest.main()
