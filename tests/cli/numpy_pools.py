"""Pooling written out cell by cell, from each framework's documentation; nothing is shared with the program.

Every function takes an array of four axes, N, C, H, W, and gives one of N, C, H', W' in float64 (and, for
maxima, the winners y*W + x or -1), or None where the framework would refuse. An axis is described by a list
of windows, each a list of taps, some of which may lie outside, and the length that a mean counts.
"""

import math

import numpy as np


def taps(begin, kernel, dilation=1):
    return [begin + i * dilation for i in range(kernel)]


def pytorch_axis(n, kernel, stride, padding, dilation=1, ceil=False, include_pad=True):
    extent = dilation * (kernel - 1) + 1
    if padding > extent // 2:
        return None
    span = n + 2 * padding - extent
    outputs = (-(-span // stride) if ceil else span // stride) + 1
    if ceil and (outputs - 1) * stride >= n + padding:
        outputs -= 1
    if outputs < 1:
        return None
    windows = []
    for i in range(outputs):
        begin = i * stride - padding
        cells = taps(begin, kernel, dilation)
        inside = sum(0 <= t < n for t in cells)
        windows.append((cells, min(begin + kernel, n + padding) - begin if include_pad else inside))
    return windows


def adaptive_axis(n, outputs):
    windows = []
    for i in range(outputs):
        begin, end = math.floor(i * n / outputs), math.ceil((i + 1) * n / outputs)
        windows.append((list(range(begin, end)), end - begin))
    return windows


def keras_axis(n, kernel, stride, same):
    if not same:
        return pytorch_axis(n, kernel, stride, 0)
    outputs = math.ceil(n / stride)
    before = max((outputs - 1) * stride + kernel - n, 0) // 2
    windows = []
    for i in range(outputs):
        cells = taps(i * stride - before, kernel)
        windows.append((cells, sum(0 <= t < n for t in cells)))
    return windows


def onnx_axis(n, kernel, stride, before, after, dilation, ceil, include_pad, auto_pad):
    extent = dilation * (kernel - 1) + 1
    if auto_pad.startswith("SAME"):
        outputs = math.ceil(n / stride)
        total = max((outputs - 1) * stride + extent - n, 0)
        smaller = total // 2
        before = smaller if auto_pad == "SAME_UPPER" else total - smaller
        after = total - before
    else:
        span = n + before + after - extent
        outputs = (-(-span // stride) if ceil else span // stride) + 1
        if ceil and (outputs - 1) * stride >= n + before:
            outputs -= 1
    if outputs < 1:
        return None
    windows = []
    for i in range(outputs):
        cells = taps(i * stride - before, kernel, dilation)
        lowest, highest = (-before, n + after) if include_pad else (0, n)
        windows.append((cells, sum(lowest <= t < highest for t in cells)))
    return windows


def over_windows(x, rows, cols, reduce_window):
    """reduce_window(values, cells, divisor) for every plane and window; cells are y*W + x."""
    if rows is None or cols is None:
        return None
    n, c, h, w = x.shape
    out = np.empty((n, c, len(rows), len(cols)), object)
    for plane in np.ndindex(n, c):
        for i, (ys, row_count) in enumerate(rows):
            for j, (xs, col_count) in enumerate(cols):
                inside = [(y, z) for y in ys for z in xs if 0 <= y < h and 0 <= z < w]
                values = [float(x[plane + cell]) for cell in inside]
                cells = [y * w + z for y, z in inside]
                out[plane + (i, j)] = reduce_window(values, cells, row_count * col_count)
    return out


def maximum(values, cells, _divisor):
    best, winner = -math.inf, -1
    for value, cell in zip(values, cells):
        if winner < 0 or value > best or math.isnan(value):
            best, winner = value, cell
    return best, winner


def mean(values, _cells, divisor):
    return math.fsum(values) / divisor if divisor else math.nan


def power(exponent, gain=1.0):
    def reduce_window(values, _cells, divisor):
        total = math.fsum(abs(v) ** exponent if exponent % 2 == 0 else v**exponent for v in values)
        total *= gain(divisor) if callable(gain) else gain
        if exponent == 1:
            return total
        return math.nan if total < 0 else total ** (1 / exponent)

    return reduce_window


def max_pool(x, rows, cols):
    out = over_windows(x, rows, cols, maximum)
    if out is None:
        return None
    pick = lambda at: np.array([cell[at] for cell in out.flat]).reshape(out.shape)
    return pick(0).astype(np.float64), pick(1).astype(np.int64)


def number_pool(x, rows, cols, reduce_window):
    out = over_windows(x, rows, cols, reduce_window)
    return None if out is None else out.astype(np.float64)
