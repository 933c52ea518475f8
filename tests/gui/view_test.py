"""How values are shown: channels, colour maps, ranges, numbers, themes, scale, columns and window sizes."""

import unittest

import numpy as np
from PIL import Image

from poolscope_window import ASSETS, GridTest, WindowTest


class Photo(WindowTest):
    SIZE = (1600, 1000)

    def input_pixels(self):
        x, y, w, h = (round(v) for v in self.rect("input"))
        self.move(5, 70)
        return self.display.pixels()[y + 4 : y + h - 4, x + 4 : x + w - 4].astype(int)

    def is_colourful(self, pixels):
        return (pixels.max(2) - pixels.min(2)).mean() > 8

    def test_channels_and_the_colour_picture(self):
        photo = self.input_pixels()
        for index, name in enumerate("RGB"):
            view = self.click(f"view/channel/{name}")["view"]
            self.assertEqual((view["composite"], view["channel"]), (False, index))
            self.assertGreater(np.abs(self.input_pixels() - photo).mean(), 10)
        self.choose("view/map", "Grey")
        self.assertFalse(self.is_colourful(self.input_pixels()))
        self.assertTrue(self.click("view/channel/RGB")["view"]["composite"])
        self.assertLess(np.abs(self.input_pixels() - photo).mean(), 1)

    def test_luma_is_one_channel_before_the_pipeline(self):
        document = self.click("source/luma")
        self.assertTrue(document["source"]["luma"])
        self.assertEqual(self.shapes(), [[1, 1, 384, 512], [1, 1, 192, 256]])
        self.assertNotIn("view/channel/R", document["controls"])
        self.key("ctrl+z")
        self.assertEqual(self.shapes()[1], [1, 3, 192, 256])


    def test_the_panel_under_the_canvases_suits_the_input_until_one_is_chosen(self):
        self.assertEqual((self.document()["view"]["lab"], self.document()["shown"]["lab"]), ("", "values"))
        document = self.click("lab/what-if")
        self.assertEqual((document["view"]["lab"], document["shown"]["lab"]), ("what-if", "what-if"))
        document = self.key("ctrl+z")
        self.assertEqual((document["view"]["lab"], document["shown"]["lab"]), ("", "values"))


class Grid(GridTest):
    def cell_colours(self):
        """The colours of the output cells, without numbers on them."""
        self.move(5, 70)
        pixels = self.display.pixels()
        cells = (self.cell("output", i // 3, i % 3, 3, 3) for i in range(9))
        return [tuple(int(v) for v in pixels[int(y), int(x)]) for x, y in cells][1:]

    def test_colour_maps(self):
        self.key("v")
        rows = np.asarray(Image.open(ASSETS / "colormaps.png").convert("RGB")).astype(int)
        for row, (name, title) in enumerate(
            (("viridis", "Viridis"), ("magma", "Magma"), ("cividis", "Cividis"), ("grey", "Grey"), ("diverging", "Diverging"))
        ):
            document = self.choose("view/map", title)
            self.assertEqual(document["view"]["map"], name)
            for colour in self.cell_colours():
                self.assertLess(np.abs(rows[row] - colour).max(1).min(), 5, name)
        self.key(*["ctrl+z"] * 4)
        self.assertEqual(self.document()["view"]["map"], "viridis")

    def test_shared_and_own_range(self):
        self.key("v")
        top, bottom = (tuple(v) for v in np.asarray(Image.open(ASSETS / "colormaps.png").convert("RGB"))[0][[255, 0]])

        def near(colour, other):
            return max(abs(int(a) - int(b)) for a, b in zip(colour, other)) < 5

        # Output 4 is the least of the outputs, but not of the inputs; 12 is the greatest of both.
        least, greatest = 7 - 1, 5 - 1
        shared = self.cell_colours()
        self.assertTrue(near(shared[greatest], top))
        self.assertFalse(near(shared[least], bottom))
        self.assertEqual(self.choose("view/range", "Own")["view"]["range"], "own")
        own = self.cell_colours()
        self.assertTrue(near(own[greatest], top))
        self.assertTrue(near(own[least], bottom))

    def test_values_and_indices_come_and_go(self):
        def ink():
            x, y, w, h = (round(v) for v in self.rect("output"))
            self.move(5, 70)
            cell = self.display.pixels()[y + h * 2 // 3 : y + h, x + w * 2 // 3 : x + w]
            return cell[8:-8, 8:-8].reshape(-1, 3).std(0).max()

        shown = self.rect("input")
        self.assertGreater(ink(), 5)
        self.assertFalse(self.key("v")["view"]["values"])
        self.assertLess(ink(), 2)
        self.assertTrue(self.key("v")["view"]["values"])
        self.assertFalse(self.key("i")["view"]["indices"])
        self.assertNotEqual(self.rect("input"), shown)
        self.click("menu/View", "menu/Indices")
        self.assertEqual(self.rect("input"), shown)

    def test_themes(self):
        background = self.pixel(640, 790)
        self.assertLess(max(background), 64)
        self.assertEqual(self.click("menu/View", "menu/Light theme")["view"]["theme"], "light")
        self.assertGreater(min(self.pixel(640, 790)), 200)
        self.click("menu/View", "menu/Dark theme")
        self.assertEqual(self.pixel(640, 790), background)


class Frame(GridTest):
    def assert_everything_inside(self, size):
        """Every control lies in the window, or in a column that scrolls to it."""
        controls = self.settle()["controls"]
        left = controls["left/border"][0] if "left/border" in controls else 0
        right = controls["inspector/border"][0] if "inspector/border" in controls else size[0]
        for name, (x, y, w, h) in controls.items():
            self.assertGreaterEqual(x, -4, name)
            self.assertLessEqual(x + w, size[0] + 4, name)
            scrolls = x + w <= left + 4 or x >= right
            if not scrolls:
                self.assertGreaterEqual(y, -4, name)
                self.assertLessEqual(y + h, size[1] + 4, name)
        self.assertGreater(controls["output"][2], 40)
        self.assertGreater(controls["output"][3], 40)
        return controls

    def resize(self, width, height):
        self.xdotool("windowsize", self.window, str(width), str(height))
        self.SIZE = (width, height)
        self.wait(lambda: self.settle()["controls"]["engine"][0] < width, "the new size")
        return self.settle()

    def test_columns_fold(self):
        wide = self.rect("output")
        document = self.key("F9")
        self.assertFalse(document["view"]["left_open"])
        self.assertNotIn("parameter/type", document["controls"])
        document = self.key("F10")
        self.assertFalse(document["view"]["inspector_open"])
        self.assertGreater(document["controls"]["output"][2], wide[2])
        self.assert_everything_inside(self.SIZE)
        self.key("F9", "F10")
        self.assertEqual(self.rect("output"), wide)

    def test_a_border_is_dragged_in_one_step(self):
        x, y = self.center("left/border")
        self.drag((x, y), (x + 40, y), (x + 60, y))
        self.assertAlmostEqual(self.center("left/border")[0], x + 60, delta=1)
        self.key("ctrl+z")
        self.assertEqual(self.center("left/border")[0], x)
        self.drag((x, y), (x - 200, y))
        self.assertAlmostEqual(self.center("left/border")[0], 240, delta=1)
        x, y = self.center("inspector/border")
        self.drag((x, y), (x + 30, y))
        self.assertAlmostEqual(self.center("inspector/border")[0], x + 30, delta=1)

    def test_the_scale_changes_while_the_program_runs(self):
        small = self.rect("source/Rows")
        document = self.click("menu/View", "menu/Scale 1.6")
        self.assertAlmostEqual(document["view"]["scale"], 1.6, places=5)
        self.assertAlmostEqual(self.rect("menu/File")[3], 1.6 * 30, delta=1)
        self.assert_everything_inside(self.SIZE)
        self.click_at(*self.cell("input", 2, 2, 6, 6))
        self.assertEqual(self.document()["edit"], {"active": True, "row": 2, "col": 2})
        self.type("99\n")
        self.assertEqual(self.output()[4], 99)
        self.key("Escape", "ctrl+z", "ctrl+z")
        self.assertEqual(self.rect("source/Rows"), small)

    def test_small_windows_keep_everything_inside(self):
        for scale in ("1", "1.6"):
            if scale != "1":
                self.click("menu/View", f"menu/Scale {scale}")
            for size in ((1024, 640), (1600, 1000), (1280, 800)):
                self.resize(*size)
                self.assert_everything_inside(size)
        self.key("End", "Home", "z", "f")

    def test_the_left_column_comes_over_the_middle_where_it_has_no_room(self):
        self.click("menu/View", "menu/Scale 2")
        self.resize(1024, 640)
        self.assertNotIn("parameter/type", self.document()["controls"])
        self.click("left/open")
        self.click("parameter/kernel_size/h/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        self.key("F9")
        self.assertNotIn("parameter/type", self.document()["controls"])

    def test_a_photo_in_a_small_window(self):
        self.click("source/kind/Image")
        self.resize(1024, 640)
        self.assert_everything_inside((1024, 640))
        self.move(*self.center("output"))
        self.key("z", "f", "F9", "F10", "F9", "F10")
        self.assert_everything_inside((1024, 640))


if __name__ == "__main__":
    unittest.main()
