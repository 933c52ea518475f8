#!/usr/bin/python3
"""Draws assets/samples/portrait.png, 384x512 RGB: a face of plain shapes as a test card.

Smooth skin, fine hair, a knit, sharp eyes, colour patches and resolution wedges: each is hurt by
pooling in its own way.
"""
import pathlib

import numpy as np
from PIL import Image

from drawing import (ellipse, finished, grid, inside, noise, over, rgb, rounded_box, smooth)

WIDTH, HEIGHT, SCALE = 384, 512, 3
SKIN, SKIN_SHADE, SKIN_LIGHT = rgb("#d9a07c"), rgb("#8f5644"), rgb("#f6cfae")
HAIR, HAIR_LIGHT = rgb("#2a1d22"), rgb("#8a5a45")
KNIT, KNIT_SHADE = rgb("#e8773a"), rgb("#8c3a17")
CX = 192.0


def background(y, x, rng):
    wall = over(np.ones(y.shape + (3,)) * rgb("#16343f"), rgb("#6fa3a3"),
                smooth(330, 20, np.hypot(y - 150, (x - 110) * 0.9)))
    grain = 0.03 * noise(y.shape, rng, (40, 30)) + 0.012 * noise(y.shape, rng, (256, 192))
    return wall * (1 + grain)[..., None]


def hair_colour(y, x, rng, lean):
    """Strands along curves that fall around the face."""
    angle = np.arctan2(x - CX, 250 - y * 0.55) * 2.2 + lean * (x - CX) / 200
    strands = np.zeros(y.shape)
    for count, weight in ((19, 0.2), (67, 0.3), (181, 0.36), (401, 0.3)):
        table = rng.uniform(-1, 1, 4096)
        at = (angle * count / 2 + 0.03 * count * noise(y.shape, rng, (4, 3))) % 4096
        i = at.astype(int)
        t = smooth(0, 1, at - i)
        strands += weight * (table[i] * (1 - t) + table[(i + 1) % 4096] * t)
    shine = np.exp(-((np.hypot(y - 205, (x - CX) * 0.8) - 128) / 16) ** 2)
    return over(np.ones(y.shape + (3,)) * HAIR, HAIR_LIGHT,
                np.clip(0.2 + 0.32 * strands + 0.42 * shine * (0.6 + 0.8 * strands), 0, 1))


def back_hair(picture, y, x, rng):
    fall = rounded_box(y, x, 82, 84 - 10 * smooth(200, 380, y), 392, 300 + 10 * smooth(200, 380, y), 106)
    colour = hair_colour(y, x, rng, 0.0)
    shade = 0.9 - 0.5 * np.exp(-((x - CX) / 70) ** 2) * smooth(250, 330, y)
    picture = over(picture, rgb("#0d2229"), 0.5 * inside(fall - 4, 22))
    return over(picture, colour * shade[..., None], inside(fall, 1.2))


def shoulders(picture, y, x):
    body = np.minimum(ellipse(y, x, 560, CX, 172, 196), rounded_box(y, x, 372, 128, 600, 256, 40))
    across, down = x * np.pi / 4.0, (y + 9 * np.cos((x - CX) / 60)) * np.pi / 4.5
    stitch = np.abs(np.sin(across)) * (0.55 + 0.45 * np.sin(down + np.pi * (np.sin(across) > 0)
                                                            + 1.4 * np.abs(np.cos(across))))
    light = np.clip(0.75 - (x - 120) / 330 - (y - 400) / 700, 0, 1)
    knit = over(np.ones(y.shape + (3,)) * KNIT_SHADE, KNIT, np.clip(0.15 + light, 0, 1))
    knit = knit * (0.62 + 0.55 * stitch)[..., None]
    return over(picture, knit, inside(body))


def neck(picture, y, x):
    column = rounded_box(y, CX + (x - CX) * (1 - 0.22 * smooth(360, 408, y)), 300, 156, 420, 228, 30)
    light = np.clip(0.75 - np.abs(x - 174) / 70, 0, 1) * smooth(342, 392, y - 6 * ((x - CX) / 40) ** 2)
    skin = over(np.ones(y.shape + (3,)) * SKIN_SHADE * 0.62, SKIN, np.clip(0.12 + light, 0, 1))
    picture = over(picture, skin, inside(column))
    ring = np.abs(ellipse(y, x, 390, CX, 27, 45)) - 6
    rib = 0.68 + 0.35 * np.sin(np.arctan2(y - 394, (x - CX) * 0.42) * 44)
    shade = 0.55 + 0.45 * smooth(400, 416, y)
    ring_colour = np.ones(y.shape + (3,)) * KNIT * (rib * shade)[..., None]
    return over(picture, ring_colour, inside(ring) * smooth(384, 392, y))


def face_shape(y, x):
    jaw = 1 - 0.17 * smooth(230, 345, y)
    return ellipse(y, CX + (x - CX) / jaw, 232, CX, 116, 84)


def face(picture, y, x, rng):
    ny, nx = (y - 232) / 122, (x - CX) / 90
    nz = np.sqrt(np.clip(1 - ny ** 2 - nx ** 2, 0.02, 1))
    light = np.clip(-0.42 * nx - 0.38 * ny + 0.82 * nz, 0, 1)
    skin = over(np.ones(y.shape + (3,)) * SKIN_SHADE, SKIN, smooth(0.08, 0.78, light))
    skin = over(skin, SKIN_LIGHT, 0.75 * smooth(0.72, 1.0, light))
    for cx in (150, 236):
        skin = over(skin, rgb("#d9735f"), 0.28 * np.exp(-(((y - 268) / 22) ** 2
                                                          + ((x - cx) / 24) ** 2)))
    pores = 1 + 0.014 * noise(y.shape, rng, (300, 230)) + 0.02 * noise(y.shape, rng, (60, 46))
    picture = over(picture, SKIN_SHADE * 0.35, 0.5 * inside(face_shape(y - 14, x - 3), 14))
    return over(picture, skin * pores[..., None], inside(face_shape(y, x)))


def nose(picture, y, x):
    side = np.exp(-((x - CX - 9 - (y - 230) * 0.06) / 8) ** 2) * smooth(196, 236, y) \
        * smooth(290, 272, y)
    picture = over(picture, SKIN_SHADE, 0.42 * side)
    bridge = np.exp(-((x - CX + 3) / 5) ** 2) * smooth(200, 240, y) * smooth(280, 262, y)
    picture = over(picture, SKIN_LIGHT, 0.5 * bridge)
    tip = np.exp(-(((y - 268) / 7) ** 2 + ((x - CX + 3) / 7) ** 2))
    picture = over(picture, rgb("#fbe3cd"), 0.55 * tip)
    under = np.exp(-(((y - 283) / 5) ** 2 + ((x - CX) / 19) ** 2))
    picture = over(picture, SKIN_SHADE * 0.7, 0.55 * under)
    for cx in (CX - 9, CX + 10):
        picture = over(picture, rgb("#4a2420"), 0.85 * inside(ellipse(y, x, 280.5, cx, 2.6, 4.6), 1.2))
    return picture


def eye(picture, y, x, cx, rng):
    cy = 226.0
    upper = ellipse(y, x, cy + 17, cx, 28, 27)
    lower = ellipse(y, x, cy - 17, cx, 26, 30)
    opening = np.maximum(upper, lower)
    picture = over(picture, SKIN_SHADE, 0.4 * inside(ellipse(y, x, cy - 4, cx, 19, 31), 9))
    white = np.ones(y.shape + (3,)) * rgb("#f3eee8") * (0.62 + 0.38 * smooth(cy - 12, cy + 2, y))[
        ..., None]
    picture = over(picture, white, inside(opening))
    r, angle = np.hypot(y - cy, x - cx), np.arctan2(y - cy, x - cx)
    spokes = 0.5 + 0.5 * np.sin(angle * 29 + 2 * np.sin(angle * 7))
    iris = over(np.ones(y.shape + (3,)) * rgb("#1d4a55"), rgb("#7fc0b2"),
                np.clip(spokes * smooth(3, 9, r) * 0.9, 0, 1))
    iris = over(iris, rgb("#0b2026"), smooth(8.4, 10.6, r))
    picture = over(picture, iris, inside(r - 10.6) * inside(opening))
    picture = over(picture, rgb("#050607"), inside(r - 4.6) * inside(opening))
    picture = over(picture, np.ones(3), inside(ellipse(y, x, cy - 4, cx - 4, 2.6, 2.6)))
    lid = np.abs(upper) - 1.6 - 1.2 * smooth(cx - 26, cx + 26, x)
    picture = over(picture, rgb("#20120f"), inside(lid) * smooth(cy + 5, cy - 2, y)
                   * inside(np.abs(x - cx) - 26, 3))
    fold = np.abs(ellipse(y, x, cy + 14, cx, 33, 31)) - 0.8
    picture = over(picture, SKIN_SHADE * 0.6, 0.6 * inside(fold, 1.2) * smooth(cy - 8, cy - 14, y)
                   * inside(np.abs(x - cx) - 20, 8))
    lash = np.abs(np.sin((x - cx) * 0.95 + (y - cy) * 0.25 * np.sign(x - cx)))
    band = inside(np.abs(ellipse(y, x, cy + 17, cx, 31.5, 30)) - 3.5, 1.2) * smooth(cy - 4, cy - 9, y)
    return over(picture, rgb("#150c0b"), 0.8 * band * smooth(0.35, 0.1, lash))


def brow(picture, y, x, cx, outwards):
    t = (x - cx) * outwards / 28
    middle = 199 - 8 * np.cos((t - 0.25) * 1.5) + 1.5 * t
    thick = 3.6 - 2.2 * np.clip(t, -0.4, 1)
    hairs = 0.78 + 0.22 * np.sin(x * 1.7 + y * 1.1 * outwards)
    body = inside(np.abs(y - middle) - thick, 1.6) * inside(np.abs(t) - 1, 0.08)
    return over(picture, HAIR, 0.85 * body * hairs)


def mouth(picture, y, x):
    t = (x - CX) / 32
    line = 318 - 5.5 * t * t + 1.1 * np.cos(t * 5.2)
    shape = np.clip(1 - np.abs(t) ** 2.2, 0, 1)
    upper = inside(np.maximum(y - line, line - y - 9.5 * shape ** 0.8 * (0.86 - 0.14 * np.cos(t * 6))), 0.9)
    lower = inside(np.maximum(line - y, y - line - 12 * shape ** 0.75), 0.9)
    sides = inside(np.abs(t) - 1, 0.03)
    picture = over(picture, SKIN_SHADE, 0.35 * np.exp(-(((y - 336) / 5) ** 2 + (t / 0.6) ** 2)))
    picture = over(picture, rgb("#a8433f"), upper * sides)
    picture = over(picture, rgb("#cf6a5f"), lower * sides)
    gloss = np.exp(-(((y - 325) / 2.2) ** 2 + ((x - CX + 5) / 11) ** 2))
    picture = over(picture, rgb("#ffd9cf"), 0.65 * gloss * lower)
    return over(picture, rgb("#4d1a1c"), inside(np.abs(y - line) - 0.9, 0.8) * sides)


def front_hair(picture, y, x, rng):
    """Two curtains that fall from a parting, in front of the face."""
    cap = rounded_box(y, x, 82, 84, 392, 300, 106)
    from_parting = x - (CX + 18)
    reach = np.where(from_parting < 0, 112.0, 76.0)
    line = 122 + 190 * (np.abs(from_parting) / reach) ** 2.4
    side = 76 + 5 * smooth(236, 330, y) - np.abs(x - CX)
    front = np.maximum(cap, np.minimum((y - line) * 0.45, side))
    front = np.maximum(front, y - 372)
    shadow = inside(front - 9, 11) * inside(face_shape(y, x))
    picture = over(picture, SKIN_SHADE * 0.45, 0.55 * shadow)
    return over(picture, hair_colour(y, x, rng, 0.5), inside(front, 1.0))


def earrings(picture, y, x):
    for cx in (109, 275):
        r = np.hypot(y - 300, x - cx)
        picture = over(picture, rgb("#f1c659"), inside(np.abs(r - 9) - 1.7))
        picture = over(picture, rgb("#fff3cd"), inside(np.hypot(y - 294, x - cx + 5) - 1.6))
    return picture


def wedge(picture, y, x, top, left, size):
    """Lines that grow finer from left to right, down to two pixels a pair."""
    t = np.clip((x - left) / size, 0, 1)
    pairs = 12.0 * (2.0 / 12.0) ** t
    phase = np.cumsum(np.where((t > 0) & (t < 1), 1.0 / pairs, 0.0), axis=1) / SCALE
    lines = (np.sin(2 * np.pi * phase) > 0).astype(float)
    box = inside(rounded_box(y, x, top, left, top + 26, left + size, 4))
    ink = np.ones(3)[None, None] * (0.03 + 0.87 * lines)[..., None]
    return over(picture, ink, box)


def test_strip(picture, y, x):
    colours = ["#d94a3d", "#e8963a", "#e9d04f", "#4f9f58", "#3c7fc0", "#7a4fa3", "#f2f2f0", "#9a9a98",
               "#4d4d4c", "#121212"]
    card = rounded_box(y, x, 452, 16, 500, 368, 8)
    picture = over(picture, 0.0, 0.45 * inside(rounded_box(y, x, 455, 17, 504, 369, 9), 6))
    picture = over(picture, rgb("#e9e6df"), inside(card))
    for i, colour in enumerate(colours):
        row, column = divmod(i, 5)
        top, left = 459 + row * 18, 24 + column * 26
        picture = over(picture, rgb(colour), inside(rounded_box(y, x, top, left, top + 16, left + 23, 3)))
    r = np.hypot(y - 476, x - 180)
    star = (np.sin(np.arctan2(y - 476, x - 180) * 24) > 0).astype(float)
    picture = over(picture, np.ones(3)[None, None] * (0.03 + 0.85 * star)[..., None], inside(r - 18))
    return wedge(picture, y, x, 463, 212, 148)


def main():
    rng = np.random.default_rng(7)
    y, x = grid(WIDTH, HEIGHT, SCALE)
    picture = background(y, x, rng)
    picture = back_hair(picture, y, x, rng)
    picture = shoulders(picture, y, x)
    picture = neck(picture, y, x)
    picture = face(picture, y, x, rng)
    for cx, outwards in ((157, -1), (227, 1)):
        picture = eye(picture, y, x, cx, rng)
        picture = brow(picture, y, x, cx + 4 * outwards, outwards)
    picture = mouth(nose(picture, y, x), y, x)
    picture = earrings(front_hair(picture, y, x, rng), y, x)
    picture = test_strip(picture, y, x)
    target = pathlib.Path(__file__).resolve().parent.parent / "samples" / "portrait.png"
    Image.fromarray(finished(picture, SCALE)).save(target, optimize=True)


main()
