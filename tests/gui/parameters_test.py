"""The parameters of the selected layer: steps, drags, turns and typed values, their limits and their conventions."""

import unittest

from poolscope_window import GridTest


class Steppers(GridTest):
    def test_plus_and_minus_step_both_axes_while_they_are_linked(self):
        self.click("parameter/kernel_size/h/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])
        self.assertEqual(self.shapes(), [[1, 1, 6, 6], [1, 1, 2, 2]])
        self.click("parameter/kernel_size/w/-", "parameter/stride/w/+", "parameter/padding/h/+")
        self.click("parameter/stride/h/-", "parameter/stride/w/-")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, stride=1, padding=1)"])
        self.assertEqual(self.shapes()[1], [1, 1, 7, 7])
        self.click("parameter/dilation/h/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, stride=1, padding=1, dilation=2)"])

    def test_axes_change_apart_once_they_are_unlinked(self):
        self.assertFalse(self.click("parameter/link")["link_axes"])
        self.click("parameter/kernel_size/w/+", "parameter/padding/h/+", "parameter/dilation/w/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=(2, 3), padding=(1, 0), dilation=(1, 2))"])
        self.assertTrue(self.click("parameter/link")["link_axes"])
        self.click("parameter/padding/h/-")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=(2, 3), dilation=(1, 2))"])

    def test_the_wheel_steps(self):
        self.hover("parameter/kernel_size/h")
        self.wheel(2)
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=4)"])
        self.wheel(-1)
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])

    def test_a_drag_scrubs_and_is_one_step_of_undo(self):
        x, y = self.center("parameter/kernel_size/h")
        self.drag((x, y), (x + 34, y))
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=6)"])
        self.key("ctrl+z")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])

    def test_turns_over_another_control_are_steps_of_their_own(self):
        self.click("parameter/kernel_size/h/+")
        self.hover("parameter/stride/h")
        self.wheel(1)
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=4)"])
        self.key("ctrl+z")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])

    def test_values_are_typed(self):
        self.enter("parameter/kernel_size/h", "3")
        self.enter("parameter/stride/w", "1")
        self.enter("parameter/padding/h", "1")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=1, padding=1)"])
        self.enter("parameter/kernel_size/h", "x")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3, stride=1, padding=1)"])

    def test_escape_leaves_a_typed_value_alone(self):
        self.click("parameter/kernel_size/h")
        self.type("5")
        self.key("Escape")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])

    def test_a_click_elsewhere_takes_what_was_typed(self):
        self.click("parameter/kernel_size/h")
        self.type("3")
        self.click_at(700, 20)
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=3)"])

    def test_stride_follows_the_kernel_again(self):
        self.click("parameter/stride/h/-")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, stride=1)"])
        self.click("parameter/stride/follow")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"])

    def test_flags_are_ticked(self):
        self.enter("parameter/kernel_size/h", "4")
        self.click("parameter/ceil_mode")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=4, ceil_mode=True)"])
        self.assertEqual(self.shapes()[1], [1, 1, 2, 2])
        # Counting padding means nothing to a maximum.
        self.click("parameter/count_include_pad")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=4, ceil_mode=True)"])
        self.choose("parameter/type", "Average")
        self.click("parameter/count_include_pad")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=4, ceil_mode=True, count_include_pad=False)"])

    def test_parameters_without_steps_are_typed_as_their_framework_writes_them(self):
        self.choose("parameter/type", "Average")
        self.enter("parameter/divisor_override", "2")
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2, divisor_override=2)"])
        self.assertEqual(self.output(), [2 * value for value in self.AVERAGE])
        document = self.enter("parameter/divisor_override", "two")
        self.assertIn("`two`", document["limits"]["divisor_override"])
        self.assertEqual(self.layers(), ["AvgPool2d(kernel_size=2, divisor_override=2)"])


class Limits(GridTest):
    def test_a_step_that_stops_says_why(self):
        self.hover("parameter/kernel_size/h")
        document = self.wheel(9)
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=6)"])
        self.assertIn("kernel_size 7 does not fit 6 rows", document["limits"]["kernel_size"])
        document = self.wheel(-1)
        self.assertEqual(document["limits"], {})
        document = self.click("parameter/dilation/h/-")
        self.assertIn("dilation is at least 1", document["limits"]["dilation"])
        self.enter("parameter/kernel_size/h", "2")
        self.click("parameter/padding/h/+")
        document = self.click("parameter/padding/h/+")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, padding=1)"])
        self.assertIn("padding 2 is more than half of the window (2); at most 1", document["limits"]["padding"])
        self.assertIsNone(document["result"]["error"])

    def test_a_typed_value_that_cannot_be_shows_its_message_and_no_output(self):
        document = self.enter("parameter/kernel_size/h", "7")
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=7)"])
        self.assertIn("kernel_size 7 does not fit 6 rows", document["result"]["error"])
        self.assertEqual(self.shapes(), [[1, 1, 6, 6]])
        x, y, w, h = (round(v) for v in self.rect("output"))
        shown = self.display.pixels()[y : y + h, x : x + w].reshape(-1, 3).astype(int)
        # Nothing but shades of grey: colour belongs to values.
        self.assertLess((shown.max(1) - shown.min(1)).mean(), 16)
        document = self.enter("parameter/kernel_size/h", "2")
        self.assertIsNone(document["result"]["error"])
        self.assertEqual(self.output(), self.MAX)

    def test_values_far_out_are_told_and_undone(self):
        for name, text in (("kernel_size", "9000000000"), ("stride", "123456789"), ("padding", "99"), ("dilation", "77")):
            self.enter(f"parameter/{name}/h", text)
            document = self.key("ctrl+z")
            self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2)"], name)
            self.assertIsNone(document["result"]["error"])
        self.assertEqual(self.output(), self.MAX)


class Conventions(GridTest):
    def test_every_type_of_every_convention_runs(self):
        for convention in ("PyTorch", "Keras", "ONNX", "Research"):
            self.click(f"parameter/convention/{convention}")
            self.click("parameter/type")
            types = [name for name in self.document()["controls"] if name.startswith("parameter/type/")]
            self.key("Escape")
            self.assertGreaterEqual(len(types), 4)
            for name in types:
                document = self.click("parameter/type", name)
                if "unpool" in name:
                    self.assertIn("no max pooling before it", document["result"]["error"])
                    continue
                self.assertIsNone(document["result"]["error"], self.layers())
                self.assertEqual(len(document["result"]["stages"]), 2)

    def test_keras_has_its_own_controls(self):
        self.click("parameter/convention/Keras")
        self.assertEqual(self.layers(), ["MaxPooling2D()"])
        self.assertEqual(self.output(), self.MAX)
        self.click("parameter/pool_size/h/+", "parameter/pool_size/h/+", "parameter/padding/same")
        self.assertEqual(self.layers(), ['MaxPooling2D(pool_size=4, padding="same")'])
        self.assertEqual(self.shapes()[1], [1, 1, 2, 2])
        self.choose("parameter/data_format", "channels_first")
        self.assertIn('data_format="channels_first"', self.layers()[0])
        self.assertNotIn("parameter/ceil_mode", self.document()["controls"])

    def test_onnx_has_its_own_controls(self):
        self.click("parameter/convention/ONNX")
        self.assertEqual(self.layers(), ["MaxPool(kernel_shape=[2, 2], strides=[2, 2])"])
        self.assertEqual(self.output(), self.MAX)
        self.click("parameter/pads_end/w/+")
        self.assertEqual(self.layers(), ["MaxPool(kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 1, 1])"])
        self.click("parameter/link")
        self.click("parameter/pads/h/+", "parameter/pads_end/w/-")
        self.assertEqual(self.layers(), ["MaxPool(kernel_shape=[2, 2], strides=[2, 2], pads=[1, 0, 1, 0])"])
        self.click("parameter/dilations/h/+", "parameter/ceil_mode")
        self.assertIn("dilations=[2, 1]", self.layers()[0])
        self.assertIn("ceil_mode=1", self.layers()[0])
        self.enter("parameter/storage_order", "1")
        self.assertIn("storage_order=1", self.layers()[0])
        self.choose("parameter/auto_pad", "SAME_UPPER")
        self.assertIn("auto_pad", self.layers()[0])

    def test_adaptive_sizes_are_stepped_and_typed(self):
        self.choose("parameter/type", "Adaptive max")
        self.assertEqual(self.shapes()[1], [1, 1, 2, 2])
        self.click("parameter/output_size/h/+")
        self.assertEqual(self.layers(), ["AdaptiveMaxPool2d(output_size=3)"])
        self.assertEqual(self.output(), self.MAX)
        self.click("parameter/link")
        self.enter("parameter/output_size/w", "1")
        self.assertEqual(self.layers(), ["AdaptiveMaxPool2d(output_size=(3, 1))"])
        self.assertEqual(self.output(), [10, 12, 6])


if __name__ == "__main__":
    unittest.main()
