"""Every control by keyboard: Tab moves the ring, Enter and Space use a control, arrows change it, Escape leaves."""

import unittest

import numpy as np

from poolscope_window import GridTest

EDGE = np.array([0x71, 0x75, 0x7F])  # of the dark theme


class Keyboard(GridTest):
    def focus(self):
        return self.document()["focus"]

    def tab_to(self, name):
        """Tab until the ring is around a control."""
        seen = []
        while self.key("Tab")["focus"] != name:
            seen.append(self.focus())
            self.assertLess(len(seen), 120, f"Tab does not reach {name}: {seen}")
        return self.document()

    def ring(self, name):
        """The share of a control's outline that is drawn in the colour of the ring."""
        x, y, w, h = (round(v) for v in self.rect(name))
        near = np.abs(self.display.pixels().astype(int) - EDGE).max(2) < 12
        return near[y - 3 : y + 1, x + 8 : x + w - 8].any(0).mean()

    def test_tab_goes_round_and_back(self):
        self.assertEqual(self.focus(), "")
        first = self.key("Tab")["focus"]
        second = self.key("Tab")["focus"]
        self.assertNotIn("", (first, second))
        self.assertEqual(self.key("shift+Tab")["focus"], first)
        # Every control with keys of its own is on the way round.
        seen = [first]
        while self.key("Tab")["focus"] != first:
            seen.append(self.focus())
            self.assertLess(len(seen), 120)
        self.assertEqual(len(set(seen)), len(seen))
        for name in ("menu/File", "engine", "source/kind", "layer/add", "parameter/kernel_size/h", "view/map"):
            self.assertIn(name, seen)
        tips = self.document()["tips"]
        self.assertEqual([name for name in seen if name not in tips and not name.startswith("menu/")], [])
        self.key("Escape")
        self.assertEqual(self.focus(), "")

    def test_the_ring_is_seen_only_while_keys_move_it(self):
        self.assertLess(self.ring("source/paste"), 0.1)
        self.tab_to("source/paste")
        self.move(5, 70)
        self.assertGreater(self.ring("source/paste"), 0.9)
        self.click_at(5, 70)
        self.assertLess(self.ring("source/paste"), 0.1)

    def test_arrows_step_a_stepper_and_not_the_window(self):
        self.tab_to("parameter/kernel_size/h")
        self.assertEqual(self.key("Right")["selection"], {"row": 0, "col": 0, "pinned": False})
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        self.key("Left")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])
        # Enter types into it.
        self.key("Return", "ctrl+a", "3", "Return")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        self.key("Escape")
        self.assertEqual(self.key("Right")["selection"]["col"], 1)

    def test_arrows_choose_a_segment(self):
        self.tab_to("parameter/convention")
        self.key("Right")
        self.assertIn("MaxPooling2D", self.layers()[0])

    def test_a_list_is_opened_walked_and_chosen_from(self):
        self.tab_to("view/map")
        self.assertTrue(self.key("space")["focus"].startswith("view/map/"))
        self.key("Down")
        self.assertEqual(self.focus(), "view/map/Magma")
        document = self.key("Return")
        self.assertEqual(document["view"]["map"], "magma")
        self.assertEqual(document["focus"], "view/map")

    def test_a_menu_is_walked(self):
        self.tab_to("menu/View")
        self.assertEqual(self.key("Return")["focus"], "menu/Dark theme")
        self.assertEqual(self.key("Down")["focus"], "menu/Light theme")
        document = self.key("Return")
        self.assertEqual(document["view"]["theme"], "light")
        self.key("Return")
        while self.key("Down")["focus"] != "menu/Colours":
            self.assertTrue(self.focus().startswith("menu/"))
        self.assertEqual(self.key("Return")["focus"], "menu/Viridis")
        self.key("Down")
        self.assertEqual(self.key("Return")["view"]["map"], "magma")

    def test_a_control_out_of_sight_is_scrolled_to(self):
        self.key("ctrl+plus", "ctrl+plus")
        document = self.tab_to("parameter/convention")
        x, y, w, h = document["controls"]["parameter/convention/PyTorch"]
        self.assertGreater(y, 48)
        self.assertLess(y + h, self.SIZE[1])


if __name__ == "__main__":
    unittest.main()
