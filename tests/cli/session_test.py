"""Sessions on the command line: what one says, what overrides it, and what is wrong with one."""

import json
import os
import unittest

import numpy as np
from PIL import Image

from poolscope_cli import G6, CommandLineTest

SESSION = {
    "format": "poolscope session",
    "version": 1,
    "source": {"kind": "grid", "rank": 2, "shape": [1, 1, 6, 6], "values": [float(v) for v in G6.ravel()]},
    "pipeline": [{"layer": "MaxPool2d(2)"}, {"layer": "AvgPool2d(3)", "enabled": False}],
    "view": {"theme": "light"},
    "notes": "max keeps the strongest",
}


class Sessions(CommandLineTest):
    def session(self, name="s.poolscope", **changes):
        return self.write(name, json.dumps({**SESSION, **changes}))

    def values(self, *words):
        self.succeed("export", "npy", *words, "--output", "y.npy")
        return self.load("y.npy")

    def test_a_session_says_input_and_pipeline(self):
        np.testing.assert_array_equal(
            self.values("--session", self.session()), [[6, 8, 10], [8, 10, 12], [6, 4, 5]])

    def test_the_command_line_overrides_it(self):
        name = self.session()
        np.testing.assert_array_equal(self.values("--session", name, "--layer", "GlobalMaxPool()"), [[12]])
        self.save("x.npy", np.arange(16, dtype=np.float32).reshape(4, 4))
        np.testing.assert_array_equal(self.values("--session", name, "--input", "x.npy"), [[5, 7], [13, 15]])

    def test_a_session_says_how_the_window_looks(self):
        for words, light in [([], True), (["--theme", "dark"], False)]:
            self.succeed("render", "--session", self.session(), *words, "--size", "640x400", "--output", "a.png")
            pixels = np.asarray(Image.open(self.folder / "a.png").convert("L"))
            self.assertEqual(np.median(pixels) > 128, light)

    def test_a_large_picture_is_found_beside_it(self):
        self.save("photo.npy", np.ones((1, 1, 600, 600), np.float32))
        source = {"kind": "npy", "path": "photo.npy"}
        np.testing.assert_array_equal(
            self.values("--session", self.session(source=source), "--layer", "AdaptiveMaxPool2d(1)"), [[[[1]]]])
        os.remove(self.folder / "photo.npy")
        os.remove(self.folder / "y.npy")
        message = self.fail_with(1, "export", "npy", "--session", "s.poolscope", "--output", "y.npy")
        self.assertIn("photo.npy is missing; put it back", message)

    def refused(self, name):
        return self.fail_with(1, "render", "--session", name, "--output", "a.png")

    def test_hostile_files_are_refused(self):
        os.mkfifo(self.folder / "pipe")
        os.symlink("/etc/passwd", self.folder / "link")
        for path, why in [("/etc/passwd", "leaves"), ("../x.npy", "leaves"), ("link", "leaves"), ("pipe", "pipe"), (".", "folder")]:
            self.assertIn(why, self.refused(self.session(source={"path": path})), path)
        self.assertIn("device", self.refused("/dev/zero"))

    def test_nonsense_is_refused_by_its_value(self):
        self.assertIn("version 99 is newer", self.refused(self.session(version=99)))
        self.assertIn("pipeline[1].layer: unknown layer", self.refused(self.session(pipeline=[{"layer": "MaxPool2d(2)"}, {"layer": "X(1)"}])))
        self.assertIn("camera.zoom: 1e+300 is found", self.refused(self.session(camera={"zoom": 1e300})))
        self.assertIn("nested deeper", self.refused(self.write("deep.poolscope", "[" * 100000)))
        whole = json.dumps(SESSION)
        self.assertIn("line 1", self.refused(self.write("cut.poolscope", whole[: len(whole) // 2])))
        self.assertIn("no session", self.refused(self.write("other.poolscope", "{}")))
        self.assertIn("line 1", self.refused(self.write("empty.poolscope", "")))


if __name__ == "__main__":
    unittest.main()
