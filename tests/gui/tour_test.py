"""The tour of a first run: offered in the status bar, tried out step by step, left at any time, not offered twice."""

import unittest

from poolscope_window import GridTest


class Tour(GridTest):
    def step(self):
        return self.document()["shown"]["tour"]

    def test_it_is_offered_calmly_and_not_twice(self):
        document = self.document()
        self.assertGreater(document["controls"]["tour/start"][1], self.SIZE[1] - 32)
        self.assertNotIn("tour/next", document["controls"])
        self.assertNotIn("tour/start", self.click("tour/dismiss")["controls"])
        self.quit()
        self.start(*self.ARGUMENTS)
        self.assertNotIn("tour/start", self.document()["controls"])
        # Help begins it all the same.
        self.assertIn("tour/next", self.click("menu/Help", "menu/Tour")["controls"])

    def test_each_step_lets_the_user_do_the_thing(self):
        self.click("tour/start")
        self.assertEqual(self.step(), "0")
        self.click_at(*self.cell("output", 1, 1, 3, 3))
        self.assertEqual(self.step(), "0 tried")
        self.key("Escape")  # lets go of the window, and of the tour
        self.assertNotIn("tour/next", self.document()["controls"])
        self.click("menu/Help", "menu/Tour")
        self.click("tour/next")
        self.assertEqual(self.step(), "1")
        self.key("Right")
        self.assertEqual(self.step(), "1 tried")
        self.click("tour/next")
        self.click_at(*self.cell("output", 2, 2, 3, 3))
        self.assertEqual(self.step(), "2 tried")
        self.click("tour/next", "tour/next")
        self.click("parameter/kernel_size/h/+")
        self.assertEqual(self.step(), "4 tried")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        document = self.click("tour/next", "tour/next")
        self.assertNotIn("tour/skip", document["controls"])
        self.assertNotIn("tour/next", self.click("tour/next")["controls"])

    def test_its_card_covers_nothing_it_points_at(self):
        controls = self.click("tour/start")["controls"]
        for target in ("input", "windows", "output", "inspector/fold", "parameter/kernel_size/h", "source/kind/Grid", "menu/Help"):
            x, y, w, h = controls[target]
            nx, ny, nw, nh = controls["tour/next"]
            apart = nx > x + w or nx + nw < x or ny > y + h or ny + nh < y
            self.assertTrue(apart, target)
            self.assertTrue(0 <= nx and nx + nw <= self.SIZE[0] and 0 <= ny and ny + nh <= self.SIZE[1], target)
            controls = self.click("tour/next")["controls"]

    def test_it_can_be_skipped(self):
        self.click("tour/start", "tour/skip")
        controls = self.document()["controls"]
        self.assertNotIn("tour/next", controls)
        self.assertNotIn("tour/start", controls)


if __name__ == "__main__":
    unittest.main()
