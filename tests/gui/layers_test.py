"""Layers of every family in the window: from the menu, with the controls of their own parameters."""

import unittest

from poolscope_window import GridTest


class Layers(GridTest):
    def add(self, name):
        """The layer alone, added from the menu."""
        self.key("Delete")
        return self.click("layer/add", f"layer/add/{name}")

    def test_a_research_pool_is_added_and_its_parameter_typed(self):
        self.add("MixedPool2d")
        self.enter("parameter/alpha", "1")
        self.assertEqual(self.output(), self.MAX)
        self.enter("parameter/alpha", "0")
        self.assertEqual(self.output(), self.AVERAGE)
        document = self.enter("parameter/alpha", "2")
        self.assertIn("alpha 2 is out of range; from 0 to 1", document["result"]["error"])

    def test_a_word_is_chosen_from_its_list(self):
        self.add("StridedConv2d")
        self.assertEqual(self.output(), self.AVERAGE)
        self.choose("parameter/weight", "centre")
        self.assertEqual(self.layers(), ['StridedConv2d(kernel_size=2, weight="centre")'])
        self.assertEqual(self.output(), [1, 2, 6, 4, 2, 0, 6, 4, 2])

    def test_a_convolution_takes_a_preset_or_typed_numbers(self):
        document = self.add("Conv2d")
        self.assertEqual(self.layers(), ['Conv2d(padding=1, groups=None, weight="sobel_x")'])
        self.assertEqual(self.shapes()[-1], [1, 1, 6, 6])
        self.assertIn("parameter/weight/1/2", document["controls"])
        self.choose("parameter/weight", "identity")
        grid = self.document()["result"]["stages"][0]["values"]
        self.assertEqual(self.output(), grid)
        self.enter("parameter/weight/1/1", "-2")
        self.assertEqual(self.output(), [-2 * value for value in grid])
        self.assertEqual(self.layers(), ["Conv2d(padding=1, groups=None, weight=[[0, 0, 0], [0, -2, 0], [0, 0, 0]])"])
        self.enter("parameter/weight/text", "[[1, 1]]")
        self.assertIn("kernel_size=(1, 2)", self.layers()[0])
        document = self.enter("parameter/weight/text", "[[1, 1], [2]]")
        self.assertIn("weight of Conv2d takes", document["limits"]["weight"])

    def test_a_bank_makes_a_channel_a_kernel_and_a_pool_takes_them(self):
        self.add("Conv2d")
        self.choose("parameter/weight", "gabor")
        self.assertEqual(self.shapes()[-1], [1, 4, 6, 6])
        self.click("parameter/weight/kernel/+")
        self.assertEqual(self.document()["view"]["channel"], 1)
        self.click("layer/add", "layer/add/MaxPool2d")
        self.assertEqual(self.shapes()[-1], [1, 4, 3, 3])

    def test_a_function_works_on_each_value(self):
        self.add("Hardtanh")
        self.enter("parameter/max_val", "5")
        grid = self.document()["result"]["stages"][0]["values"]
        self.assertEqual(self.output(), [min(max(value, -1), 5) for value in grid])

    def test_the_convention_leads_to_research_and_back(self):
        self.click("parameter/convention/Research")
        self.assertEqual(self.layers(), ["MinPool2d(kernel_size=2)"])
        self.click("parameter/convention/PyTorch")
        self.assertEqual(self.shapes()[-1], [1, 1, 3, 3])

    def test_a_layer_over_a_row_has_one_control_a_parameter(self):
        document = self.add("MaxPool1d")
        self.assertEqual(self.shapes()[-1], [1, 6, 1, 3])
        self.assertIn("parameter/kernel_size/w", document["controls"])
        self.assertNotIn("parameter/kernel_size/h", document["controls"])
        self.click("parameter/kernel_size/w/+")
        self.assertEqual(self.layers(), ["MaxPool1d(kernel_size=3)"])

    def test_a_fractional_pool_starts_with_a_ratio_and_takes_a_size_instead(self):
        self.add("FractionalMaxPool2d")
        self.assertEqual(self.layers(), ["FractionalMaxPool2d(kernel_size=2, output_ratio=0.5)"])
        self.click("parameter/output_size/h/-")
        self.assertIn("output_size=", self.layers()[0])
        self.assertNotIn("output_ratio", self.layers()[0])
        self.enter("parameter/output_ratio", "0.4")
        self.assertEqual(self.layers(), ["FractionalMaxPool2d(kernel_size=2, output_ratio=0.4)"])
        self.assertEqual(self.shapes()[-1], [1, 1, 2, 2])

    def test_layers_that_are_not_one_pool_show_their_output(self):
        for name, shape in (
            ("SpatialPyramidPool2d", [1, 1, 1, 21]),
            ("MaxBlurPool2d", [1, 1, 3, 3]),
            ("RoiAlign", [1, 1, 1, 1]),
        ):
            document = self.add(name)
            self.assertIsNone(document["result"]["error"], name)
            self.assertEqual(self.shapes()[-1], shape, name)
            self.hover("output")
            self.key("Right", "Down", "z", "f")
        self.add("MaxPool2d")
        self.click("layer/add", "layer/add/MaxUnpool2d")
        self.assertEqual(self.shapes()[-1], [1, 1, 6, 6])
        self.key("Right", "Down", "z", "f")
        self.assertIsNone(self.document()["result"]["error"])


if __name__ == "__main__":
    unittest.main()
