"""What the window shows at first, and how it ends."""

import time
import unittest

import numpy as np
from PIL import Image

from poolscope_window import ASSETS, G6, GridTest, WindowTest


class Photo(WindowTest):
    SIZE = (1600, 1000)

    def test_no_file_starts_on_the_sample_photo(self):
        document = self.document()
        self.assertEqual(document["source"]["name"], "alpine-lake.png")
        self.assertEqual(document["source"]["shape"], [1, 3, 384, 512])
        self.assertEqual(document["result"]["error"], None)
        self.assertEqual(self.shapes(), [[1, 3, 384, 512], [1, 3, 192, 256]])
        photo = np.asarray(Image.open(ASSETS / "samples" / "alpine-lake.png").convert("RGB"))
        x, y, w, h = (round(v) for v in document["controls"]["input"])
        shown = self.display.pixels()[y : y + h, x : x + w]
        # The canvas shows the whole photo and the padding of one cell around it.
        small = np.asarray(Image.fromarray(photo).resize((w, h), Image.BOX))
        apart = np.abs(shown.astype(int) - small.astype(int)).mean()
        self.assertLess(apart, 12)

    def test_an_idle_window_draws_no_frames_and_uses_no_time(self):
        def ticks():
            with open(f"/proc/{self.program.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            return int(fields[11]) + int(fields[12])

        before, ticks_before = self.settle(), ticks()
        time.sleep(3)
        self.assertEqual(self.document()["frames"], before["frames"])
        self.assertLessEqual(ticks() - ticks_before, 2)

    def test_the_quit_entry_of_the_file_menu_quits(self):
        self.click("menu/File")
        x, y = self.center("menu/Quit")
        self.xdotool("mousemove", str(round(x)), str(round(y)), "mousedown", "1")
        self.xdotool("mouseup", "1")
        self.assertEqual((self.program.wait(60), self.stderr()), (0, ""))


class Grid(GridTest):
    def test_max_and_average_of_the_worked_grid(self):
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])
        self.assertEqual(self.output(), self.MAX)
        self.choose("parameter/type", "Average")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2)"])
        self.assertEqual(self.output(), self.AVERAGE)

    def test_output_cells_have_the_colours_of_their_values(self):
        viridis = np.asarray(Image.open(ASSETS / "colormaps.png").convert("RGB"))[0].astype(float)
        self.key("v")
        self.move(5, 60)
        for kind, values in (("Max", self.MAX), ("Average", self.AVERAGE)):
            self.choose("parameter/type", kind)
            self.move(5, 60)
            for index, value in enumerate(values[1:], start=1):
                x, y = self.cell("output", index // 3, index % 3, 3, 3)
                # Input and output share their range: 0 to 12.
                at = value / 12 * 255
                low, share = int(at), at - int(at)
                expected = viridis[low] * (1 - share) + viridis[min(low + 1, 255)] * share
                seen = np.array(self.pixel(x, y))
                self.assertLessEqual(np.abs(seen - expected).max(), 3, f"{kind} cell {index}: {seen}, {expected}")


class SeveralFiles(WindowTest):
    ARGUMENTS = [G6, ASSETS / "samples" / "weave.png", ASSETS / "grids" / "ten.txt"]

    def test_the_last_file_of_the_command_line_stays(self):
        self.assertEqual(self.document()["source"]["name"], "ten.txt")


if __name__ == "__main__":
    unittest.main()
