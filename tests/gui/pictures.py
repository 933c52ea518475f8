"""Takes the pictures of README's tour: the real program, driven as a reader would.

POOLSCOPE_PROGRAM=build/release/poolscope /usr/bin/python3 tests/gui/pictures.py [Pictures.test_NAME...]
"""

import unittest

from PIL import Image

from poolscope_window import ASSETS, G6, WindowTest

LAKE = ASSETS / "samples" / "alpine-lake.png"
PORTRAIT = ASSETS / "samples" / "portrait.png"
TOP_BAR, MIDDLE, INSPECTOR = 48, 304, 1265  # where the parts of the window begin


class PictureTest(WindowTest):
    SIZE = (1600, 1000)

    def save(self, name, left=0, top=0, right=SIZE[0], bottom=SIZE[1]):
        self.settle()
        picture = Image.fromarray(self.display.pixels()).crop([round(v) for v in (left, top, right, bottom)])
        picture.save(ASSETS / "screenshots" / f"{name}.png", optimize=True)

    def save_lab(self, name):
        """The panel under the canvases, from its tabs down."""
        self.save(name, MIDDLE, self.rect("playback/play")[1] + 48, INSPECTOR, self.SIZE[1] - 32)

    def save_middle(self, name):
        self.save(name, MIDDLE, TOP_BAR, INSPECTOR, self.rect("playback/play")[1] + 46)

    def save_inspected(self, name):
        """The canvases and what the inspector says of them."""
        self.save(name, MIDDLE, TOP_BAR, bottom=self.SIZE[1] - 32)


class Grid(PictureTest):
    ARGUMENTS = [G6, "--layer", "MaxPool2d(2)"]

    def test_explore_grid(self):
        self.move(*self.cell("output", 1, 1, 3, 3))
        self.save("explore-grid")

    def test_prediction(self):
        self.click("playback/hide")
        for (row, col), guess in {(0, 0): "6", (0, 1): "7", (1, 1): "10"}.items():
            self.click_at(*self.cell("output", row, col, 3, 3))
            self.type(guess + "\n")
        self.save_middle("prediction")

    def test_export(self):
        self.move(INSPECTOR + 100, self.SIZE[1] - 100)
        self.wheel(-100)
        self.save("export", INSPECTOR, self.rect("export/png")[1] - 60, bottom=self.SIZE[1] - 32)

    def test_proof(self):
        self.click("engine", "menu/Prove it")
        self.move(self.SIZE[0] / 2, self.SIZE[1] - 40)
        self.save("proof", 900, 0, bottom=TOP_BAR)

    def test_palette(self):
        self.key("ctrl+k")
        self.type("wind")
        self.save("palette", MIDDLE, TOP_BAR, INSPECTOR, 640)

    def test_projector(self):
        self.key("p")
        self.save("projector")


class Windows(PictureTest):
    ARGUMENTS = [G6, "--layer", "MaxPool2d(3, 1)"]

    def test_census(self):
        self.choose("view/overlay", "Coverage")
        self.move(*self.cell("input", 2, 3, 6, 6))
        self.save_inspected("census")

    def test_backward(self):
        self.key("g")
        self.move(*self.cell("input", 3, 3, 6, 6))
        self.save_middle("backward")

    def test_sweep(self):
        self.click("lab/sweep")
        self.save_lab("sweep")


class Border(PictureTest):
    ARGUMENTS = [G6, "--layer", "AvgPool2d(3, 2, 1)"]

    def test_border(self):
        self.click_at(*self.cell("output", 0, 0, 3, 3))
        self.move(INSPECTOR + 100, self.SIZE[1] - 100)
        self.wheel(-8)
        self.save_inspected("border")

    def test_advice(self):
        self.move(INSPECTOR + 100, self.SIZE[1] - 100)
        self.wheel(-100)
        _, top, _, height = self.rect("advice/passed")
        self.save("advice", INSPECTOR, top - height / 2, bottom=self.rect("advice/dark-border/0/fix")[1] + 50)

    def test_frameworks(self):
        self.click("lab/frameworks")
        self.save_lab("frameworks")


class Network(PictureTest):
    ARGUMENTS = [PORTRAIT, "--layer", "Conv2d(kernel_size=5, padding=2, weight='gabor', out_channels=4)"]
    ARGUMENTS += ["--layer", "ReLU()", "--layer", "MaxPool2d(3, 2, 1)"]

    def test_pipeline(self):
        self.click("layer/2", "lab/composition")
        self.choose("view/range", "Own")
        self.move(*self.cell("output", 90, 60, 256, 192))
        self.save("pipeline", 0, TOP_BAR, INSPECTOR, self.SIZE[1] - 32)


class Model(PictureTest):
    ARGUMENTS = [ASSETS / "models" / "gabor-seeded.pt"]

    def test_feature_maps(self):
        self.wait(lambda: self.document()["shown"].get("model/proof") == "holds", "the maps and their proof")
        self.choose("surgery/type", "Average")
        self.click("after/5")
        self.save("feature-maps")


class Photo(PictureTest):
    ARGUMENTS = [LAKE, "--layer", "MaxPool2d(4)"]

    def test_compare(self):
        self.click("lab/compare", "compare/copy")
        self.enter("compare/b/0", "AvgPool2d(4)")
        self.save_lab("compare")

    def test_shift(self):
        self.click("lab/shift")
        self.key("alt+Right")
        self.save_lab("shift")

    def test_loss(self):
        self.click("lab/loss")
        self.save_lab("loss")


if __name__ == "__main__":
    unittest.main()
