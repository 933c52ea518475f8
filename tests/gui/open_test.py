"""Opening files: browser, samples, recent files, and whatever cannot be opened."""

import shutil
import struct
import unittest
import zlib

import numpy as np
from PIL import Image

from poolscope_window import ASSETS, G6, WindowTest


class OpeningTest(WindowTest):
    ARGUMENTS = ["g6.txt"]

    def prepare(self):
        shutil.copy(G6, self.folder)  # so that the browser begins there

    def open_typed(self, path):
        """Ctrl+O, and a path typed."""
        self.key("ctrl+o")
        return self.enter("browser/path", path)

    def save_image(self, name, shape):
        pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        Image.fromarray(pixels).save(self.folder / name)
        return pixels

    def is_browsing(self):
        return "browser/cancel" in self.document()["controls"]


class Browser(OpeningTest):
    def prepare(self):
        super().prepare()
        (self.folder / "tables").mkdir()
        (self.folder / "tables" / "two.csv").write_text("1, 2\n3, 4\n")
        (self.folder / "tables" / "notes.pdf").write_text("not for us")
        np.save(self.folder / "cube.npy", np.arange(24, dtype=np.float32).reshape(2, 3, 4))
        self.save_image("dot.png", (1, 1, 3))

    def test_files_and_folders_are_clicked(self):
        self.open_typed(str(self.folder))
        self.assertTrue(self.is_browsing())
        document = self.click("browser/tables")
        self.assertNotIn("browser/notes.pdf", document["controls"])
        document = self.click("browser/two.csv")
        self.assertFalse(self.is_browsing())
        self.assertEqual((document["source"]["name"], document["source"]["shape"]), ("two.csv", [1, 1, 2, 2]))
        self.assertEqual(self.output(), [4])
        self.click("source/browse")
        document = self.click("browser/up", "browser/cube.npy")
        self.assertEqual(document["source"]["shape"], [1, 2, 3, 4])
        self.key("ctrl+z", "ctrl+z")
        self.assertEqual(self.document()["source"]["name"], "g6.txt")
        document = self.key("ctrl+shift+z")
        self.assertEqual(document["source"]["name"], "two.csv")

    def test_leaving_changes_nothing(self):
        self.key("ctrl+o")
        self.key("Escape")
        self.assertFalse(self.is_browsing())
        self.click("menu/File", "menu/Open…")
        self.assertTrue(self.is_browsing())
        document = self.click("browser/cancel")
        self.assertFalse(self.is_browsing())
        self.assertEqual((document["source"]["name"], document["open_error"]), ("g6.txt", ""))

    def test_recent_files_come_newest_first_and_outlive_the_program(self):
        self.open_typed("cube.npy")
        self.open_typed("tables/two.csv")
        self.quit()
        self.start()
        self.key("ctrl+o")
        document = self.click("browser/recent/1")
        self.assertEqual(document["source"]["name"], "cube.npy")
        self.key("ctrl+o")
        document = self.click("browser/recent/1")
        self.assertEqual(document["source"]["name"], "two.csv")

    def test_an_image_of_one_pixel_opens(self):
        document = self.open_typed("dot.png")
        self.assertEqual(document["source"]["shape"], [1, 3, 1, 1])
        self.assertIn("kernel_size 2 does not fit 1 rows", document["result"]["error"])
        document = self.enter("parameter/kernel_size/h", "1")
        self.assertIsNone(document["result"]["error"])
        self.assertEqual(self.output(), [0, 1, 2])
        self.hover("input")
        self.wheel(3)
        self.key("z", "f", "End", "Right")
        self.move(*self.center("output"))


class Samples(OpeningTest):
    def test_samples_are_a_click_away(self):
        self.click("source/kind/Samples")
        document = self.click("sample/ten.txt")
        self.assertEqual((document["source"]["name"], document["source"]["shape"]), ("ten.txt", [1, 1, 10, 10]))
        document = self.click("source/kind/Image")
        self.assertEqual(document["source"]["shape"][1], 3)
        document = self.click("source/kind/Grid")
        self.assertEqual(document["source"]["name"], "g6.txt")

    def test_every_sample_is_shown(self):
        names = sorted(path.name for folder in ("samples", "grids") for path in (ASSETS / folder).iterdir())
        self.assertGreater(len(names), 12)
        for name in names:
            self.click("source/kind/Samples")
            document = self.click(f"sample/{name}")
            self.assertEqual((document["source"]["name"], document["open_error"]), (name, ""))
            self.assertIsNone(document["result"]["error"], name)


def png_claiming(width, height):
    """A PNG that says it has that size, and holds a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def npy_claiming(shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 64


class BadFiles(OpeningTest):
    def prepare(self):
        super().prepare()
        self.save_image("whole.png", (40, 40, 3))
        whole = (self.folder / "whole.png").read_bytes()
        np.save(self.folder / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
        np.save(self.folder / "five.npy", np.zeros((1, 1, 1, 2, 2), np.float32))
        # What each message says of the file.
        self.reasons = {
            "missing.png": "no such file",
            "empty.png": "empty",
            "empty.txt": "empty|no numbers",
            "truncated.png": "truncated|ends|cut|corrupt",
            "objects.npy": "object",
            "five.npy": "5 axes|axes",
            "ragged.txt": "row 1|ragged|numbers",
            "words.csv": "not a number|number",
            "bomb.png": "100000|large|pixels",
            "bomb.npy": "bytes|large|values|elements|GiB",
            "program.png": "PNG|image|format|known|picture",
            "document.pdf": "known|read|extension",
        }
        contents = {
            "empty.png": b"",
            "empty.txt": b"",
            "truncated.png": whole[: len(whole) * 2 // 3],
            "ragged.txt": b"1 2 3\n4 5\n",
            "words.csv": b"1,two\n3,4\n",
            "bomb.png": png_claiming(100_000, 100_000),
            "bomb.npy": npy_claiming((1 << 20, 1 << 20)),
            "program.png": b"\x7fELF\x02\x01\x01" + bytes(range(200)),
            "document.pdf": b"%PDF-1.4\n",
        }
        for name, content in contents.items():
            (self.folder / name).write_bytes(content)

    def test_each_is_told_and_leaves_everything_as_it_was(self):
        before = self.key("End")  # pinned, so that the mouse does not move it
        for count, (name, reason) in enumerate(self.reasons.items(), start=1):
            with self.subTest(name):
                document = self.open_typed(name)
                if self.is_browsing():
                    document = self.key("Escape")
                self.assertIn(name, document["open_error"])
                self.assertRegex(document["open_error"], reason)
                self.assertNotIn("\n", document["open_error"])
                self.assertGreaterEqual(len(document["log"]), count)
                for part in ("source", "pipeline", "result", "selection", "edit"):
                    self.assertEqual(document[part], before[part], part)
        document = self.open_typed("whole.png")
        self.assertEqual((document["source"]["name"], document["open_error"]), ("whole.png", ""))

    def test_one_on_the_command_line_is_told_in_the_window(self):
        self.quit()
        self.start("ragged.txt")
        document = self.document()
        self.assertIn("ragged.txt", document["open_error"])
        self.assertEqual(document["source"]["name"], "alpine-lake.png")
        self.quit()
        self.start("ragged.txt", "g6.txt")
        document = self.document()
        self.assertIn("ragged.txt", " ".join(document["log"]))
        self.assertEqual(document["source"]["name"], "g6.txt")


if __name__ == "__main__":
    unittest.main()
