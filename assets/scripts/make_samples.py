#!/usr/bin/python3
"""Draws the smaller sample pictures of assets/samples/: a page of type, a weave, a noisy still life.

The fonts are Debian's DejaVu (fonts-dejavu-core, fonts-dejavu-extra).
"""
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawing import finished, grid, inside, noise, over, rgb, rounded_box, smooth

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "samples"
FONTS = "/usr/share/fonts/truetype/dejavu/"
SERIF, SERIF_BOLD = FONTS + "DejaVuSerif.ttf", FONTS + "DejaVuSerif-Bold.ttf"
MONO = FONTS + "DejaVuSansMono.ttf"

PAGE = [
    (SERIF_BOLD, 56, 84, ["Pooling"]),
    (SERIF, 26, 36, ["A window looks, keeps one", "number, and moves on."]),
    (SERIF, 18, 27, ["How small may a letter be before it", "is gone? Read on, line by line, and",
                     "pool this page once, twice, thrice."]),
    (SERIF, 13, 21, ["Max keeps the bright paper and eats thin dark strokes.",
                     "Average turns them grey. Min would make them bold.",
                     "Each halving leaves a quarter of the cells to say it all."]),
    (MONO, 11, 18, ["for i in range(rows):", "    y = i * stride - padding",
                    "    out[i] = reduce(x[y : y + kernel])"]),
    (SERIF, 9, 16, ["Sphinx of black quartz, judge my vow. 0123456789 &?!% The five wizards",
                    "jump quickly. Pack my box with five dozen liquor jugs. 6 8 10, 8 10 12, 6 4 5."]),
    (SERIF, 7, 12, ["The quick brown fox jumps over the lazy dog; how vexingly quick daft zebras jump. Waltz, nymph,",
                    "for quick jigs vex Bud. Glib jocks quiz nymph to vex dwarf. Two driven jocks help fax my big quiz."]),
]


def text_page():
    page = Image.new("L", (416, 544), 248)
    draw = ImageDraw.Draw(page)
    top = 26
    for font, size, leading, lines in PAGE:
        face = ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)
        for line in lines:
            draw.text((30, top), line, font=face, fill=22)
            top += leading
        top += 12
    draw.line((30, 104, 386, 104), fill=150, width=1)
    page.save(FOLDER / "page-of-type.png", optimize=True)


def weave():
    """A plain weave whose threads grow finer towards the top: its top is at the limit of the pixels."""
    width, height, scale = 448, 448, 4
    rng = np.random.default_rng(3)
    y, x = grid(width, height, scale)
    depth = 1 / (0.16 + 0.84 * y / height)
    v = 34.0 * np.log(0.16 + 0.84 * y / height)
    u = (x - width / 2) * depth / 15.0
    row, column = np.floor(v), np.floor(u)
    across, along = u - column - 0.5, v - row - 0.5
    warp_on_top = (row + column) % 2 == 0
    warp = inside(np.abs(across) - 0.42, 0.05) * (1 - 1.3 * along ** 2)
    weft = inside(np.abs(along) - 0.42, 0.05) * (1 - 1.3 * across ** 2)
    twist = 0.84 + 0.16 * np.sin(2 * np.pi * np.where(warp_on_top, 3 * along + 2 * across,
                                                      3 * across + 2 * along))
    round_warp, round_weft = np.sqrt(1 - 3.2 * across ** 2 * (np.abs(across) < 0.5)), np.sqrt(
        1 - 3.2 * along ** 2 * (np.abs(along) < 0.5))
    cream, navy, rust = rgb("#efe6d2"), rgb("#1f3a5c"), rgb("#d9692c")
    stripe = np.mod(column, 12)
    warp_colour = np.where((stripe < 4)[..., None], navy, np.where((stripe == 6)[..., None], rust, cream))
    band = np.mod(row, 16)
    weft_colour = np.where((band < 5)[..., None], navy, np.where((band == 8)[..., None], rust, cream))
    height_of_thread = np.where(warp_on_top, warp * round_warp, weft * round_weft)
    colour = np.where(warp_on_top[..., None], warp_colour, weft_colour)
    below = np.where(warp_on_top[..., None], weft_colour, warp_colour) * 0.28
    covered = np.where(warp_on_top, inside(np.abs(across) - 0.43, 0.05), inside(np.abs(along) - 0.43, 0.05))
    picture = over(below, colour * (0.25 + 0.8 * height_of_thread * twist)[..., None], covered)
    light = 1.04 - 0.3 * np.hypot(x / width - 0.35, y / height - 0.55)
    picture = picture * (light * (1 + 0.05 * noise(y.shape, rng, (56, 56))))[..., None]
    Image.fromarray(finished(picture, scale)).save(FOLDER / "weave.png", optimize=True)


def sphere(picture, y, x, cy, cx, radius, dark, bright):
    ny, nx = (y - cy) / radius, (x - cx) / radius
    nz = np.sqrt(np.clip(1 - ny ** 2 - nx ** 2, 0, 1))
    light = np.clip(-0.5 * nx - 0.62 * ny + 0.6 * nz, 0, 1)
    bounce = 0.16 * np.clip(ny, 0, 1)
    shine = np.clip(-0.28 * nx - 0.36 * ny + 0.89 * nz, 0, 1) ** 60
    floor = np.exp(-((y - cy - radius * 0.97) / (radius * 0.12)) ** 2 -
                   ((x - cx - radius * 0.35) / (radius * 0.95)) ** 2)
    picture = over(picture, 0.01, 0.75 * floor)
    value = dark + (bright - dark) * (light + bounce) + 0.8 * shine
    return over(picture, value[..., None], inside(np.hypot(y - cy, x - cx) - radius, 0.4))


def noisy_still_life():
    """A smooth grey picture with one pixel in twenty struck white or black."""
    width, height, scale = 320, 320, 3
    y, x = grid(width, height, scale)
    wall = 0.16 + 0.3 * smooth(300, 0, np.hypot(y - 40, x - 70))
    table = 0.32 + 0.3 * smooth(330, 200, y) - 0.12 * x / width
    picture = (wall + (table - wall) * smooth(203, 207, y))[..., None]
    shadow = inside(rounded_box(y, x, 232, 190, 262, 318, 15), 12)
    picture = over(picture, 0.03, 0.6 * shadow)
    face = rounded_box(y, x, 96, 178, 246, 258, 2)
    side = np.maximum(np.maximum(x - 288, 258 - x), np.maximum(y - 246 + (x - 258) * 0.55,
                                                               96 - y - (x - 258) * 0.55))
    picture = over(picture, 0.09, inside(side, 0.6))
    picture = over(picture, (0.5 - 0.22 * (y - 96) / 150)[..., None], inside(face, 0.6))
    picture = sphere(picture, y, x, 204, 112, 70, 0.015, 0.72)
    picture = sphere(picture, y, x, 262, 212, 32, 0.01, 0.3)
    picture = sphere(picture, y, x, 276, 54, 20, 0.02, 0.95)
    clean = finished(picture, scale)
    struck = np.random.default_rng(5).random(clean.shape)
    noisy = np.where(struck < 0.025, 0, np.where(struck > 0.975, 255, clean)).astype(np.uint8)
    Image.fromarray(noisy).save(FOLDER / "salt-and-pepper.png", optimize=True)


def main():
    text_page()
    weave()
    noisy_still_life()


main()
