"""`poolscope export`: code that gives the same numbers, pictures, animations, and the values of stages."""

import ast
import contextlib
import io
import math
import runpy
import unittest

import numpy as np
from PIL import Image

from poolscope_cli import G6, CommandLineTest

RNG = np.random.default_rng(7)
PLANES = RNG.normal(size=(2, 3, 9, 10)).astype(np.float32)
ROWS = RNG.normal(size=(2, 3, 13)).astype(np.float32)
ODD = np.array([[1, np.nan, -0.0, 4], [-np.inf, 5, 2, 2], [7, np.inf, 0, -3], [4, 5, 9, 0]], np.float32)

EXACT, SUMS, POWERS = 0.0, 2e-6, 1e-5  # of the largest value (semantics.md)

AVERAGE = "AveragePool(kernel_shape=[3, 3], strides=[2, 2], "
UNPOOL = "MaxUnpool(kernel_shape=[2, 2], strides=[2, 2])"

# The layers of a pipeline, its input, and how far the script may be from Poolscope.
PYTORCH = [
    (["MaxPool2d(2)"], PLANES, EXACT),
    (["MaxPool2d(3, 2, 1, ceil_mode=True)"], PLANES, EXACT),
    (["MaxPool2d((3, 2), stride=(1, 3), dilation=2)"], PLANES, EXACT),
    (["MaxPool2d(2)"], ODD, EXACT),
    (["AvgPool2d(3, 2, 1, ceil_mode=True)"], PLANES, SUMS),
    (["AvgPool2d(2, count_include_pad=False, padding=1)"], PLANES[0], SUMS),
    (["AvgPool2d(2, divisor_override=-3)"], PLANES, SUMS),
    (["LPPool2d(2, 3, stride=2, ceil_mode=True)"], np.abs(PLANES), POWERS),
    (["LPPool2d(inf, 2)"], PLANES, EXACT),
    (["AdaptiveMaxPool2d((4, None))"], PLANES, EXACT),
    (["AdaptiveAvgPool2d((4, 3))"], PLANES, SUMS),
    (["FractionalMaxPool2d(2, output_size=(4, 5), seed=3)"], PLANES, EXACT),
    (["FractionalMaxPool2d(2, output_ratio=0.6)"], PLANES, EXACT),
    (["MaxPool2d(2)", "MaxUnpool2d(2, output_size=(9, 10))"], PLANES, EXACT),
    (["MaxPool1d(3, 2)"], ROWS, EXACT),
    (["AvgPool1d(3, 2, 1)"], ROWS, SUMS),
    (["LPPool1d(2, 3)"], np.abs(ROWS), POWERS),
    (["AdaptiveMaxPool1d(4)"], ROWS, EXACT),
    (["AdaptiveAvgPool1d(4)"], ROWS, SUMS),
    (["MaxPool1d(2)", "MaxUnpool1d(2, output_size=(13,))"], ROWS, EXACT),
    (["MaxPool2d(2)", "AvgPool2d(2)"], G6, SUMS),
    (["Conv2d(kernel_size=3, stride=2, padding=1, out_channels=4, bias=0.5, seed=3)"], PLANES, POWERS),
    (["Conv2d(padding=1, groups=None, dilation=2, weight='sobel_x')", "ReLU()", "MaxPool2d(2)"], PLANES, POWERS),
    (["BatchNorm2d(running_mean=[1, 2, 3], running_var=4, weight=[1, -1, 2], bias=0.5)"], PLANES, SUMS),
    *[([f"{name}()"], PLANES, POWERS) for name in ("ReLU6", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus", "Sigmoid", "Tanh", "Hardtanh")],
]
OTHERS = [
    (["MaxPooling2D(3, strides=2, padding='same')"], PLANES, EXACT),
    (["AveragePooling2D(3, strides=2, padding='same')"], PLANES, SUMS),
    (["AveragePooling2D(2, data_format='channels_last')"], PLANES, SUMS),
    (["GlobalMaxPooling2D()"], PLANES, EXACT),
    (["GlobalAveragePooling2D(keepdims=True)"], PLANES, SUMS),
    (["MaxPooling1D(2)"], ROWS, EXACT),
    (["MaxPooling1D(2, data_format='channels_last')"], ROWS, EXACT),
    (["GlobalAveragePooling1D()"], ROWS, SUMS),
    (["MaxPool(kernel_shape=[3, 2], strides=[2, 2], pads=[0, 1, 2, 0])"], PLANES, EXACT),
    (["MaxPool(kernel_shape=[2, 2], dilations=[2, 3], auto_pad='SAME_LOWER')"], PLANES, EXACT),
    ([AVERAGE + "pads=[1, 0, 2, 1], ceil_mode=1, count_include_pad=1)"], PLANES, SUMS),
    ([AVERAGE + "pads=[1, 1, 1, 1])"], PLANES, SUMS),
    (["LpPool(kernel_shape=[2, 3], p=3)"], PLANES, POWERS),
    (["GlobalMaxPool()"], PLANES, EXACT),
    (["GlobalAveragePool()"], PLANES, SUMS),
    (["GlobalLpPool()"], PLANES, POWERS),
    (["MaxPool(kernel_shape=[2, 2], strides=[2, 2], pads=[1, 0, 0, 0])", UNPOOL], PLANES, EXACT),
    (["MaxRoiPool(pooled_shape=[2, 3], rois=[1, 2, 8, 7])"], PLANES, EXACT),
    (["MinPool2d(2, padding=1)"], PLANES, EXACT),
    (["MedianPool2d(3, 2, 1)"], PLANES, EXACT),
    (["MedianPool2d(2)"], ODD[2:], EXACT),
    (["L2Pool2d(3, 2, 1)"], PLANES, POWERS),
    (["RMSPool2d(3, 2, 1)"], PLANES, POWERS),
    (["MixedPool2d(3, 2, 1, alpha=0.3)"], PLANES, SUMS),
    (["StochasticPool2d(3, 2)"], PLANES, SUMS),
    (["GeMPool2d(3, 2, 1)"], PLANES, POWERS),
    (["SoftPool2d(3, 2, 1, beta=2)"], PLANES, POWERS),
    (["LogSumExpPool2d(3, 2, 1)"], PLANES, POWERS),
    (["AttentionPool2d(2, temperature=0.5)"], PLANES, POWERS),
    (["BlurPool2d(2, filter_size=4)"], PLANES, SUMS),
    (["MaxBlurPool2d(2)"], PLANES, SUMS),
    (["StridedConv2d(3, 2, 1, weight='binomial')"], PLANES, SUMS),
    (["SpatialPyramidPool2d(bins=[1, 2, 3])"], PLANES, EXACT),
]


def layer_options(layers):
    return [word for layer in layers for word in ("--layer", layer)]


class CodeTest(CommandLineTest):
    def export(self, name, layers, framework, output="code.py"):
        self.succeed("export", "code", "--input", name, *layer_options(layers), "--framework", framework, "--output", output)
        return (self.folder / output).read_text()


class PyTorchCode(CodeTest):
    def run_script(self, name):
        """What the script prints: the shape, and the numbers as an array. This process has torch already."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(self.folder / name), run_name="__main__")
        shape, numbers = said.getvalue().split("\n", 1)
        numbers = eval(numbers, {"nan": math.nan, "inf": math.inf})  # lists of floats, by our own script
        return ast.literal_eval(shape), np.array(numbers, np.float32).reshape(ast.literal_eval(shape))

    def check_all(self, cases):
        for index, (layers, array, bound) in enumerate(cases):
            with self.subTest(layers=layers):
                name = self.save(f"x{index}.npy", array)
                self.succeed("apply", "--input", name, *layer_options(layers), "--engine", "reference", "--output", "y.npy")
                expected = self.load("y.npy")
                self.export(name, layers, "pytorch")
                shape, numbers = self.run_script("code.py")
                self.assertEqual(shape, expected.shape)
                most = float(np.abs(expected[np.isfinite(expected)]).max(initial=1))
                np.testing.assert_allclose(numbers, expected, rtol=0, atol=bound * most)

    def test_every_kind_of_pytorch_gives_the_same_numbers(self):
        self.check_all(PYTORCH)

    def test_what_pytorch_does_not_have_is_written_out(self):
        self.check_all(OTHERS)

    def test_a_large_input_lies_beside_the_script(self):
        array = RNG.normal(size=(1, 3, 40, 41)).astype(np.float32)
        name = self.save("large.npy", array)
        self.export(name, ["AdaptiveMaxPool2d(2)"], "pytorch", "odd 'name'.py")
        self.assertTrue((self.folder / "odd 'name'.npy").exists())
        shape, numbers = self.run_script("odd 'name'.py")
        self.assertEqual(shape, (1, 3, 2, 2))
        np.testing.assert_array_equal(numbers, self.apply(array, "AdaptiveMaxPool2d(2)"))

    def test_a_name_cannot_smuggle_code_in(self):
        self.write('x"""\nimport os.txt', "1 2\n3 4\n")
        code = self.export('x"""\nimport os.txt', ["MaxPool2d(2)"], "pytorch")
        self.assertEqual(code.count('"""'), 2)
        self.assertEqual(self.run_script("code.py")[0], (1, 1))

    def test_what_cannot_be_said_names_its_layer(self):
        name = self.save("x.npy", PLANES)
        message = self.fail_with(
            1, "export", "code", "--input", name, "--layer", "MaxPool2d(1)", "--layer", "StochasticPool2d(2, training=True)",
            "--output", "c.py")
        self.assertIn("layer 2: StochasticPool2d: training=True", message)
        message = self.fail_with(1, "export", "code", "--input", name, "--layer", "MaxPool2d(99)", "--output", "c.py")
        self.assertIn("layer 1: MaxPool2d: kernel_size 99", message)


class OtherFrameworks(CodeTest):
    """Neither Keras nor onnx is there to run: their scripts compile, and say the right calls."""

    def calls(self, framework, layers, array=PLANES):
        code = self.export(self.save("x.npy", array), layers, framework)
        compile(code, "code.py", "exec")
        return code.split("\n\n", 3)[-1]

    def test_keras_has_its_own_layers(self):
        code = self.calls("keras", ["MaxPooling2D(3, strides=2, padding='same')"])
        self.assertIn('layers.MaxPooling2D(pool_size=3, strides=2, padding="same", data_format="channels_last")(x)', code)

    def test_keras_pads_by_hand_where_it_has_to(self):
        code = self.calls("keras", ["MaxPool2d(3, 2, 1)"])
        self.assertIn("pad(x, (1, 1, 1, 0), -np.inf)", code)
        self.assertIn("layers.MaxPooling2D((3, 3), (2, 2)", code)

    def test_onnx_has_its_own_operators(self):
        code = self.calls("onnx", ["MaxPool(kernel_shape=[3, 3], auto_pad='SAME_LOWER')"])
        self.assertIn('add("MaxPool", x, kernel_shape=[3, 3], auto_pad="SAME_LOWER")', code)
        self.assertIn('helper.make_opsetid("", 22)', code)

    def test_onnx_spells_the_pads_of_others_out(self):
        code = self.calls("onnx", ["MaxPooling2D(3, strides=2, padding='same')"])
        self.assertIn('add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 1])', code)

    def test_the_framework_is_the_layers_own_where_none_is_asked_for(self):
        name = self.save("x.npy", PLANES)
        self.succeed("export", "code", "--input", name, "--layer", "GlobalMaxPool()", "--output", "c.py")
        self.assertIn("import onnx", (self.folder / "c.py").read_text())

    def test_convolutions_and_pointwise_layers_are_said(self):
        layers = ["Conv2d(kernel_size=2, weight='box')", "ReLU()"]
        self.assertIn("tf.nn.conv2d(x, weight, (1, 1)", self.calls("keras", layers))
        self.assertIn('add("Relu", x)', self.calls("onnx", layers))

    def test_what_they_do_not_have_is_an_error(self):
        name = self.save("x.npy", PLANES)
        for framework, layer in [("keras", "MedianPool2d(2)"), ("onnx", "SpatialPyramidPool2d()"), ("keras", "MaxPool2d(2, dilation=2)")]:
            message = self.fail_with(
                1, "export", "code", "--input", name, "--layer", layer, "--framework", framework, "--output", "c.py")
            self.assertRegex(message, r"\Alayer 1: \w+Pool2d: (Keras|ONNX) has no ")
        message = self.fail_with(2, "export", "code", "--input", name, "--framework", "caffe", "--output", "c.py")
        self.assertIn("pytorch, keras, onnx", message)


class Values(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", PLANES)
        self.request = ["--input", "x.npy", "--layer", "MaxPool2d(2)", "--layer", "AvgPool2d(2)"]

    def test_any_stage_can_be_written(self):
        for stage, shape in [(0, (2, 3, 9, 10)), (1, (2, 3, 4, 5)), (2, (2, 3, 2, 2))]:
            self.succeed("export", "npy", *self.request, "--stage", stage, "--output", "s.npy")
            self.assertEqual(self.load("s.npy").shape, shape)
        self.succeed("export", "npy", *self.request, "--output", "last.npy")
        np.testing.assert_array_equal(self.load("last.npy"), self.load("s.npy"))
        self.succeed("export", "csv", *self.request, "--output", "s.csv")
        self.succeed("export", "npy", "--input", "s.csv", "--output", "back.npy")
        np.testing.assert_array_equal(self.load("back.npy"), self.load("last.npy"))

    def test_there_are_no_other_stages(self):
        message = self.fail_with(1, "export", "npy", *self.request, "--stage", "3", "--output", "s.npy")
        self.assertIn("there is no stage 3; from 0, the input, to 2, the output", message)
        message = self.fail_with(2, "export", "npy", "--output", "s.npy")
        self.assertIn("--input or --session", message)

    def test_an_unwritable_folder_is_said(self):
        message = self.fail_with(1, "export", "csv", *self.request, "--output", "none/s.csv")
        self.assertIn("does not exist", message)


class Pictures(CommandLineTest):
    def size(self, name):
        with Image.open(self.folder / name) as picture:
            return picture.size

    def setUp(self):
        super().setUp()
        self.save("g6.npy", G6)
        self.write("g6.txt", "\n".join(" ".join(str(int(v)) for v in row) for row in G6))
        self.request = ["--input", "g6.txt", "--layer", "MaxPool2d(2)", "--size", "900x600"]

    def test_a_picture_is_so_many_times_the_window(self):
        for scale in (1, 2):
            self.succeed("export", "png", *self.request, "--scale", scale, "--output", "all.png")
            self.assertEqual(self.size("all.png"), (900 * scale, 600 * scale))
        sizes = {}
        for canvas in ("input", "windows", "output"):
            self.succeed("export", "png", *self.request, "--canvas", canvas, "--output", "c.png")
            sizes[canvas] = self.size("c.png")
            self.assertLess(sizes[canvas][0], 450)
        self.assertEqual(sizes["input"][1], sizes["output"][1])

    def test_a_gif_shows_one_window_after_the_other(self):
        done = self.run_program("export", "gif", *self.request, "--canvas", "input", "--output", "play.gif")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("frame 9 of 9", done.stderr)
        gif = Image.open(self.folder / "play.gif")
        self.addCleanup(gif.close)
        self.assertEqual((gif.n_frames, gif.info["loop"]), (9, 0))
        frames = []
        for index in range(gif.n_frames):
            gif.seek(index)
            frames.append(np.asarray(gif.convert("RGB")).astype(int))
        # The selection's outline moves to the right within a row, and down a row after the last.
        places = []
        for frame in frames:
            accent = np.abs(frame - [0xFF, 0x8F, 0x4A]).max(2) < 40
            rows, cols = np.nonzero(accent[: frame.shape[0] * 3 // 4])
            places.append((np.median(rows), np.median(cols)))
        self.assertTrue(all(places[i][1] < places[i + 1][1] for i in (0, 1, 3, 4, 6, 7)), places)
        self.assertTrue(places[0][0] < places[3][0] < places[6][0], places)

    def test_the_output_of_a_gif_fills_in(self):
        self.run_program("export", "gif", *self.request, "--canvas", "output", "--output", "play.gif")
        cells = []
        with Image.open(self.folder / "play.gif") as gif:
            for index in range(gif.n_frames):
                gif.seek(index)
                pixels = np.asarray(gif.convert("RGB")).astype(int)
                colour = pixels.max(2) - pixels.min(2) > 40  # viridis, not the grey of hidden cells
                cells.append(int(colour[: colour.shape[0] * 3 // 4].sum()))
        self.assertTrue(all(before < after for before, after in zip(cells, cells[1:])), cells)
        self.assertGreater(cells[-1], 5 * cells[0])

    def test_what_is_too_large_is_said_first(self):
        message = self.fail_with(
            1, "export", "png", "--input", "g6.txt", "--size", "8000x8000", "--scale", "4", "--output", "a.png")
        self.assertIn("32000x32000 pixels is too large; at most 16384", message)
        self.save("photo.npy", np.zeros((1, 1, 200, 200), np.float32))
        message = self.fail_with(
            1, "export", "gif", "--input", "photo.npy", "--layer", "MaxPool2d(2)", "--size", "8000x4000", "--output", "a.gif")
        self.assertIn("too large for a GIF", message)
        self.fail_with(2, "export", "png", "--input", "g6.txt", "--scale", "5", "--output", "a.png")
        message = self.fail_with(2, "export", "png", "--input", "g6.txt", "--canvas", "wall", "--output", "a.png")
        self.assertIn("input, windows, output, all", message)


if __name__ == "__main__":
    unittest.main()
