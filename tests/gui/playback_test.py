"""Playing window by window, and predicting what is hidden."""

import unittest

from poolscope_window import ASSETS, GridTest, WindowTest


class Playing(GridTest):
    def current(self):
        selection = self.document()["selection"]
        return selection["row"] * 3 + selection["col"]

    def playing(self):
        return self.document()["playback"]["playing"]

    def test_it_plays_from_the_current_window_to_the_last_and_then_anew(self):
        self.choose("playback/speed", "4×")
        self.key("Right", "space")
        self.assertTrue(self.playing())
        self.wait(lambda: not self.playing(), "the end")
        self.settle()
        self.assertEqual(self.current(), 8)
        self.key("space")
        self.wait(lambda: self.playing() and 0 < self.current() < 8, "the second round")
        self.click_at(*self.cell("output", 1, 0, 3, 3))
        self.assertEqual((self.playing(), self.current()), (False, 3))
        self.key("v", "space", "ctrl+z")
        self.assertFalse(self.playing())

    def test_the_slider_and_the_buttons_go_to_any_window(self):
        x, y, w, h = self.rect("playback/scrub")
        stops = [(x + 7 + (w - 14) * window / 8, y + h / 2) for window in (0, 8, 4)]
        self.move(*stops[0])
        self.press()
        for stop, window in zip(stops, (0, 8, 4)):
            self.move(*stop)
            self.assertEqual(self.current(), window)
        self.release()
        self.assertIn("5 of 9", self.document()["shown"]["playback"])
        self.click("playback/last")
        self.assertEqual(self.current(), 8)
        self.click("playback/first")
        self.assertEqual(self.current(), 0)

    def test_it_stays_when_the_inspector_is_folded(self):
        self.key("F10")
        self.click("playback/play")
        self.assertTrue(self.playing())
        self.click("playback/play")
        self.assertFalse(self.playing())


class Predicting(GridTest):
    def prediction(self):
        return self.document()["prediction"]

    def seen(self, canvas, row, col, cells):
        """The colours inside a cell of a canvas, without what is printed on it."""
        x, y, w, h = self.rect(canvas)
        return self.pixel(x + (col + 0.8) * w / cells, y + (row + 0.2) * h / cells)

    def test_hidden_outputs_are_revealed_one_by_one_or_all(self):
        open_colour = self.seen("output", 1, 1, 3)
        self.key("h")
        hidden_colour = self.seen("output", 1, 1, 3)
        self.assertNotEqual(hidden_colour, open_colour)
        self.move(*self.cell("output", 1, 1, 3, 3))
        self.key("r")
        self.move(5, 70)
        self.assertEqual(self.prediction()["layers"]["0"]["revealed"], [[4, 5]])
        self.assertEqual(self.seen("output", 1, 1, 3), open_colour)
        self.assertEqual(self.seen("output", 1, 0, 3), hidden_colour)
        self.key("shift+r")
        self.assertEqual(self.prediction()["layers"]["0"]["revealed"], [[0, 9]])
        self.click("prediction/hide-again")
        self.assertEqual(self.prediction(), {"hidden": True, "layers": {}})
        self.assertEqual(self.seen("output", 1, 1, 3), hidden_colour)
        self.click("playback/hide")
        self.assertFalse(self.prediction()["hidden"])

    def test_guesses_are_checked_and_counted(self):
        self.click("playback/hide")
        self.type("3.75\n")
        shown = self.document()["shown"]
        self.assertIn("the average of the window", shown["prediction"])
        self.assertEqual(shown["tally"], "0 of 1 right")
        self.assertNotIn("0", self.prediction()["layers"]["0"]["revealed"])
        self.type("6\n")
        shown = self.document()["shown"]
        self.assertEqual((shown["prediction"], shown["tally"]), ("Right: 6.", "1 of 1 right"))
        self.assertEqual(self.prediction()["layers"]["0"]["revealed"], [[0, 1]])
        self.key("Right")
        self.type("7\n")
        self.assertEqual(self.document()["shown"]["tally"], "1 of 2 right")
        # A guess is no edit of the grid, and Escape forgets what was typed.
        self.type("12")
        self.key("Escape", "Right")
        self.assertEqual(len(self.prediction()["layers"]["0"]["guesses"]), 2)
        self.assertEqual(self.output(), self.MAX)
        # The outputs of another layer are another question.
        self.choose("parameter/type", "Average")
        self.assertEqual(self.prediction(), {"hidden": True, "layers": {}})

    def test_playing_reveals_what_it_passes(self):
        self.key("h")
        self.choose("playback/speed", "4×")
        self.key("Right", "Right", "Right", "Right", "Right", "space")
        self.wait(lambda: not self.document()["playback"]["playing"], "the end")
        self.assertEqual(self.settle()["prediction"]["layers"]["0"]["revealed"], [[5, 9]])


class Photo(WindowTest):
    ARGUMENTS = [ASSETS / "samples" / "alpine-lake.png"]

    def test_many_windows_are_played_by_rows(self):
        self.assertIn("of 49 152", self.document()["shown"]["playback"])
        self.choose("playback/speed", "64 rows/s")
        self.key("h", "Home", "space")
        self.wait(lambda: self.document()["selection"]["row"] > 8, "some rows")
        self.click_at(*self.center("windows"))
        document = self.document()
        self.assertFalse(document["playback"]["playing"])
        ((first, end),) = document["prediction"]["layers"]["0"]["revealed"]
        self.assertEqual(first, 0)
        self.assertGreater(end, 8 * 256)


if __name__ == "__main__":
    unittest.main()
