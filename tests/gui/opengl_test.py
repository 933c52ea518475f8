"""The window on drivers old and new: OpenGL 3.3 suffices to draw, and the engine named opengl never stops it."""

import unittest

from poolscope_window import G6, GridTest


class OldDriver(GridTest):
    def prepare(self):
        self.environment["MESA_GL_VERSION_OVERRIDE"] = "3.3"

    def test_pictures_are_drawn(self):
        self.assertEqual(self.output(), self.MAX)
        low, high = (self.pixel(*self.cell("output", row, col, 3, 3)) for row, col in ((2, 1), (1, 2)))
        self.assertGreater(sum(abs(int(a) - int(b)) for a, b in zip(low, high)), 100)


class OldDriverWithTheEngine(OldDriver):
    """There are no compute shaders, so the CPU engine computes."""

    ARGUMENTS = [G6, "--engine", "opengl"]


class Engine(GridTest):
    ARGUMENTS = [G6, "--engine", "opengl"]

    def test_max_and_average_of_the_worked_grid(self):
        self.assertEqual(self.output(), self.MAX)
        self.choose("parameter/type", "Average")
        self.assertEqual(self.output(), self.AVERAGE)


if __name__ == "__main__":
    unittest.main()
