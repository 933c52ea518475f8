"""Research pools, layers over a single row, fractional, unpooling and RoI layers against numpy."""

import math
import random
import unittest

import numpy as np

import numpy_pools as pools
from poolscope_cli import G6, CommandLineTest


def minimum(values, cells, _divisor):
    if any(math.isnan(v) for v in values):
        return max((c, v) for v, c in zip(values, cells) if math.isnan(v))[::-1]
    return min(values), cells[values.index(min(values))]


def median(values, cells, _divisor):
    middle = sorted(values)[(len(values) - 1) // 2]
    return middle, cells[values.index(middle)]


def mean_of(f):
    return lambda values, _cells, _divisor: f(np.array(values))


def soft(values, scale):
    weights = np.exp(scale * (values - values.max()))
    return float((weights * values).sum() / weights.sum())


def stochastic(values):
    positive = np.maximum(values, 0)
    return float((positive**2).sum() / positive.sum()) if positive.any() else 0.0


VALUE_POOLS = {
    "L2Pool2d({})": mean_of(lambda v: math.sqrt((v**2).sum())),
    "RMSPool2d({})": mean_of(lambda v: math.sqrt((v**2).mean())),
    "MixedPool2d({}, alpha=0.3)": mean_of(lambda v: 0.3 * v.max() + 0.7 * v.mean()),
    "StochasticPool2d({})": mean_of(stochastic),
    "GeMPool2d({})": mean_of(lambda v: (np.maximum(v, 1e-6) ** 3).mean() ** (1 / 3)),
    "GeMPool2d({}, p=2.5, eps=0.5)": mean_of(lambda v: (np.maximum(v, 0.5) ** 2.5).mean() ** (1 / 2.5)),
    "SoftPool2d({})": mean_of(lambda v: soft(v, 1)),
    "SoftPool2d({}, beta=3)": mean_of(lambda v: soft(v, 3)),
    "AttentionPool2d({}, temperature=0.5)": mean_of(lambda v: soft(v, 2)),
    "LogSumExpPool2d({})": mean_of(lambda v: math.log(np.exp(v).sum())),
    "LogSumExpPool2d({}, beta=2)": mean_of(lambda v: math.log(np.exp(2 * v).sum()) / 2),
}
PICKS = {"MinPool2d({})": minimum, "MedianPool2d({})": median}


def random_windows(rng, shape):
    """The text of kernel, stride, padding and ceil_mode, and the windows of both axes."""
    kernel, stride = [(rng.randint(1, most), rng.randint(1, most)) for most in (4, 3)]
    padding = tuple(rng.randint(0, k // 2) for k in kernel)
    ceil = rng.random() < 0.5
    axes = [
        pools.pytorch_axis(n, k, s, p, ceil=ceil, include_pad=False)
        for n, k, s, p in zip(shape, kernel, stride, padding)
    ]
    return f"{kernel}, {stride}, {padding}, {ceil}", axes


def binomial(taps):
    row = np.array([1.0])
    while len(row) < taps:
        row = np.convolve(row, [0.5, 0.5])
    return row


def blur(x, stride, taps):
    before, after = (taps - 1) // 2, taps // 2
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (before, after), (before, after)), "reflect")
    for axis in (2, 3):
        padded = np.apply_along_axis(lambda line: np.convolve(line, binomial(taps), "valid"), axis, padded)
    return padded[:, :, ::stride, ::stride]


def plain_max(x, kernel):
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    return view.max(axis=(4, 5))


def bilinear(plane, y, x):
    h, w = plane.shape
    if y < -1 or y > h or x < -1 or x > w:
        return 0.0
    y, x = min(max(y, 0), h - 1), min(max(x, 0), w - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, h - 1), min(left + 1, w - 1)
    dy, dx = y - top, x - left
    upper = (1 - dx) * plane[top, left] + dx * plane[top, right]
    lower = (1 - dx) * plane[bottom, left] + dx * plane[bottom, right]
    return (1 - dy) * upper + dy * lower


class Research(CommandLineTest):
    def check_values(self, engine):
        rng, generator = random.Random(5), np.random.default_rng(5)
        for text, reduce_window in VALUE_POOLS.items():
            for _ in range(6):
                x = generator.normal(size=(1, 2, rng.randint(4, 9), rng.randint(4, 9))).astype(np.float32)
                windows, axes = random_windows(rng, x.shape[2:])
                expected = pools.number_pool(x, *axes, reduce_window)
                with self.subTest(layer=text.format(windows), shape=x.shape):
                    got = self.apply(x, text.format(windows), options=("--engine", engine))
                    np.testing.assert_allclose(got, expected, rtol=0, atol=2e-5)

    def test_values_of_the_reference_engine(self):
        self.check_values("reference")

    def test_values_of_the_cpu_engine(self):
        self.check_values("cpu")

    def test_picks_and_their_places(self):
        rng, generator = random.Random(6), np.random.default_rng(6)
        for engine in ("reference", "cpu"):
            for text, pick in PICKS.items():
                for _ in range(8):
                    x = generator.integers(-3, 4, (1, 2, rng.randint(4, 9), rng.randint(4, 9))).astype(np.float32)
                    windows, axes = random_windows(rng, x.shape[2:])
                    out = pools.over_windows(x, *axes, pick)
                    options = ("--engine", engine, "--indices", "i.npy")
                    got = self.apply(x, text.format(windows), options=options)
                    for at, array in ((0, got), (1, self.load("i.npy"))):
                        expected = np.array([cell[at] for cell in out.flat]).reshape(out.shape)
                        np.testing.assert_array_equal(array, expected, text.format(windows))

    def test_blurs(self):
        x = np.random.default_rng(7).normal(size=(2, 3, 11, 14)).astype(np.float32)
        for stride in (1, 2, 3):
            for taps in (1, 2, 3, 4, 5, 7):
                got = self.apply(x, f"BlurPool2d({stride}, filter_size={taps})")
                np.testing.assert_allclose(got, blur(x, stride, taps), rtol=0, atol=2e-6)
                got = self.apply(x, f"MaxBlurPool2d(3, {stride}, filter_size={taps})")
                np.testing.assert_allclose(got, blur(plain_max(x, 3), stride, taps), rtol=0, atol=4e-6)

    def test_a_spatial_pyramid_is_its_levels_side_by_side(self):
        x = np.random.default_rng(8).normal(size=(2, 3, 13, 10)).astype(np.float32)
        levels = [self.apply(x, f"AdaptiveMaxPool2d({bins})").reshape(2, 3, 1, -1) for bins in (1, 2, 4)]
        np.testing.assert_array_equal(self.apply(x, "SpatialPyramidPool2d()"), np.concatenate(levels, axis=3))

    def test_a_reflection_wider_than_the_axis_is_refused(self):
        self.save("x.npy", np.zeros((2, 5), np.float32))
        message = self.fail_with(1, "apply", "--input", "x.npy", "--layer", "BlurPool2d(1, filter_size=5)", "--output", "y.npy")
        self.assertEqual(message, "layer 1: BlurPool2d: filter_size 5 reflects 2 rows of 2; at most 3")


class Rows(CommandLineTest):
    """A layer over a single row takes CxL and NxCxL, and is the 2d layer on one row."""

    def test_are_the_2d_layer_on_one_row(self):
        x = np.random.default_rng(9).normal(size=(2, 3, 17)).astype(np.float32)
        pairs = [
            ("MaxPool1d(3, 2, 1, 2)", "MaxPool2d((1, 3), (1, 2), (0, 1), (1, 2))"),
            ("AvgPool1d(3, 2, 1, True, False)", "AvgPool2d((1, 3), (1, 2), (0, 1), True, False)"),
            ("LPPool1d(2, 4, 3)", "LPPool2d(2, (1, 4), (1, 3))"),
            ("AdaptiveMaxPool1d(5)", "AdaptiveMaxPool2d((1, 5))"),
            ("AdaptiveAvgPool1d(5)", "AdaptiveAvgPool2d((1, 5))"),
            ("MaxPooling1D(3, padding='same')", "MaxPooling2D((1, 3), padding='same')"),
            ("AveragePooling1D(4, 3)", "AveragePooling2D((1, 4), (1, 3))"),
        ]
        for row, plane in pairs:
            expected = self.apply(x[:, :, None, :], plane)[:, :, 0, :]
            # Sums may be joined in another order for another number of planes.
            slack = 0 if "Max" in row else 1e-6
            np.testing.assert_allclose(self.apply(x, row), expected, rtol=slack, atol=slack, err_msg=row)
            np.testing.assert_allclose(self.apply(x[0], row), expected[0], rtol=slack, atol=slack, err_msg=row)

    def test_of_keras_take_channels_last(self):
        x = np.random.default_rng(10).normal(size=(2, 9, 3)).astype(np.float32)
        got = self.apply(x, "MaxPooling1D(3, data_format='channels_last')")
        np.testing.assert_array_equal(got, x.reshape(2, 3, 3, 3).max(axis=2))
        got = self.apply(x, "GlobalAveragePooling1D(data_format='channels_last')")
        np.testing.assert_allclose(got, x.mean(axis=1), atol=1e-6)
        self.assertEqual(self.apply(x, "GlobalMaxPooling1D(keepdims=True, data_format='channels_last')").shape, (2, 1, 3))

    def test_refuse_an_array_of_four_axes(self):
        self.save("x.npy", np.zeros((1, 2, 3, 4), np.float32))
        message = self.fail_with(1, "apply", "--input", "x.npy", "--layer", "MaxPool1d(2)", "--output", "y.npy")
        self.assertEqual(message, "layer 1: MaxPool1d: the array has 4 axes; 2 (CxL) or 3 (NxCxL) are read")

    def test_are_written_with_one_number(self):
        self.save("x.npy", G6)
        stage = self.trace("x.npy", "MaxPool1d(kernel_size=(3,), stride=2, padding=1)")[1]
        self.assertEqual(stage["layer"], "MaxPool1d(kernel_size=3, stride=2, padding=1)")
        self.assertEqual(stage["parameters"]["stride"], 2)
        self.assertEqual(stage["shape"], [6, 3])


class OtherLayers(CommandLineTest):
    def test_fractional_windows_follow_their_formula(self):
        x = np.random.default_rng(11).normal(size=(2, 3, 13, 17)).astype(np.float32)
        got = self.apply(x, "FractionalMaxPool2d((2, 3), output_size=(5, 7), seed=4)", options=("--indices", "i.npy"))
        places = self.load("i.npy")
        for n, c in np.ndindex(2, 3):
            ys, xs = places[n, c] // 17, places[n, c] % 17
            np.testing.assert_array_equal(got[n, c], x[n, c][ys, xs])
            self.assertTrue(self.possible(ys.min(axis=1), ys.max(axis=1), 13, 2))
            self.assertTrue(self.possible(xs.min(axis=0), xs.max(axis=0), 17, 3))
        again = self.apply(x, "FractionalMaxPool2d((2, 3), output_size=(5, 7), seed=4)")
        np.testing.assert_array_equal(got, again)
        other = self.apply(x, "FractionalMaxPool2d((2, 3), output_size=(5, 7), seed=5)")
        self.assertTrue((got != other).any())

    def possible(self, lows, highs, size, kernel):
        """Whether some u in [0, 1) gives windows that hold the winners."""
        outputs = len(lows)
        alpha = np.float32(size - kernel) / np.float32(outputs - 1)
        for u in np.linspace(0, 1, 2000, endpoint=False, dtype=np.float32):
            starts = [int((np.float32(i) + u) * alpha) - int(u * alpha) for i in range(outputs - 1)] + [size - kernel]
            if all(s <= low and high < s + kernel for s, low, high in zip(starts, lows, highs)):
                return True
        return False

    def test_a_fractional_pool_needs_exactly_one_size(self):
        self.save("x.npy", G6)
        run = ("apply", "--input", "x.npy", "--output", "y.npy", "--layer")
        self.assertIn("needs output_size or output_ratio", self.fail_with(2, *run, "FractionalMaxPool2d(2)"))
        both = self.fail_with(1, *run, "FractionalMaxPool2d(2, 3, 0.5)")
        self.assertIn("output_size and output_ratio are both given; one of the two", both)
        many = self.fail_with(1, *run, "FractionalMaxPool2d(3, output_size=5)")
        self.assertIn("5 windows of 3 do not start at different cells of 6; at most 4", many)

    def test_unpooling_puts_values_back(self):
        got = self.apply(G6, "MaxPool2d(2)", "MaxUnpool2d(2)")
        expected = np.zeros_like(G6)
        for y, x in np.ndindex(3, 3):
            window = G6[2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
            dy, dx = np.unravel_index(window.argmax(), (2, 2))
            expected[2 * y + dy, 2 * x + dx] = window.max()
        np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(self.apply(G6, "MaxPool2d(2)", "AvgPool2d(1)", "MaxUnpool2d(2)"), expected)

    def test_unpooling_says_what_it_lacks(self):
        self.save("x.npy", np.arange(49, dtype=np.float32).reshape(7, 7))
        run = ("apply", "--input", "x.npy", "--output", "y.npy", "--layer")
        self.assertIn("no max pooling before it", self.fail_with(1, *run, "MaxUnpool2d(2)"))
        wide = self.fail_with(1, *run, "MaxPool2d(2)", "--layer", "MaxUnpool2d(2, output_size=9)")
        self.assertIn("output_size of 9 rows is out of reach; from 5 to 7", wide)
        small = self.fail_with(1, *run, "MaxPool2d(2)", "--layer", "MaxUnpool2d(2, output_size=5)")
        self.assertRegex(small, "index [0-9]+ lies outside the 5x5 cells of the output")

    def test_roi_max_pool_cuts_a_rectangle_into_bins(self):
        got = self.apply(G6, "MaxRoiPool(pooled_shape=[2, 3], rois=[1, 0, 5, 3])")
        part = G6[0:4, 1:6]
        expected = [[part[2 * i : 2 * i + 2, j * 5 // 3 : -(-(j + 1) * 5 // 3)].max() for j in range(3)] for i in range(2)]
        np.testing.assert_array_equal(got, np.array(expected, np.float32))
        self.save("x.npy", G6)
        message = self.fail_with(
            1, "apply", "--input", "x.npy", "--output", "y.npy", "--layer", "MaxRoiPool(pooled_shape=[1, 1], rois=[0, 0, 6, 3])"
        )
        self.assertIn("rois reach from cell 0 to 6; from 0 to 5", message)

    def test_roi_align_interpolates(self):
        for mode, offset in (("half_pixel", 0.5), ("output_half_pixel", 0.0)):
            for reduce_name, reduce_points in (("avg", np.mean), ("max", np.max)):
                text = (
                    f"RoiAlign(rois=[0.5, 1, 4.5, 5], output_height=2, output_width=3, sampling_ratio=2, "
                    f'mode="{reduce_name}", coordinate_transformation_mode="{mode}")'
                )
                expected = np.empty((2, 3))
                for i, j in np.ndindex(2, 3):
                    ys = [1 - offset + i * 2 + (k + 0.5) for k in range(2)]
                    xs = [0.5 - offset + j * 4 / 3 + (k + 0.5) * 2 / 3 for k in range(2)]
                    expected[i, j] = reduce_points([bilinear(G6, y, x) for y in ys for x in xs])
                np.testing.assert_allclose(self.apply(G6, text), expected, atol=1e-5)


class Gradients(CommandLineTest):
    def gradient(self, x, *options):
        self.save("x.npy", x)
        self.succeed("gradient", "--input", "x.npy", *options, "--output", "g.npy")
        return self.load("g.npy")

    def test_of_a_maximum_by_each_tie_policy(self):
        x = np.array([[1, 7], [7, 7]], np.float32)
        layer = ("--layer", "MaxPool2d(2)")
        np.testing.assert_array_equal(self.gradient(x, *layer), [[0, 1], [0, 0]])
        np.testing.assert_array_equal(self.gradient(x, *layer, "--ties", "all"), [[0, 1], [1, 1]])
        split = self.gradient(x, *layer, "--ties", "split")
        np.testing.assert_allclose(split, [[0, 1 / 3], [1 / 3, 1 / 3]], rtol=1e-6)

    def test_starts_from_the_array_given(self):
        dy = np.array([[1, 2], [3, 4]], np.float32)
        self.save("dy.npy", dy)
        got = self.gradient(np.zeros((4, 4), np.float32), "--layer", "AvgPool2d(2)", "--from", "dy.npy")
        np.testing.assert_array_equal(got, np.kron(dy, np.ones((2, 2))) / 4)

    def test_checks_itself_against_finite_differences(self):
        x = np.random.default_rng(12).normal(size=(6, 6)).astype(np.float32)
        self.save("x.npy", x)
        said = self.succeed("gradient", "--input", "x.npy", "--layer", "GeMPool2d(2)", "--output", "g.npy", "--check")
        self.assertRegex(said, r"check: layer 1, GeMPool2d: [0-9]+ cells against finite differences, largest error [0-9.e-]+")

    def test_refuses_a_gradient_of_another_shape(self):
        self.save("x.npy", G6)
        self.save("dy.npy", np.zeros((2, 2), np.float32))
        message = self.fail_with(
            1, "gradient", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--from", "dy.npy", "--output", "g.npy"
        )
        self.assertEqual(message, "dy.npy: the gradient is 2x2; the output is 3x3")


if __name__ == "__main__":
    unittest.main()
