"""`poolscope trace`: every stage as text and as JSON."""

import unittest

import numpy as np

from poolscope_cli import G4, G6, CommandLineTest


class Json(CommandLineTest):
    def test_stage_0_is_the_input(self):
        self.save("x.npy", G4)
        first = self.trace("x.npy", "MaxPool2d(2)")[0]
        expected = {"layer": "input", "shape": [4, 4], "parameters": {}, "min": 0, "max": 9, "values": G4.tolist()}
        self.assertEqual(first, expected)

    def test_golden_grids(self):
        self.save("x.npy", G6)
        for layer, expected in (
            ("MaxPool2d(2)", [[6, 8, 10], [8, 10, 12], [6, 4, 5]]),
            ("AvgPool2d(2)", [[3.75, 5.25, 8.25], [5.5, 5.5, 6], [3, 3, 3]]),
        ):
            stage = self.trace("x.npy", layer)[1]
            self.assertEqual((stage["shape"], stage["values"]), ([3, 3], expected))
            self.assertEqual((stage["min"], stage["max"]), (np.min(expected), np.max(expected)))

    def test_layers_are_written_as_their_framework_writes_them(self):
        self.save("x.npy", G6)
        layers = ["nn.MaxPool2d( 2,stride = (2,2), )", "MaxPooling2D(2, padding='same')", "AveragePool(kernel_shape=[1, 1])"]
        stages = self.trace("x.npy", *layers)
        self.assertEqual(len(stages), 4)
        for stage, name in zip(stages[1:], ("MaxPool2d(", "MaxPooling2D(", "AveragePool(")):
            self.assertTrue(stage["layer"].startswith(name), stage["layer"])
            read_back = self.trace("x.npy", stage["layer"])[1]
            self.assertEqual(read_back["parameters"], stage["parameters"])

    def test_parameters_are_all_there_with_their_defaults(self):
        self.save("x.npy", G6)
        pytorch, keras, onnx, adaptive, power = (
            stage["parameters"]
            for layer in (
                "MaxPool2d(3, padding=(1, 0))",
                "AveragePooling2D((2, 1), padding='same', data_format='channels_last')",
                "MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1])",
                "AdaptiveAvgPool2d((None, 3))",
                "LPPool2d(float('inf'), 2)",
            )
            for stage in self.trace("x.npy", layer)[1:]
        )
        expected = {"kernel_size": [3, 3], "stride": None, "padding": [1, 0], "dilation": [1, 1], "return_indices": False, "ceil_mode": False}
        self.assertEqual(pytorch, expected)
        expected = {"pool_size": [2, 1], "strides": None, "padding": "same", "data_format": "channels_last"}
        self.assertEqual(keras, keras | expected)
        self.assertEqual((onnx["kernel_shape"], onnx["pads"], onnx["auto_pad"]), ([2, 2], [0, 0, 1, 1], "NOTSET"))
        self.assertEqual(adaptive, {"output_size": [None, 3]})
        self.assertEqual(power["norm_type"], "inf")

    def test_not_a_number_and_infinities_are_strings(self):
        self.save("x.npy", np.float32([[np.nan, 1], [np.inf, -np.inf]]))
        stage = self.trace("x.npy", "MaxPool2d(1)")[1]
        self.assertEqual(stage["values"], [["nan", 1], ["inf", "-inf"]])
        self.assertEqual((stage["min"], stage["max"]), ("-inf", "inf"))

    def test_the_range_of_nothing_but_nan_is_null(self):
        self.save("x.npy", np.full((2, 2), np.nan, np.float32))
        stage = self.trace("x.npy", "MaxPool2d(2)")[1]
        self.assertEqual((stage["min"], stage["max"], stage["values"]), (None, None, [["nan"]]))

    def test_an_empty_batch_has_neither_range_nor_values(self):
        self.save("x.npy", np.zeros((0, 1, 4, 4), np.float32))
        stage = self.trace("x.npy", "MaxPool2d(2)")[1]
        self.assertEqual((stage["shape"], stage["min"], stage["values"]), ([0, 1, 2, 2], None, []))

    def test_only_small_stages_carry_their_values(self):
        self.save("x.npy", np.zeros((40, 40), np.float32))
        large, small = self.trace("x.npy", "MaxPool2d(2)")
        self.assertNotIn("values", large)
        self.assertEqual(np.shape(small["values"]), (20, 20))

    def test_shapes_and_values_have_the_axes_of_the_array(self):
        x = np.random.default_rng(5).integers(0, 9, (4, 6, 3)).astype(np.float32)
        self.save("x.npy", x)
        stages = self.trace("x.npy", 'MaxPooling2D(2, data_format="channels_last")', 'GlobalMaxPooling2D(data_format="channels_last")')
        self.assertEqual([stage["shape"] for stage in stages], [[4, 6, 3], [2, 3, 3], [3]])
        self.assertEqual(stages[0]["values"], x.tolist())
        self.assertEqual(stages[1]["values"], x.reshape(2, 2, 3, 2, 3).max(axis=(1, 3)).tolist())
        self.assertEqual(stages[2]["values"], x.max(axis=(0, 1)).tolist())


class Text(CommandLineTest):
    def test_shows_layers_shapes_ranges_and_values(self):
        self.save("x.npy", G6)
        text = self.succeed("trace", "--input", "x.npy", "--layer", "AvgPool2d(kernel_size=2)")
        self.assertRegex(text, r"0 +input")
        self.assertRegex(text, r"1 +AvgPool2d\(kernel_size=2\)")
        self.assertRegex(text, r"shape +3x3\n +range +3 to 8.25\n")
        rows = [line.split() for line in text.splitlines()]
        for row in (["3.75", "5.25", "8.25"], ["5.5", "5.5", "6"], ["3", "3", "3"]):
            self.assertIn(row, rows)

    def test_names_every_parameter(self):
        self.save("x.npy", G6)
        text = self.succeed("trace", "--input", "x.npy", "--layer", "MaxPool2d(2)")
        for parameter in ("kernel_size=2", "stride=None", "padding=0", "dilation=1", "ceil_mode=False"):
            self.assertIn(parameter, text)

    def test_leaves_large_values_out(self):
        self.save("x.npy", np.zeros((500, 500), np.float32))
        text = self.succeed("trace", "--input", "x.npy", "--layer", "MaxPool2d(2)")
        self.assertLess(len(text.splitlines()), 20)

    def test_tells_what_was_converted(self):
        self.save("x.npy", G6.astype(np.int32))
        self.assertIn("int32", self.succeed("trace", "--input", "x.npy", "--layer", "MaxPool2d(2)"))

    def test_a_plane_without_numbers_has_no_range(self):
        self.save("x.npy", np.full((2, 2), np.nan, np.float32))
        self.assertIn("no numbers", self.succeed("trace", "--input", "x.npy", "--layer", "MaxPool2d(2)"))


class Failures(CommandLineTest):
    def test_a_layer_that_cannot_run_is_named_by_its_number(self):
        self.save("x.npy", G6)
        for options in ([], ["--json"]):
            layers = ["--layer", "MaxPool2d(2)", "--layer", "MaxPool2d(4)", "--layer", "MaxPool2d(2)"]
            message = self.fail_with(1, "trace", "--input", "x.npy", *layers, *options)
            self.assertRegex(message, r"\Alayer 2: MaxPool2d: .*4")


if __name__ == "__main__":
    unittest.main()
