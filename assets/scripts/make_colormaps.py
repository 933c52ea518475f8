#!/usr/bin/python3
"""Writes assets/colormaps.png: 256x5 RGB8, one colour map a row.

Rows from the top: viridis, magma, cividis (matplotlib's tables, CC0), grey, diverging.
Needs python3-numpy, python3-pil and python3-matplotlib (to run this script only).
Usage: make_colormaps.py [OUTPUT]
"""
import pathlib
import sys

import matplotlib
import numpy as np
from PIL import Image

NEGATIVE, MIDDLE, POSITIVE = "#1b66c0", "#f4f4f2", "#b93a08"

# Björn Ottosson, "A perceptual color space for image processing" (2020).
LMS_OF_RGB = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                       [0.2119034982, 0.6806995451, 0.1073969566],
                       [0.0883024619, 0.2817188376, 0.6299787005]])
LAB_OF_LMS = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                       [1.9779984951, -2.4285922050, 0.4505937099],
                       [0.0259040371, 0.7827717662, -0.8086757660]])


def oklab_of_hex(text):
    srgb = np.array([int(text[i:i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return LAB_OF_LMS @ np.cbrt(LMS_OF_RGB @ linear)


def rgb8_of_oklab(lab):
    linear = (lab @ np.linalg.inv(LAB_OF_LMS).T) ** 3 @ np.linalg.inv(LMS_OF_RGB).T
    linear = np.clip(linear, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(srgb * 255.0).astype(np.uint8)


def diverging():
    """Two arms of equal lightness steps. Entries 127 and 128 are both the exact middle, so that
    zero is neutral whether a lookup rounds or interpolates."""
    middle = oklab_of_hex(MIDDLE)
    ends = [oklab_of_hex(NEGATIVE), oklab_of_hex(POSITIVE)]
    lightness = np.mean([end[0] for end in ends])
    steps = np.linspace(0.0, 1.0, 128)[:, None]
    arms = []
    for end in ends:
        end = np.array([lightness, end[1], end[2]])
        arms.append(rgb8_of_oklab(middle + steps * (end - middle)))
    return np.concatenate([arms[0][::-1], arms[1]])


def sampled(name):
    colours = np.asarray(matplotlib.colormaps[name].colors)
    return np.rint(colours * 255.0).astype(np.uint8)


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "colormaps.png"
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    rows = [sampled("viridis"), sampled("magma"), sampled("cividis"), grey, diverging()]
    Image.fromarray(np.stack(rows)).save(sys.argv[1] if len(sys.argv) > 1 else default,
                                         optimize=True)


main()
