"""`--engine opengl`: shaders compute where OpenGL 4.3 is there; elsewhere the CPU engine does, and says why."""

import os
import unittest

import numpy as np

from poolscope_cli import G6, CommandLineTest

LAYERS = ("MaxPool2d(3, 2, 1)", "AvgPool2d(3, 1, 1)", "LPPool2d(2, 3)", "SoftPool2d(3)", "MedianPool2d(3)")


class OpenGl(CommandLineTest):
    def trace_with(self, layer, **environment):
        self.save("x.npy", G6)
        for name, value in environment.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)
        return self.succeed("trace", "--input", "x.npy", "--layer", layer, "--engine", "opengl")

    def test_shaders_compute(self):
        text = self.trace_with("MaxPool2d(2)")
        self.assertRegex(text, r"\n  engine      opengl, ")
        self.assertNotIn("note", text)

    def test_results_are_those_of_the_reference(self):
        x = np.random.default_rng(1).normal(size=(2, 3, 40, 50)).astype(np.float32)
        for layer in LAYERS:
            got = self.apply(x, layer, options=("--engine", "opengl"))
            np.testing.assert_allclose(got, self.apply(x, layer, options=("--engine", "reference")), 1e-5, 1e-5)

    def test_what_shaders_cannot_do_is_left_to_the_cpu_engine_with_a_note(self):
        text = self.trace_with("LPPool2d(2.5, 2)")
        self.assertRegex(text, r"\n  engine      cpu, ")
        self.assertRegex(text, r"\n  note        opengl leaves a power of 2\.5 to cpu\n")

    def test_opengl_without_compute_shaders_leaves_everything_to_the_cpu_engine(self):
        text = self.trace_with("MaxPool2d(2)", MESA_GL_VERSION_OVERRIDE="3.3")
        self.assertRegex(text, r"\n  engine      cpu, ")
        self.assertRegex(text, r"\n  note        opengl leaves .* has no compute shaders; 4\.3 has\) to cpu\n")

    def test_a_machine_without_opengl_leaves_everything_to_the_cpu_engine(self):
        text = self.trace_with("MaxPool2d(2)", __EGL_VENDOR_LIBRARY_DIRS="/nonexistent")
        self.assertRegex(text, r"\n  engine      cpu, ")
        self.assertRegex(text, r"\n  note        opengl leaves the run \(OpenGL: no EGL display .*\) to cpu\n")

    def test_pictures_need_no_more_than_opengl_3_3(self):
        self.save("x.npy", np.arange(100, dtype=np.float32).reshape(10, 10))
        view = ("--input", "x.npy", "--layer", "AvgPool2d(2)", "--size", "900x600", "--output")
        self.succeed("render", *view, "new.png")
        os.environ["MESA_GL_VERSION_OVERRIDE"] = "3.3"
        self.addCleanup(os.environ.pop, "MESA_GL_VERSION_OVERRIDE", None)
        self.succeed("render", *view, "old.png", "--engine", "cpu")
        from PIL import Image

        new, old = (np.asarray(Image.open(self.folder / name)).astype(int) for name in ("new.png", "old.png"))
        # The engine's name and its time differ: a few words of the top and the bottom bar.
        self.assertLess((np.abs(new - old).max(axis=2)[48:-32] > 8).mean(), 0.001)


if __name__ == "__main__":
    unittest.main()
