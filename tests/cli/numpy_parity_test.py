"""Hundreds of random layers of three frameworks against a second implementation, in numpy."""

import random
import unittest

import numpy as np

import numpy_pools as pools
from poolscope_cli import CommandLineTest

CASES = 600


class Case:
    """A layer's text and what it must give on `x`: values, winners or None, or nothing at all."""

    def __init__(self, text, x, expected, winners=None, exact=True, exponent=1, channels_last=False, drop_space=False):
        self.text, self.x, self.expected, self.winners = text, x, expected, winners
        self.exact, self.exponent = exact, exponent
        self.channels_last, self.drop_space = channels_last, drop_space

    def tolerance(self):
        """For sums, and for powers before the root is taken; maxima are exact."""
        return 0 if self.exact else 2e-5 * float((np.abs(self.x) ** self.exponent).sum())


def pair_text(rng, pair):
    return str(pair[0]) if pair[0] == pair[1] and rng.random() < 0.5 else f"({pair[0]}, {pair[1]})"


def random_input(rng, special=False):
    shape = (rng.randint(1, 2), rng.randint(1, 3), rng.randint(1, 8), rng.randint(1, 8))
    generator = np.random.default_rng(rng.randrange(2**32))
    # Few different values, so that ties are common.
    x = generator.integers(-4, 5, shape).astype(np.float32)
    if rng.random() < 0.5:
        x += generator.normal(size=shape).astype(np.float32)
    if special:
        odd = generator.random(shape)
        x[odd < 0.08] = np.nan
        x[(odd > 0.08) & (odd < 0.12)] = np.inf
        x[odd > 0.85] = -np.inf
    return x


def random_pair(rng, lowest, highest):
    return rng.randint(lowest, highest), rng.randint(lowest, highest)


def pytorch_max(rng):
    x = random_input(rng, special=True)
    kernel, stride, dilation = random_pair(rng, 1, 4), random_pair(rng, 1, 3), random_pair(rng, 1, 3)
    padding, ceil = random_pair(rng, 0, 2), rng.random() < 0.5
    axes = [pools.pytorch_axis(n, *rest, ceil=ceil) for n, *rest in zip(x.shape[2:], kernel, stride, padding, dilation)]
    text = (
        f"nn.MaxPool2d({pair_text(rng, kernel)}, stride={pair_text(rng, stride)}, padding={pair_text(rng, padding)}, "
        f"dilation={pair_text(rng, dilation)}, ceil_mode={ceil})"
    )
    return Case(text, x, *(pools.max_pool(x, *axes) or (None,)))


def pytorch_average(rng):
    x = random_input(rng)
    kernel, padding = random_pair(rng, 1, 4), random_pair(rng, 0, 2)
    stride, ceil, include = random_pair(rng, 1, 3), rng.random() < 0.5, rng.random() < 0.5
    override = rng.choice([None, None, 1, 3, -2])
    axes = [
        pools.pytorch_axis(n, *rest, ceil=ceil, include_pad=include)
        for n, *rest in zip(x.shape[2:], kernel, stride, padding)
    ]
    reduce_window = (lambda v, c, _: pools.mean(v, c, override)) if override else pools.mean
    text = (
        f"AvgPool2d({pair_text(rng, kernel)}, {pair_text(rng, stride)}, {pair_text(rng, padding)}, {ceil}, {include}, "
        f"divisor_override={override})"
    )
    return Case(text, x, pools.number_pool(x, *axes, reduce_window), exact=False)


def pytorch_power(rng):
    x = random_input(rng)
    exponent, kernel = rng.choice([1, 2, 3]), random_pair(rng, 1, 4)
    stride, ceil = random_pair(rng, 1, 3), rng.random() < 0.5
    axes = [pools.pytorch_axis(n, *rest, 0, ceil=ceil) for n, *rest in zip(x.shape[2:], kernel, stride)]
    # LibTorch takes the mean of the clipped window times the size of a whole one.
    gain = lambda divisor: kernel[0] * kernel[1] / divisor
    text = f"LPPool2d({exponent}, {pair_text(rng, kernel)}, stride={pair_text(rng, stride)}, ceil_mode={ceil})"
    expected = pools.number_pool(x, *axes, pools.power(exponent, gain))
    return Case(text, x, expected, exact=False, exponent=exponent)


def pytorch_adaptive(rng):
    x = random_input(rng, special=True)
    size = [rng.choice([None, 1, 2, 3, 5, 9]) for _ in range(2)]
    axes = [pools.adaptive_axis(n, o or n) for n, o in zip(x.shape[2:], size)]
    if rng.random() < 0.5:
        return Case(f"AdaptiveMaxPool2d(({size[0]}, {size[1]}))", x, *pools.max_pool(x, *axes))
    x = np.nan_to_num(x, posinf=1, neginf=-1)
    expected = pools.number_pool(x, *axes, pools.mean)
    return Case(f"AdaptiveAvgPool2d(({size[0]}, {size[1]}))", x, expected, exact=False)


def keras_pool(rng):
    average, same = rng.random() < 0.5, rng.random() < 0.5
    x = random_input(rng, special=not average)
    kernel, stride = random_pair(rng, 1, 4), rng.choice([None, (1, 1), (2, 1), (3, 2)])
    axes = [pools.keras_axis(n, k, s, same) for n, k, s in zip(x.shape[2:], kernel, stride or kernel)]
    last = rng.random() < 0.5
    name = "AveragePooling2D" if average else "MaxPooling2D"
    order = "channels_last" if last else "channels_first"
    text = f'{name}({pair_text(rng, kernel)}, {stride}, "{"same" if same else "valid"}", data_format="{order}")'
    if average:
        expected = pools.number_pool(x, *axes, pools.mean)
        return Case(text, x, expected, exact=False, channels_last=last)
    return Case(text, x, *(pools.max_pool(x, *axes) or (None,)), channels_last=last)


def keras_global(rng):
    average, keep, last = (rng.random() < 0.5 for _ in range(3))
    x = random_input(rng, special=not average)
    axes = [pools.adaptive_axis(n, 1) for n in x.shape[2:]]
    name = "GlobalAveragePooling2D" if average else "GlobalMaxPooling2D"
    text = f'{name}(data_format="{"channels_last" if last else "channels_first"}", keepdims={keep})'
    options = {"channels_last": last, "drop_space": not keep}
    if average:
        return Case(text, x, pools.number_pool(x, *axes, pools.mean), exact=False, **options)
    return Case(text, x, *pools.max_pool(x, *axes), **options)


def onnx_winners(winners, shape, column_major):
    """Over the whole tensor, column-major within a plane if asked for."""
    n, c, h, w = shape
    inside = winners % w * h + winners // w if column_major else winners
    planes = np.arange(n * c).reshape(n, c, 1, 1) * h * w
    return np.where(winners < 0, -1, planes + inside)


def onnx_pool(rng):
    kind = rng.choice(["MaxPool", "AveragePool", "LpPool"])
    x = random_input(rng, special=kind == "MaxPool")
    kernel, stride, dilation = random_pair(rng, 1, 4), random_pair(rng, 1, 3), random_pair(rng, 1, 2)
    pads = [rng.randint(0, 3) for _ in range(4)]
    auto_pad = rng.choice(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"])
    ceil = auto_pad == "NOTSET" and rng.random() < 0.5
    include, order, exponent = rng.random() < 0.5, rng.randint(0, 1), rng.choice([1, 2, 4])
    before, after = (pads[:2], pads[2:]) if auto_pad == "NOTSET" else ((0, 0), (0, 0))
    axes = [
        pools.onnx_axis(n, k, s, b, a, d, ceil, include, auto_pad)
        for n, k, s, b, a, d in zip(x.shape[2:], kernel, stride, before, after, dilation)
    ]
    text = f"{kind}(kernel_shape={list(kernel)}, strides={list(stride)}, dilations={list(dilation)}"
    text += f", pads={pads}" if auto_pad == "NOTSET" else f', auto_pad="{auto_pad}"'
    text += f", ceil_mode={int(ceil)}" if ceil else ""
    if kind == "AveragePool":
        text += f", count_include_pad={int(include)})"
        return Case(text, x, pools.number_pool(x, *axes, pools.mean), exact=False)
    if kind == "LpPool":
        expected = pools.number_pool(np.abs(x), *axes, pools.power(exponent))
        return Case(f"{text}, p={exponent})", x, expected, exact=False, exponent=exponent)
    pooled = pools.max_pool(x, *axes)
    if pooled is None:
        return Case(f"{text})", x, None)
    winners = onnx_winners(pooled[1], x.shape, order == 1)
    return Case(f"{text}, storage_order={order})", x, pooled[0], winners)


def onnx_global(rng):
    kind, exponent = rng.choice(["Max", "Average", "Lp"]), rng.choice([1, 2, 3])
    x = random_input(rng, special=kind == "Max")
    axes = [pools.adaptive_axis(n, 1) for n in x.shape[2:]]
    if kind == "Max":
        values, winners = pools.max_pool(x, *axes)
        return Case("GlobalMaxPool()", x, values, onnx_winners(winners, x.shape, False))
    if kind == "Average":
        return Case("GlobalAveragePool()", x, pools.number_pool(x, *axes, pools.mean), exact=False)
    expected = pools.number_pool(np.abs(x), *axes, pools.power(exponent))
    return Case(f"GlobalLpPool(p={exponent})", x, expected, exact=False, exponent=exponent)


LAYERS = [
    pytorch_max,
    pytorch_average,
    pytorch_power,
    pytorch_adaptive,
    keras_pool,
    keras_global,
    onnx_pool,
    onnx_pool,
    onnx_global,
]


def as_array(rng, case):
    """The case's input, and a function from four axes to its output's, at a rank that it allows."""
    n, c = case.x.shape[:2]
    rank = rng.choice([4] + [3] * (n == 1) + [2] * (n == c == 1))

    def from_planes(planes):
        array = planes[..., 0, 0] if case.drop_space and planes is not case.x else planes
        if case.channels_last and array.ndim == 4 and rank > 2:
            array = np.moveaxis(array, 1, -1)
        if rank == 3:
            return array[0]
        if rank == 2:
            return array.reshape(array.shape[2:] if array.ndim == 4 else (1,))
        return array

    return from_planes(case.x), from_planes


class Parity(CommandLineTest):
    def check(self, engine):
        rng = random.Random(2024)
        cases, entries, shapes = [], [], []
        for i in range(CASES):
            case = rng.choice(LAYERS)(rng)
            array, from_planes = as_array(rng, case)
            entry = {"input": self.save(f"x{i}.npy", array), "layer": case.text, "output": f"y{i}.npy"}
            if case.winners is not None:
                entry["indices"] = f"i{i}.npy"
            cases.append(case)
            entries.append(entry)
            shapes.append(from_planes)
        _, answers = self.batch(entries, "--engine", engine)
        self.assertEqual(len(answers), CASES)
        for case, entry, from_planes, answer in zip(cases, entries, shapes, answers):
            with self.subTest(layer=case.text, input=case.x.shape, answer=answer):
                self.compare(case, entry, from_planes, answer)
        self.assertGreater(sum(case.expected is not None for case in cases), CASES // 2)

    def compare(self, case, entry, from_planes, answer):
        if case.expected is None:
            self.assertEqual(list(answer), ["error"])
            return
        expected = from_planes(case.expected)
        self.assertEqual(answer, {"output": entry["output"], "shape": list(expected.shape)})
        values = self.load(entry["output"]).astype(np.float64)
        p = case.exponent
        np.testing.assert_allclose(values**p, expected**p, rtol=0, atol=case.tolerance())
        if case.winners is not None:
            np.testing.assert_array_equal(self.load(entry["indices"]), from_planes(case.winners))

    def test_the_reference_engine(self):
        self.check("reference")

    def test_the_cpu_engine(self):
        self.check("cpu")


if __name__ == "__main__":
    unittest.main()
