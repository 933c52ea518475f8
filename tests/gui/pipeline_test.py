"""The pipeline's cards: adding, copying, switching off, removing, reordering, and a layer that fails."""

import unittest

from poolscope_window import GridTest

MAX2, AVERAGE2 = "MaxPool2d(kernel_size=2)", "AvgPool2d(kernel_size=2)"


class Pipeline(GridTest):
    def add(self, name):
        return self.click("layer/add", f"layer/add/{name}")

    def menu(self, index, entry):
        return self.click(f"layer/{index}/more", f"layer/{index}/menu/{entry}")

    def test_layers_are_added_and_selected(self):
        document = self.add("AvgPool2d")
        self.assertEqual(self.layers(), [MAX2, AVERAGE2])
        self.assertEqual(document["selected_layer"], 1)
        self.assertEqual(self.shapes(), [[1, 1, 6, 6], [1, 1, 3, 3], [1, 1, 1, 1]])
        self.assertEqual(self.output(), [8])
        self.assertEqual(self.click("layer/0")["selected_layer"], 0)
        self.add("GlobalMaxPooling2D")
        self.assertIn("GlobalMaxPooling2D", self.layers()[2])
        self.key("ctrl+z", "ctrl+z")
        self.assertEqual(self.layers(), [MAX2])

    def test_layers_are_copied_and_removed(self):
        self.click("layer/0/duplicate")
        self.assertEqual(self.layers(), [MAX2, MAX2])
        self.choose("parameter/type", "Average")
        self.assertEqual(self.layers(), [MAX2, AVERAGE2])
        self.click("layer/0")
        self.key("ctrl+d")
        self.assertEqual(self.layers(), [MAX2, MAX2, AVERAGE2])
        self.menu(2, "Remove")
        self.key("Delete")
        self.assertEqual(self.layers(), [MAX2])
        document = self.key("Delete")
        self.assertEqual((self.layers(), document["result"]["error"]), ([], None))
        self.assertEqual(len(document["result"]["stages"]), 1)
        self.key("Delete", "ctrl+d", "Right", "z", "Escape")
        self.assertEqual(self.layers(), [])
        self.add("MaxPool2d")
        self.assertEqual(self.output(), self.MAX)

    def test_a_layer_is_switched_off_and_on(self):
        self.add("AvgPool2d")
        document = self.click("layer/0/enable")
        self.assertFalse(document["pipeline"][0]["enabled"])
        self.assertEqual(self.output(), self.AVERAGE)
        document = self.click("layer/0")
        self.assertIsNone(document["result"]["error"])
        self.click("layer/0/enable")
        self.assertEqual(self.output(), [8])

    def test_a_card_dragged_by_its_grip_changes_places_in_one_step(self):
        self.add("AvgPool2d")
        self.add("LPPool2d")
        self.enter("parameter/kernel_size/h", "1")
        before = self.layers()
        start, end = self.center("layer/0/grip"), self.center("layer/2/grip")
        self.drag(start, end)
        self.assertEqual(self.layers(), [before[1], before[2], before[0]])
        # The layer that was selected stays selected, wherever it went.
        self.assertEqual(self.layers()[self.document()["selected_layer"]], before[2])
        self.key("ctrl+z")
        self.assertEqual(self.layers(), before)
        self.menu(2, "Move up")
        self.assertEqual(self.layers(), [before[0], before[2], before[1]])
        self.menu(0, "Move down")
        self.assertEqual(self.layers(), [before[2], before[0], before[1]])

    def test_layers_before_one_that_fails_are_still_shown(self):
        self.add("MaxPool2d")
        self.add("AvgPool2d")
        document = self.click("layer/0")
        self.assertEqual(self.shapes(), [[1, 1, 6, 6], [1, 1, 3, 3], [1, 1, 1, 1]])
        self.assertIn("kernel_size 2 does not fit 1 rows", document["result"]["error"])
        self.click("layer/1")
        self.enter("parameter/kernel_size/h", "4")
        document = self.document()
        self.assertEqual(self.shapes(), [[1, 1, 6, 6], [1, 1, 3, 3]])
        self.assertIn("MaxPool2d: kernel_size 4 does not fit 3 rows", document["result"]["error"])
        # The third waits; its card and canvases stand that, and so do the keys.
        self.assertEqual(self.click("layer/2")["selected_layer"], 2)
        self.key("Right", "z", "End", "Escape")
        self.click("layer/0")
        self.assertEqual(self.output(stage=1), self.MAX)
        self.click("layer/1/enable")
        self.assertEqual(self.shapes()[-1], [1, 1, 1, 1])
        self.assertIsNone(self.document()["result"]["error"])


if __name__ == "__main__":
    unittest.main()
