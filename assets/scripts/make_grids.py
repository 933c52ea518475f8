#!/usr/bin/python3
"""Writes assets/grids/*.txt: small grids that each show one effect of pooling.

The first comment line of a file is its title, the second says what to look at.
"""
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "grids"


def rows_of(text):
    return [row.split() for row in text.split("/")]


def write(name, title, look_at, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    width = max(len(cell) for row in rows for cell in row)
    lines = [" ".join(cell.rjust(width) for cell in row) for row in rows]
    text = "\n".join([f"# {title}", f"# {look_at}", *lines]) + "\n"
    (FOLDER / f"{name}.txt").write_text(text)


def write_channels(name, title, look_at, channels):
    planes = ["[" + ",\n  ".join(f"[{', '.join(map(str, row))}]" for row in plane) + "]"
              for plane in channels]
    text = f"# {title}\n# {look_at}\n[" + ",\n ".join(planes) + "]\n"
    (FOLDER / f"{name}.txt").write_text(text)


def main():
    FOLDER.mkdir(exist_ok=True)
    write("g6", "Worked example, 6x6",
          "Kernel 2, stride 2: find each output by hand, for max and for average.",
          rows_of("1 3 2 4 6 8/5 6 7 8 9 10/4 3 2 1 0 1/7 8 9 10 11 12/6 5 4 3 2 1/0 1 2 3 4 5"))
    write("g4", "Worked example, 4x4",
          "Kernel 2, stride 2: compare max and average over the same four windows.",
          rows_of("1 3 2 4/5 6 1 2/7 2 8 3/4 5 9 0"))
    write("ties", "Ties",
          "Some windows hold their maximum more than once: the first cell, row by row, wins.",
          rows_of("5 5 1 3 2 2/5 5 3 1 2 2/0 4 4 0 -1 -1/4 0 0 4 -1 -1/7 1 6 6 0 0/1 7 6 6 0 0"))
    write("negative", "Negative numbers",
          "Add padding 1: a padded cell never wins a max, but pulls an average towards 0.",
          rows_of("-8 -3 -6 -2/-1 -7 -4 -9/-5 -2 -8 -3/-6 -4 -1 -7"))
    write("border", "Ones, for the border",
          "Average with kernel 3, stride 2, padding 1, ceil_mode: what does count_include_pad change?",
          [[1] * 6] * 6)
    write("ramp", "Ramp, 7x7",
          "Kernel 2, stride 2: no window reads the last row and column, until ceil_mode is on.",
          [[7 * y + x for x in range(7)] for y in range(7)])
    write("checkerboard", "Checkerboard, 8x8",
          "Kernel 2, stride 2: max makes it all 1, average all grey. What does stride 1 do?",
          [[(x + y) % 2 for x in range(8)] for y in range(8)])
    write("spike", "One spike",
          "Kernel 3, stride 1: max copies the spike to every window that reads it, average dilutes it.",
          [[9 if (y, x) == (4, 4) else 0 for x in range(9)] for y in range(9)])
    write("edge", "A step, 8x8",
          "Move the step by one column: max with stride 2 changes only every other time.",
          [[8 if x >= 3 else 1 for x in range(8)] for _ in range(8)])
    write("nan-inf", "NaN and infinities",
          "NaN wins every max it is in, -inf loses to everything; a mean of inf and -inf is NaN.",
          rows_of("1 2 3 4 5 6/2 nan 4 5 6 7/3 4 -inf 6 inf 8/4 5 6 7 8 -inf/5 6 7 8 -inf -inf/"
                  "6 7 8 9 -inf -inf"))
    write("ten", "10x10",
          "Reach 3x3 with one layer: which kernels and strides do, and which come close?",
          [[(3 * x * x + 5 * y * y + 7 * x * y) % 23 for x in range(10)] for y in range(10)])
    write_channels("channels", "Three channels, 4x4",
                   "Each channel is pooled by itself; global pooling gives one number a channel.",
                   [[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]],
                    [[9, 1, 1, 9], [1, 9, 9, 1], [1, 9, 9, 1], [9, 1, 1, 9]],
                    [[-4, -3, -2, -1], [-3, -2, -1, 0], [-2, -1, 0, 1], [-1, 0, 1, 2]]])


main()
