"""The three canvases: one selection seen in all of them, and one camera."""

import unittest

from poolscope_window import GridTest, WindowTest


class Selection(GridTest):
    def assert_selected(self, row, col, pinned=False):
        self.assertEqual(self.document()["selection"], {"row": row, "col": col, "pinned": pinned})

    def test_hover_on_any_canvas_selects_the_window_in_all(self):
        for canvas, cell, grid, expected in (
            ("input", (3, 4), 6, (1, 2)),
            ("windows", (5, 1), 6, (2, 0)),
            ("output", (0, 1), 3, (0, 1)),
        ):
            self.move(*self.cell(canvas, *cell, grid, grid))
            self.assert_selected(*expected)
            self.move(5, 70)
            # The window of 2x2 cells on input and windows is as large as one cell of 3x3.
            for shown in ("input", "windows", "output"):
                self.assertGreater(self.accent(shown, *expected, 3, 3), 0.9, (canvas, shown))
                self.assertLess(self.accent(shown, 1, 1, 3, 3), 0.6, (canvas, shown))

    def test_a_click_pins_and_escape_lets_go(self):
        self.click_at(*self.cell("windows", 0, 5, 6, 6))
        self.assert_selected(0, 2, pinned=True)
        self.move(*self.cell("output", 2, 0, 3, 3))
        self.assert_selected(0, 2, pinned=True)
        self.key("Escape")
        self.move(*self.cell("output", 1, 0, 3, 3))
        self.assert_selected(1, 0)

    def test_keys_move_the_selection(self):
        for keys, expected in (
            (["Right"], (0, 1)),
            (["End"], (2, 2)),
            (["Right"], (2, 2)),
            (["Up"], (1, 2)),
            (["Left"], (1, 1)),
            (["Home"], (0, 0)),
            (["Left"], (0, 0)),
            (["Down"], (1, 0)),
            (["shift+Right"], (2, 0)),
            (["shift+Left"], (1, 0)),
            (["Left"], (0, 2)),
            (["Home", "Right", "Right", "Right", "Right"], (1, 1)),
        ):
            self.key(*keys)
            selection = self.document()["selection"]
            self.assertEqual((selection["row"], selection["col"]), expected, keys)
        self.assertTrue(selection["pinned"])

    def test_keys_are_not_for_the_canvases_under_a_dialog(self):
        self.key("Right")
        self.key("ctrl+o")
        self.key("Right", "End", "Escape")
        self.assert_selected(0, 1, pinned=True)
        self.assertNotIn("browser/cancel", self.document()["controls"])
        self.click("view/map")
        self.key("Escape")
        self.assertNotIn("view/map/Magma", self.document()["controls"])
        self.assert_selected(0, 1, pinned=True)

    def test_windows_shown_one_by_one_are_clicked(self):
        strip = [name for name in self.document()["controls"] if name.startswith("window/")]
        if strip:
            self.click("window/4")
            self.assert_selected(1, 1, pinned=True)


class Camera(GridTest):
    def camera(self):
        return self.document()["camera"]

    def test_the_wheel_zooms_about_the_cursor_and_no_further_out_than_fitted(self):
        corner = self.cell("input", 5, 5, 6, 6)
        self.move(*corner)
        self.wheel(3)
        self.assertAlmostEqual(self.camera()["zoom"], 1.25**3)
        # The cell under the mouse is still the same one.
        self.move(corner[0] + 1, corner[1])
        selection = self.document()["selection"]
        self.assertEqual((selection["row"], selection["col"]), (2, 2))
        self.wheel(-9)
        self.assertEqual(self.camera(), {"zoom": 1.0, "center": [0.5, 0.5]})

    def test_a_drag_pans_what_is_zoomed_and_pins_nothing(self):
        x, y = self.center("windows")
        self.drag((x, y), (x + 40, y + 20))
        self.assertEqual(self.camera(), {"zoom": 1.0, "center": [0.5, 0.5]})
        self.wheel(4)
        middle = self.camera()["center"]
        self.drag((x, y), (x - 40, y - 20))
        moved = self.camera()["center"]
        self.assertGreater(moved[0], middle[0])
        self.assertGreater(moved[1], middle[1])
        self.assertFalse(self.document()["selection"]["pinned"])
        # As far as the mouse: the picture follows it.
        w, zoom = self.rect("windows")[2], self.camera()["zoom"]
        self.assertAlmostEqual((moved[1] - middle[1]) * w * zoom, 40, delta=0.5)
        self.key("f")
        self.assertEqual(self.camera(), {"zoom": 1.0, "center": [0.5, 0.5]})

    def test_z_zooms_to_the_window_and_the_button_fits(self):
        self.key("End", "z")
        self.assertEqual(self.camera()["zoom"], 1.0)  # A third of the grid is its window with space around it.
        self.enter("parameter/kernel_size/h", "1")
        self.key("Home", "z")
        camera = self.camera()
        self.assertEqual(camera["zoom"], 2.0)
        self.assertEqual(camera["center"], [0.25, 0.25])
        self.click("view/fit")
        self.assertEqual(self.camera()["zoom"], 1.0)


class Photo(WindowTest):
    SIZE = (1600, 1000)

    def selected(self):
        selection = self.document()["selection"]
        return selection["row"], selection["col"]

    def test_overview_and_detail_follow_one_selection(self):
        self.assertIn("input/detail", self.document()["controls"])
        # 3x3 windows, stride 2, padding 1: the middle of the picture is output cell (96, 128).
        self.move(*self.center("input"))
        row, col = self.selected()
        self.assertLessEqual(abs(row - 96), 2)
        self.assertLessEqual(abs(col - 128), 2)
        self.click_at(*self.center("windows"))
        pinned = self.selected()
        x, y, w, h = self.rect("output")
        self.move(x + 5, y + 5)
        self.assertEqual(self.selected(), pinned)
        # The detail shows the neighbourhood of the click, also for the mouse.
        self.move(5, 70)
        self.key("Escape")
        for canvas in ("input/detail", "windows/detail", "output/detail"):
            self.move(*self.center(canvas))
            row, col = self.selected()
            self.assertLessEqual(abs(row - pinned[0]), 4, canvas)
            self.assertLessEqual(abs(col - pinned[1]), 4, canvas)
        self.click_at(x + 5, y + 5)
        row, col = self.selected()
        self.assertLessEqual(max(row, col), 10)
        self.move(5, 70)
        self.key("Escape")
        self.move(*self.center("input/detail"))
        self.assertLessEqual(max(self.selected()), 14)

    def test_z_shows_the_values_around_the_window(self):
        self.move(*self.center("output"))
        self.key("z")
        document = self.document()
        self.assertGreater(document["camera"]["zoom"], 20)
        center = document["camera"]["center"]
        self.assertAlmostEqual(center[0], 0.5, delta=0.02)
        self.assertAlmostEqual(center[1], 0.5, delta=0.02)
        self.key("f")
        self.assertEqual(self.document()["camera"]["zoom"], 1.0)


if __name__ == "__main__":
    unittest.main()
