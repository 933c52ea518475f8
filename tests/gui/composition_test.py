"""Layers as one: the composition panel, identities, and stages chosen for the canvases."""

import unittest

from poolscope_window import GridTest


class Composition(GridTest):
    SIZE = (1600, 1000)

    def add(self, name):
        return self.click("layer/add", f"layer/add/{name}")

    def open_panel(self):
        self.key("F10")  # The inspector makes room for all tabs.
        self.click("lab/composition")

    def row(self, stage):
        """The cells of one row of the table: stage, layer, shape, window, jump, start."""
        return [cell.strip() for cell in self.document()["shown"][f"composition/{stage}"].split("|")]

    def two_maxima(self):
        self.click("parameter/stride/w/-")
        self.click("layer/0/duplicate")

    def test_the_table_counts_in_cells_of_the_source(self):
        self.add("AvgPool2d")
        self.open_panel()
        self.assertEqual(self.row(0)[3:], ["1", "1", "0"])
        self.assertEqual(self.row(1)[3:], ["2", "2", "0"])
        self.assertEqual(self.row(2)[3:], ["4", "4", "0"])

    def test_the_field_and_the_weights_follow_the_selected_cell(self):
        self.choose("parameter/type", "Average")
        self.click("layer/0/duplicate")
        self.click("layer/1")
        self.open_panel()
        shown = self.document()["shown"]
        self.assertEqual(shown["composition/field"], "rows 0…3, cols 0…3")
        self.assertEqual(shown["composition/weights"], "0.0625 to 0.0625")
        self.click("composition/1")
        self.key("Right")
        self.assertEqual(self.document()["shown"]["composition/field"], "rows 0…1, cols 2…3")

    def test_an_identity_is_taken_by_one_click_and_undone_by_one_key(self):
        self.two_maxima()
        self.open_panel()
        before, output = self.layers(), self.output()
        self.assertIn("= MaxPool2d k3 s1:", self.document()["shown"]["composition/identity/0"])
        self.click("composition/replace/0")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=1)"])
        self.assertEqual(self.output(), output)
        self.key("ctrl+z")
        self.assertEqual(self.layers(), before)

    def test_a_canvas_shows_the_stage_chosen_for_it(self):
        self.two_maxima()
        self.choose("input/stage", "source")
        self.move(5, 70)  # The list lay over the canvas, where the mouse chooses a window.
        document = self.key("Home", "Right")
        self.assertEqual(document["view"]["input_stage"], 0)
        # The second output of both layers together reads rows 0 to 2, columns 1 to 3 of the source.
        rows, cols = self.shapes()[-1][2:]
        self.assertEqual((rows, cols), (4, 4))
        self.assertGreater(self.accent("output", 0, 1, rows, cols), 0.9)
        document = self.click_at(*self.cell("input", 5, 5, 6, 6))
        self.assertEqual((document["selection"]["row"], document["selection"]["col"]), (3, 3))
        self.choose("output/stage", "1 MaxPool2d")
        self.assertEqual(self.document()["view"]["output_stage"], 1)
        # Another layer shows its own stages again.
        document = self.click("layer/0")
        self.assertEqual((document["view"]["input_stage"], document["view"]["output_stage"]), (None, None))


if __name__ == "__main__":
    unittest.main()
