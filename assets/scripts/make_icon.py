#!/usr/bin/python3
"""Writes assets/icon/poolscope.svg and poolscope.png (256x256): four cells, one of them kept."""
import pathlib

from PIL import Image, ImageDraw

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "icon"
SIZE, SCALE, MARGIN, CELL, RADIUS = 256, 8, 20, 100, 22
CELLS = [(0, 0, "#7B7E85"), (1, 0, "#7B7E85"), (0, 1, "#7B7E85"), (1, 1, "#FF8F4A")]


def corner(index):
    return MARGIN if index == 0 else SIZE - MARGIN - CELL


def main():
    FOLDER.mkdir(exist_ok=True)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">']
    picture = Image.new("RGBA", (SIZE * SCALE, SIZE * SCALE))
    draw = ImageDraw.Draw(picture)
    for column, row, colour in CELLS:
        x, y = corner(column), corner(row)
        lines.append(f'  <rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="{RADIUS}" '
                     f'fill="{colour}"/>')
        draw.rounded_rectangle([x * SCALE, y * SCALE, (x + CELL) * SCALE - 1, (y + CELL) * SCALE - 1],
                               RADIUS * SCALE, colour)
    (FOLDER / "poolscope.svg").write_text("\n".join(lines) + "\n</svg>\n")
    picture = picture.resize((SIZE, SIZE), Image.Resampling.BOX)
    picture.save(FOLDER / "poolscope.png", optimize=True)


main()
