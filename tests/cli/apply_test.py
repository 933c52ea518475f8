"""`poolscope apply` on one case: values, ranks, axis orders, winners, files."""

import unittest

import numpy as np
from PIL import Image

from poolscope_cli import G4, G6, CommandLineTest


class Values(CommandLineTest):
    def test_golden_grids(self):
        cases = [
            (G6, "MaxPool2d(2)", [[6, 8, 10], [8, 10, 12], [6, 4, 5]]),
            (G6, "AvgPool2d(2)", [[3.75, 5.25, 8.25], [5.5, 5.5, 6], [3, 3, 3]]),
            (G4, "MaxPool2d(kernel_size=2, stride=2)", [[6, 4], [7, 9]]),
            (G4, "AvgPool2d(kernel_size=2, stride=2)", [[3.75, 2.25], [4.5, 5]]),
        ]
        for grid, layer, expected in cases:
            np.testing.assert_array_equal(self.apply(grid, layer), np.float32(expected))

    def test_layers_run_one_after_the_other(self):
        result = self.apply(G6, "MaxPool2d(2)", "AvgPool2d(3)")
        np.testing.assert_allclose(result, [[69 / 9]], rtol=1e-6)

    def test_the_output_is_float32_in_c_order(self):
        for kind in ("uint8", "int64", "float16", "float64", ">f4"):
            result = self.apply(G6.astype(kind), "MaxPool2d(2)")
            self.assertEqual((result.dtype, result.flags.c_contiguous), (np.float32, True))

    def test_conversions_are_told(self):
        self.save("x.npy", G6.astype(np.float64))
        text = self.succeed("apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.npy")
        self.assertRegex(text, r"\Anote: .*float64.*\n\Z")

    def test_every_engine_gives_the_same(self):
        for engine in ("auto", "reference", "cpu"):
            result = self.apply(G6, "MaxPool2d(2)", options=["--engine", engine])
            np.testing.assert_array_equal(result, [[6, 8, 10], [8, 10, 12], [6, 4, 5]])

    def test_nan_and_infinities_pass_through(self):
        grid = np.float32([[np.nan, 1, 2, 3], [4, 5, np.inf, 6], [-np.inf] * 4, [-np.inf] * 4])
        result = self.apply(grid, "MaxPool2d(2)")
        np.testing.assert_array_equal(result, np.float32([[np.nan, np.inf], [-np.inf, -np.inf]]))


class Ranks(CommandLineTest):
    def test_the_output_keeps_the_rank(self):
        for shape in ((6, 6), (3, 6, 6), (2, 3, 6, 6)):
            result = self.apply(np.zeros(shape, np.float32), "MaxPool2d(2)")
            self.assertEqual(result.shape, shape[:-2] + (3, 3))

    def test_keras_global_pools_drop_the_axes_of_space(self):
        for shape, expected in (((6, 5), (1,)), ((3, 6, 5), (3,)), ((2, 3, 6, 5), (2, 3))):
            x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
            result = self.apply(x, "GlobalMaxPooling2D()")
            self.assertEqual(result.shape, expected)
            np.testing.assert_array_equal(result.ravel(), x.max(axis=(-2, -1)).ravel())
            kept = self.apply(x, "GlobalMaxPooling2D(keepdims=True)")
            self.assertEqual(kept.shape, shape[:-2] + (1, 1))

    def test_nothing_can_follow_once_the_axes_are_gone(self):
        self.save("x.npy", np.zeros((2, 3, 6, 6), np.float32))
        layers = ["--layer", "GlobalMaxPooling2D()", "--layer", "MaxPool2d(2)"]
        message = self.fail_with(1, "apply", "--input", "x.npy", *layers, "--output", "y.npy")
        self.assertTrue(message.startswith("layer 2: "), message)

    def test_channels_last_keeps_the_order_of_the_array(self):
        for shape, expected in (((28, 28, 3), (14, 14, 3)), ((2, 28, 28, 3), (2, 14, 14, 3)), ((28, 28), (14, 14))):
            x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
            result = self.apply(x, 'MaxPooling2D(2, data_format="channels_last")')
            first = np.moveaxis(x, -1, -3) if x.ndim > 2 else x
            blocks = first.reshape(*first.shape[:-2], 14, 2, 14, 2).max(axis=(-3, -1))
            np.testing.assert_array_equal(result, np.moveaxis(blocks, -3, -1) if x.ndim > 2 else blocks)
            self.assertEqual(result.shape, expected)

    def test_a_global_pool_of_channels_last_gives_the_channels(self):
        x = np.random.default_rng(2).normal(size=(2, 5, 4, 3)).astype(np.float32)
        result = self.apply(x, 'GlobalMaxPooling2D(data_format="channels_last")')
        np.testing.assert_array_equal(result, x.max(axis=(1, 2)))

    def test_an_empty_batch_gives_an_empty_result(self):
        result = self.apply(np.zeros((0, 3, 6, 6), np.float32), "MaxPool2d(2)", options=["--indices", "i.npy"])
        self.assertEqual((result.shape, self.load("i.npy").shape), ((0, 3, 3, 3), (0, 3, 3, 3)))

    def test_a_grid_has_two_axes_and_an_image_four(self):
        self.write("x.csv", "1,2\n3,4\n")
        Image.new("RGB", (4, 6), (10, 20, 30)).save(self.folder / "x.png")
        for name, shape in (("x.csv", (1, 1)), ("x.png", (1, 3, 3, 2))):
            self.succeed("apply", "--input", name, "--layer", "MaxPool2d(2)", "--output", "y.npy")
            self.assertEqual(self.load("y.npy").shape, shape)


class Winners(CommandLineTest):
    def test_winners_are_cells_of_the_plane(self):
        self.apply(G4, "MaxPool2d(2)", options=["--indices", "i.npy"])
        indices = self.load("i.npy")
        self.assertEqual(indices.dtype, np.int64)
        np.testing.assert_array_equal(indices, [[5, 3], [8, 14]])

    def test_a_window_without_cells_has_no_winner(self):
        layer = "MaxPool2d(2, stride=1, padding=1, dilation=3)"
        x = np.arange(4, dtype=np.float32).reshape(2, 2)
        self.apply(x, layer, options=["--indices", "i.npy"])
        values, indices = self.load("y.npy"), self.load("i.npy")
        np.testing.assert_array_equal(values == -np.inf, indices == -1)
        self.assertIn(-1, indices)

    def test_onnx_counts_over_the_whole_tensor(self):
        x = np.zeros((2, 2, 4, 6), np.float32)
        x[..., 1, 2] = 1
        for order, inside in ((0, 1 * 6 + 2), (1, 2 * 4 + 1)):
            layer = f"MaxPool(kernel_shape=[4, 6], storage_order={order})"
            self.apply(x, layer, options=["--indices", "i.npy"])
            expected = [[plane * 24 + inside for plane in sample] for sample in ((0, 1), (2, 3))]
            np.testing.assert_array_equal(self.load("i.npy")[..., 0, 0], expected)

    def test_winners_of_channels_last_come_in_its_order(self):
        x = np.random.default_rng(3).normal(size=(6, 6, 3)).astype(np.float32)
        self.apply(x, 'MaxPooling2D(2, data_format="channels_last")', options=["--indices", "i.npy"])
        indices, values = self.load("i.npy"), self.load("y.npy")
        self.assertEqual(indices.shape, (3, 3, 3))
        planes = x.reshape(36, 3)
        np.testing.assert_array_equal(np.take_along_axis(planes, indices.reshape(9, 3), 0), values.reshape(9, 3))

    def test_winners_belong_to_the_last_layer(self):
        self.apply(G6, "AvgPool2d(2)", "MaxPool2d(3)", options=["--indices", "i.npy"])
        np.testing.assert_array_equal(self.load("i.npy"), [[2]])

    def test_a_last_layer_without_winners_is_an_error(self):
        self.save("x.npy", G6)
        layers = ["--layer", "MaxPool2d(2)", "--layer", "AvgPool2d(2)"]
        message = self.fail_with(1, "apply", "--input", "x.npy", *layers, "--output", "y.npy", "--indices", "i.npy")
        self.assertIn("AvgPool2d", message)


class Files(CommandLineTest):
    def fail_to(self, *options):
        self.save("x.npy", G6)
        return self.fail_with(1, "apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", *options)

    def test_png_has_its_range_scaled(self):
        self.save("x.npy", G4)
        self.succeed("apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.png")
        with Image.open(self.folder / "y.png") as image:
            image.load()
        self.assertEqual((image.mode, image.size), ("L", (2, 2)))
        np.testing.assert_array_equal(np.asarray(image), [[102, 0], [153, 255]])

    def test_png_of_three_channels_is_rgb(self):
        self.save("x.npy", np.random.default_rng(4).normal(size=(3, 8, 6)).astype(np.float32))
        self.succeed("apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.png")
        with Image.open(self.folder / "y.png") as image:
            self.assertEqual((image.mode, image.size), ("RGB", (3, 4)))

    def test_png_of_two_channels_is_an_error(self):
        self.save("x.npy", np.zeros((2, 6, 6), np.float32))
        self.fail_with(1, "apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.png")

    def test_names_must_tell_the_format(self):
        self.assertIn(".npy", self.fail_to("--output", "y.txt"))
        self.assertIn(".npy", self.fail_to("--output", "y"))
        self.assertIn(".npy", self.fail_to("--output", "y.npy", "--indices", "i.png"))

    def test_a_missing_folder_is_named(self):
        self.assertIn("there is no folder none", self.fail_to("--output", "none/y.npy"))
        self.assertIn("there is no folder none", self.fail_to("--output", "y.npy", "--indices", "none/i.npy"))

    def test_a_folder_is_no_file(self):
        (self.folder / "folder.npy").mkdir()
        self.fail_to("--output", "folder.npy")
        self.fail_to("--output", "y.npy", "--indices", "folder.npy")

    def test_both_outputs_need_a_file_of_their_own(self):
        self.fail_to("--output", "y.npy", "--indices", "y.npy")
        self.fail_to("--output", "y.npy", "--indices", "./y.npy")

    def test_older_files_stay_when_a_run_fails(self):
        self.write("y.png", "older")
        self.write("i.npy", "older")
        self.save("x.npy", np.zeros((2, 6, 6), np.float32))
        self.fail_with(1, "apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.png", "--indices", "i.npy")

    def test_the_output_may_be_the_input(self):
        self.save("x.npy", G6)
        self.succeed("apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "x.npy")
        np.testing.assert_array_equal(self.load("x.npy"), [[6, 8, 10], [8, 10, 12], [6, 4, 5]])

    def test_nothing_but_the_outputs_remains(self):
        self.apply(G6, "MaxPool2d(2)", options=["--indices", "i.npy"])
        self.assertEqual(sorted(self.files()), ["i.npy", "x.npy", "y.npy"])

    def test_names_may_hold_spaces_and_accents(self):
        self.save("mes données.npy", G6)
        self.succeed("apply", "--input", "mes données.npy", "--layer", "MaxPool2d(2)", "--output", "sortie é.npy")
        self.assertEqual(self.load("sortie é.npy").shape, (3, 3))


if __name__ == "__main__":
    unittest.main()
