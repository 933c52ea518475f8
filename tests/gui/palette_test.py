"""The palette finds every command by a few letters; menus, keys and the list of keys are the same commands."""

import unittest

from poolscope_window import GridTest


class Palette(GridTest):
    def find(self, query):
        """Opens the palette and types; the id of the command that Enter would choose."""
        self.assertIn("palette/query", self.key("ctrl+k")["controls"])
        return self.type(query)["shown"]["palette"]

    def test_a_few_letters_and_enter(self):
        self.assertEqual(self.find("magma"), "map/magma")
        document = self.key("Return")
        self.assertEqual(document["view"]["map"], "magma")
        self.assertNotIn("palette/query", document["controls"])
        self.assertEqual(self.key("ctrl+z")["view"]["map"], "viridis")

    def test_layers_samples_and_panels_are_in_it(self):
        self.assertEqual(self.find("add lppool2"), "add/LPPool2d")
        self.key("Return")
        self.assertEqual(len(self.layers()), 2)
        self.assertIn("LPPool2d", self.layers()[1])
        self.find("samples weave")
        self.assertEqual(self.key("Return")["source"]["name"], "weave.png")
        self.assertEqual(self.find("panels values"), "panel/values")
        self.assertEqual(self.key("Return")["view"]["lab"], "values")

    def test_arrows_move_and_escape_leaves(self):
        first = self.find("theme")
        second = self.key("Down")["shown"]["palette"]
        self.assertNotEqual(first, second)
        self.assertEqual(self.key("Up")["shown"]["palette"], first)
        document = self.key("Escape")
        self.assertNotIn("palette/query", document["controls"])
        self.assertEqual(document["view"]["theme"], "dark")

    def test_a_row_is_clicked(self):
        self.find("light")
        self.assertEqual(self.click("palette/theme/light")["view"]["theme"], "light")

    def test_what_cannot_be_done_stays_and_does_nothing(self):
        self.assertEqual(self.find("redo"), "redo")
        self.assertIn("palette/query", self.key("Return")["controls"])
        self.key("Escape")

    def test_a_command_of_a_panel_is_done_from_the_palette(self):
        before = self.document()["selection"]
        self.assertEqual(self.find("last window"), "window/last")
        selection = self.key("Return")["selection"]
        self.assertNotEqual(selection, before)
        self.assertEqual((selection["row"], selection["col"]), (2, 2))
        self.assertEqual(self.find("next overlay"), "overlay")
        self.assertEqual(self.key("Return")["view"]["overlay"], "count")

    def test_the_scale_has_keys(self):
        self.assertAlmostEqual(self.key("ctrl+plus")["view"]["scale"], 1.1, places=5)
        self.assertAlmostEqual(self.key("ctrl+equal")["view"]["scale"], 1.25, places=5)
        self.assertAlmostEqual(self.key("ctrl+minus")["view"]["scale"], 1.1, places=5)
        self.assertEqual(self.key("ctrl+0")["view"]["scale"], 1)


if __name__ == "__main__":
    unittest.main()
