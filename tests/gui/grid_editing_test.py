"""Typing into the grid: cells, sizes, patterns, paste, and the undoing of each."""

import unittest

from poolscope_window import GridTest

G6 = [1, 3, 2, 4, 6, 8, 5, 6, 7, 8, 9, 10, 4, 3, 2, 1, 0, 1, 7, 8, 9, 10, 11, 12, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5]


class EditingTest(GridTest):
    def edit(self):
        edit = self.document()["edit"]
        return (edit["row"], edit["col"]) if edit["active"] else None

    def grid(self):
        return self.output(stage=0)

    def value(self, row, col):
        return self.grid()[row * self.shapes()[0][3] + col]

    def start_at(self, row, col):
        self.click_at(*self.cell("input", row, col, 6, 6))
        self.assertEqual(self.edit(), (row, col))


class Cells(EditingTest):
    def test_numbers_are_typed_and_keys_move_on(self):
        self.start_at(0, 0)
        for text, key, cell, after, value in (
            ("9", "Return", (0, 0), (1, 0), 9),
            ("-2.5", "Tab", (1, 0), (1, 1), -2.5),
            ("1e2", "Right", (1, 1), (1, 2), 100),
            ("0.125", "Up", (1, 2), (0, 2), 0.125),
            ("7", "Left", (0, 2), (0, 1), 7),
            ("20", "shift+Tab", (0, 1), (0, 0), 20),
            ("33", "Down", (0, 0), (1, 0), 33),
            ("34", "shift+Return", (1, 0), (0, 0), 34),
        ):
            self.type(text)
            self.key(key)
            self.assertEqual(self.edit(), after, text)
            self.assertEqual(self.value(*cell), value)
        self.assertEqual(self.output()[0], 100)
        self.key("Up", "Left")
        self.assertEqual(self.edit(), (0, 0))

    def test_a_burst_of_keys_is_taken_in_order(self):
        self.start_at(0, 0)
        self.type("11\n12\n13\n14\n15\n16\t21\n")
        self.assertEqual([self.value(row, 0) for row in range(6)], [11, 12, 13, 14, 15, 16])
        self.assertEqual(self.value(5, 1), 21)

    def test_nan_and_infinities_are_numbers(self):
        self.start_at(2, 2)
        self.type("nan\t-inf\t")
        self.assertEqual((self.value(2, 2), self.value(2, 3)), ("nan", "-inf"))
        self.assertEqual(self.output()[4], "nan")

    def test_escape_forgets_what_was_typed_and_then_leaves(self):
        self.start_at(3, 3)
        self.type("55")
        self.key("Escape")
        self.assertEqual(self.edit(), (3, 3))
        self.key("Return")
        self.assertEqual(self.grid(), G6)
        self.key("Escape")
        self.assertIsNone(self.edit())
        self.type("5")
        self.key("Return")
        self.assertEqual(self.grid(), G6)

    def test_nonsense_leaves_the_cell(self):
        self.start_at(1, 1)
        for text in ("--5", "1.2.3", "e", "-", "nane", "1e99"):
            self.type(text)
            document = self.key("Return", "Up")
            self.assertEqual(self.grid(), G6, text)
            self.assertIn(f'"{text}" is not a number', document["limits"]["cell"])
        # Characters of no number are not even taken.
        self.type("x7,y/")
        document = self.key("Return")
        self.assertEqual(self.value(1, 1), 7)
        self.assertNotIn("cell", document["limits"])

    def test_a_click_on_another_cell_keeps_what_was_typed(self):
        self.start_at(0, 0)
        self.type("8")
        self.start_at(4, 4)
        self.assertEqual(self.value(0, 0), 8)

    def test_backspace_and_delete(self):
        self.start_at(5, 5)
        self.type("123")
        self.key("BackSpace", "Return")
        self.assertEqual(self.value(5, 5), 12)
        self.key("Delete")
        self.assertEqual(self.value(5, 5), 0)
        self.assertEqual(len(self.layers()), 1)

    def test_every_cell_typed_is_undone_and_redone(self):
        self.start_at(0, 0)
        self.type("91\n92\n")
        self.assertEqual((self.value(0, 0), self.value(1, 0)), (91, 92))
        self.key("ctrl+z")
        self.assertEqual((self.value(0, 0), self.value(1, 0)), (91, 5))
        self.key("ctrl+z")
        self.assertEqual(self.grid(), G6)
        self.assertEqual(self.document()["source"]["name"], "g6.txt")
        self.key("ctrl+z")
        self.assertEqual(self.grid(), G6)
        self.key("ctrl+shift+z", "ctrl+y")
        self.assertEqual((self.value(0, 0), self.value(1, 0)), (91, 92))
        self.click("undo", "undo")
        self.assertEqual(self.grid(), G6)
        self.click("redo")
        self.assertEqual(self.value(0, 0), 91)

    def test_the_edit_button_and_f2_start_at_the_first_cell(self):
        self.click("source/edit")
        self.assertEqual(self.edit(), (0, 0))
        self.key("F2")
        self.assertIsNone(self.edit())
        self.key("F2")
        self.type("4\n")
        self.assertEqual(self.value(0, 0), 4)


class Sizes(EditingTest):
    def test_rows_and_columns_are_stepped_and_typed(self):
        self.click("source/Rows/+")
        self.assertEqual(self.shapes()[0], [1, 1, 7, 6])
        self.assertEqual(self.grid(), G6 + [0] * 6)
        self.enter("source/Cols", "2")
        self.assertEqual(self.shapes()[0], [1, 1, 7, 2])
        self.assertEqual(self.grid()[:4], [1, 3, 5, 6])
        self.key("ctrl+z", "ctrl+z")
        self.assertEqual(self.grid(), G6)

    def test_a_drag_is_one_step_of_undo(self):
        x, y = self.center("source/Rows")
        self.drag((x, y), (x + 24, y), (x - 9, y))
        self.assertLess(self.shapes()[0][2], 6)
        self.key("ctrl+z")
        self.assertEqual(self.grid(), G6)
        self.assertEqual(self.document()["source"]["name"], "g6.txt")

    def test_a_grid_has_1_to_64_rows_and_columns(self):
        document = self.enter("source/Rows", "65")
        self.assertEqual(self.shapes()[0], [1, 1, 64, 6])
        self.assertIn("1 to 64", document["limits"]["grid"])
        document = self.enter("source/Rows", "1")
        self.assertEqual(self.shapes()[0], [1, 1, 1, 6])
        self.assertIn("kernel_size 2 does not fit", document["result"]["error"])
        document = self.click("source/Rows/-")
        self.assertIn("1 to 64", document["limits"]["grid"])
        self.enter("source/Cols", "0")
        self.assertEqual(self.shapes()[0], [1, 1, 1, 1])
        self.enter("parameter/kernel_size/h", "1")
        self.assertEqual(self.output(), [1])


class Fills(EditingTest):
    def test_patterns_fill_the_grid(self):
        cells = [(y, x) for y in range(6) for x in range(6)]
        for name, value in (
            ("Zeros", lambda y, x: 0),
            ("Ones", lambda y, x: 1),
            ("Ramp", lambda y, x: 6 * y + x),
            ("Checkerboard", lambda y, x: (y + x) % 2),
            ("Gradient", lambda y, x: y + x),
        ):
            self.choose("source/fill", name)
            self.assertEqual(self.grid(), [value(y, x) for y, x in cells], name)
        self.choose("source/fill", "One spike")
        self.assertEqual(sorted(self.grid())[-2:], [0, 9])
        self.choose("source/fill", "Random")
        first = self.grid()
        self.choose("source/fill", "Random")
        self.assertNotEqual(self.grid(), first)
        self.key("ctrl+z")
        self.assertEqual(self.grid(), first)
        self.key(*["ctrl+z"] * 7)
        self.assertEqual(self.grid(), G6)

    def copy(self, text):
        """Puts a text on the clipboard by way of a field of the program."""
        self.click("parameter/kernel_size/h")
        self.key("ctrl+a")
        self.type(text)
        self.key("ctrl+a", "ctrl+c", "Escape")

    def test_a_table_is_pasted(self):
        self.copy("1 -2.5 3 / 4 5 inf")
        document = self.click("source/paste")
        self.assertEqual(document["source"]["shape"], [1, 1, 2, 3])
        self.assertEqual(self.grid(), [1, -2.5, 3, 4, 5, "inf"])
        self.key("ctrl+z")
        self.assertEqual(self.grid(), G6)

    def test_what_is_no_table_is_not_pasted(self):
        self.copy("1 2 / 3")
        document = self.click("source/paste")
        self.assertIn("clipboard", document["open_error"])
        self.assertEqual(self.grid(), G6)


if __name__ == "__main__":
    unittest.main()
