"""Shapes and textures as arrays between 0 and 1, for make_samples.py."""
import numpy as np


def grid(width, height, scale):
    """The y and x of every sample, in pixels of the finished picture."""
    y, x = np.mgrid[0:height * scale, 0:width * scale]
    return (y + 0.5) / scale, (x + 0.5) / scale


def smooth(low, high, value):
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def inside(distance, softness=0.6):
    """1 where a signed distance is negative, with a soft edge."""
    return smooth(softness, -softness, distance)


def ellipse(y, x, cy, cx, ry, rx):
    """A signed distance, good near the edge."""
    r = np.hypot((y - cy) / ry, (x - cx) / rx)
    return (r - 1.0) * min(ry, rx)


def rounded_box(y, x, top, left, bottom, right, radius):
    qy = np.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + radius
    qx = np.abs(x - (left + right) / 2) - (right - left) / 2 + radius
    outside = np.hypot(np.maximum(qy, 0), np.maximum(qx, 0))
    return outside + np.minimum(np.maximum(qy, qx), 0) - radius


def rgb(text):
    """A hex colour as linear light."""
    srgb = np.array([int(text[i:i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def over(picture, colour, alpha):
    """Lays a colour (or a picture) over another."""
    alpha = np.asarray(alpha)[..., None]
    return picture * (1 - alpha) + np.asarray(colour) * alpha


def noise(shape, rng, cells):
    """Smooth noise between -1 and 1, `cells` = (rows, columns) lattice points, cubic in between."""
    lattice = rng.uniform(-1, 1, (cells[0] + 3, cells[1] + 3))
    return _resample(_resample(lattice, shape[0], cells[0]).T, shape[1], cells[1]).T


def _resample(rows, count, cells):
    at = np.linspace(0, cells, count, endpoint=False)
    i = at.astype(int)
    t = (at - i)[:, None]
    a, b, c, d = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
    return ((1 - t) ** 3 * a + (3 * t ** 3 - 6 * t ** 2 + 4) * b
            + (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) * c + t ** 3 * d) / 6


def finished(picture, scale):
    """Averages samples to pixels and turns linear light into 8-bit sRGB."""
    height, width = picture.shape[0] // scale, picture.shape[1] // scale
    blocks = picture.reshape(height, scale, width, scale, -1).mean(axis=(1, 3))
    blocks = np.clip(blocks, 0, 1)
    srgb = np.where(blocks <= 0.0031308, 12.92 * blocks, 1.055 * blocks ** (1 / 2.4) - 0.055)
    return np.rint(srgb * 255).astype(np.uint8).squeeze()
