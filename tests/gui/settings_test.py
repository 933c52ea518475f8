"""What is remembered from one start to the next, what the command line overrules, and what a broken file does."""

import json
import unittest

from poolscope_window import GridTest


class Settings(GridTest):
    def file(self):
        return self.folder / "config" / "poolscope" / "settings.json"

    def restart(self, *arguments):
        self.quit()
        self.start(*self.ARGUMENTS, *arguments)
        return self.document()

    def test_the_view_comes_back(self):
        self.click("menu/View", "menu/Light theme")
        self.key("ctrl+plus", "v", "F10")
        self.choose("view/map", "Cividis")
        self.key("ctrl+k")
        self.type("panels values")
        self.key("Return")
        view = self.restart()["view"]
        self.assertEqual((view["theme"], view["map"], view["lab"]), ("light", "cividis", "values"))
        self.assertEqual((view["values"], view["inspector_open"]), (False, False))
        self.assertAlmostEqual(view["scale"], 1.1, places=5)
        # The command line wins, and says nothing of the rest.
        view = self.restart("--theme", "dark", "--scale", "1.25")["view"]
        self.assertEqual((view["theme"], view["scale"], view["map"]), ("dark", 1.25, "cividis"))

    def test_it_is_written_while_the_program_runs(self):
        self.choose("view/map", "Magma")
        self.assertEqual(json.loads(self.file().read_text())["map"], "magma")
        self.kill()
        self.start(*self.ARGUMENTS)
        self.assertEqual(self.document()["view"]["map"], "magma")

    def test_the_place_of_the_window_comes_back(self):
        self.xdotool("windowmove", "--sync", self.window, "37", "53")
        self.settle()
        self.quit()
        kept = json.loads(self.file().read_text())["window"]
        self.assertEqual((kept["x"], kept["y"]), (37, 53))
        self.assertEqual((kept["width"], kept["height"]), self.SIZE)
        self.start(*self.ARGUMENTS)
        place = self.xdotool("getwindowgeometry", "--shell", self.window)
        self.assertIn("X=37\nY=53\n", place)

    def test_a_broken_file_is_told_once_and_stops_nothing(self):
        self.quit()
        self.file().write_text('{"theme": "light"')
        self.start(*self.ARGUMENTS)
        document = self.document()
        self.assertEqual(document["view"]["theme"], "dark")
        self.assertEqual([line for line in document["log"] if "settings.json" in line], document["log"][:1])

    def test_fine_pixels_make_the_interface_larger_at_the_first_start(self):
        self.quit()
        self.file().unlink()
        xprop = ("xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi:\t144\n")
        self.run_tool(*xprop)
        self.addCleanup(self.run_tool, "xprop", "-root", "-remove", "RESOURCE_MANAGER")
        self.start(*self.ARGUMENTS)
        self.assertEqual(self.document()["view"]["scale"], 1.5)
        self.assertEqual(self.restart("--scale", "1")["view"]["scale"], 1)


class Projector(GridTest):
    def test_p_turns_the_projector_on_and_off(self):
        before = self.document()
        self.assertIn("column/inspector", before["controls"])
        document = self.key("p")
        self.assertTrue(document["view"]["projector"])
        self.assertEqual(document["view"]["theme"], "dark")
        controls = document["controls"]
        self.assertGreater(min(self.pixel(self.SIZE[0] - 10, 300)), 200)
        for gone in ("column/inspector", "menu/File", "layer/0", "view/map"):
            self.assertNotIn(gone, controls)
        self.assertIn("parameter/kernel_size/h", controls)
        self.assertNotIn("parameter/kernel_size/w", controls)
        self.assertGreater(controls["parameter/kernel_size/h/+"][3], 1.5 * before["controls"]["parameter/kernel_size/h/+"][3])
        self.click("parameter/kernel_size/h/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        self.choose("source/input", "Alpine lake")
        self.assertEqual(self.document()["source"]["name"], "alpine-lake.png")
        document = self.key("p")
        self.assertFalse(document["view"]["projector"])
        self.assertIn("menu/File", document["controls"])

    def test_all_menus_are_in_one(self):
        self.key("p")
        self.assertFalse(self.click("menu/Menu", "menu/View", "menu/Projector")["view"]["projector"])


if __name__ == "__main__":
    unittest.main()
