#!/usr/bin/python3
"""Writes the pictures of this folder, and expected.json with the pixels that each one must give.

tests/io/image_golden_test.cpp reads them all. PNG of 8 bits, JPEG, BMP and TGA are written by Pillow;
16-bit PNG, PSD and HDR by the few lines below. Needs python3-numpy and python3-pil.
"""
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 13, 9
EXPECTED = {}


def expect(name, values, description, white, tolerance=0):
    """`values`: rows, columns, channels."""
    values = np.atleast_3d(np.asarray(values, dtype=float))
    EXPECTED[name] = {"axes": [1, values.shape[2], values.shape[0], values.shape[1]],
                      "values": values.transpose(2, 0, 1).ravel().tolist(),
                      "description": description, "white": white, "tolerance": tolerance}


def save(name, image, mode, description, values=None, tolerance=0, **options):
    image = image.convert(mode) if mode != image.mode else image
    image.save(FOLDER / name, **options)
    if values is None:
        values = np.asarray(image)
    expect(name, values, f"{image.width}x{image.height}, {description}", 255, tolerance)


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_16(name, values, colour_type, description):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    data += png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    (FOLDER / name).write_bytes(data)
    expect(name, values, f"{WIDTH}x{HEIGHT}, {description}", 65535)


def pack_bits(row):
    """Run lengths as PSD has them, in literal and repeated packets."""
    packed, at = b"", 0
    while at < len(row):
        run = 1
        while at + run < len(row) and run < 128 and row[at + run] == row[at]:
            run += 1
        packed += bytes([257 - run, row[at]]) if run > 1 else bytes([0, row[at]])
        at += run
    return packed


def psd(name, values, bits, description, packed=False):
    channels = values.shape[2]
    data = b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, HEIGHT, WIDTH, bits, 3)
    data += struct.pack(">I", 0) + struct.pack(">I", 4) + b"\1\2\3\4" + struct.pack(">I", 0)
    planes = values.transpose(2, 0, 1).astype(">u2" if bits == 16 else "u1")
    if packed:
        rows = [pack_bits(row.tobytes()) for plane in planes for row in plane]
        data += struct.pack(">H", 1) + b"".join(struct.pack(">H", len(row)) for row in rows)
        data += b"".join(rows)
    else:
        data += struct.pack(">H", 0) + planes.tobytes()
    (FOLDER / name).write_bytes(data)
    expect(name, values, f"{WIDTH}x{HEIGHT}, {description}", 65535 if bits == 16 else 255)


def hdr(name, width, packed):
    rng = np.random.default_rng(3)
    rgbe = rng.integers(0, 256, (HEIGHT, width, 4), dtype=np.uint8)
    rgbe[..., 0] |= 128
    rgbe[..., 3] = rng.integers(120, 140, (HEIGHT, width))
    rgbe[:, 3:6] = rgbe[:, 3:4]
    rgbe[0, 0] = 0
    data = b"#?RADIANCE\n# comment\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (HEIGHT, width)
    for row in rgbe:
        if not packed:
            data += row.tobytes()
            continue
        data += bytes([2, 2, width >> 8, width & 255])
        for part in row.T:
            data += bytes([3]) + part[:3].tobytes() + bytes([128 + 3, part[3]])
            data += bytes([width - 6]) + part[6:].tobytes()
    (FOLDER / name).write_bytes(data)
    scale = np.where(rgbe[..., 3:] == 0, 0.0, np.exp2(rgbe[..., 3:].astype(float) - 136))
    expect(name, rgbe[..., :3] * scale, f"{width}x{HEIGHT}, RGB float", 0)


def main():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
    rgba, rgb = Image.fromarray(pixels), Image.fromarray(pixels[..., :3])
    grey = rgb.convert("L")
    both = Image.merge("LA", (grey, rgba.getchannel("A")))
    bits = Image.fromarray((pixels[..., 0] > 127).astype(np.uint8) * 255).convert("1")
    indexed = rgb.quantize(13)
    as_rgb, bits_255 = np.asarray(indexed.convert("RGB")), np.asarray(bits.convert("L"))
    for kind in ("png", "tga", "bmp"):
        save(f"rgb.{kind}", rgb, "RGB", "RGB8")
        save(f"rgba.{kind}", rgba, "RGBA", "RGBA8")
        save(f"palette.{kind}", indexed, "P", "RGB8", as_rgb)
    for kind in ("png", "tga"):
        save(f"grey.{kind}", grey, "L", "grey8")
        save(f"grey_alpha.{kind}", both, "LA", "grey+alpha8")
    save("grey.bmp", grey, "L", "RGB8", np.stack([np.asarray(grey)] * 3, -1))
    save("bits.png", bits, "1", "grey8", bits_255)
    save("bits.bmp", bits, "1", "RGB8", np.stack([bits_255] * 3, -1))
    save("run_length.tga", rgb.resize((WIDTH * 3, HEIGHT), 0), "RGB", "RGB8", compression="tga_rle")
    save("palette_4_bits.png", indexed, "P", "RGB8", as_rgb, bits=4)
    alpha = np.where(np.asarray(indexed) == 3, 0, 255)[..., None]
    save("palette_alpha.png", indexed, "P", "RGBA8", np.concatenate([as_rgb, alpha], -1),
         transparency=3)
    save("one_pixel.png", rgb.crop((0, 0, 1, 1)), "RGB", "RGB8")
    save("one_pixel.bmp", rgb.crop((0, 0, 1, 1)), "RGB", "RGB8")
    smooth = rgb.resize((40, 24), Image.Resampling.BICUBIC)
    for name, mode, options in (("rgb.jpg", "RGB", {}), ("progressive.jpg", "RGB", {"progressive": True}),
                                ("grey.jpg", "L", {})):
        save(name, smooth, mode, "RGB8" if mode == "RGB" else "grey8", quality=95, subsampling=0, **options)
        decoded = np.asarray(Image.open(FOLDER / name))
        expect(name, decoded, EXPECTED[name]["description"], 255, tolerance=3)
    wide = rng.integers(0, 65536, (HEIGHT, WIDTH, 4), dtype=np.uint16)
    png_16("grey_16.png", wide[..., :1], 0, "grey16")
    png_16("grey_alpha_16.png", wide[..., :2], 4, "grey+alpha16")
    png_16("rgb_16.png", wide[..., :3], 2, "RGB16")
    png_16("rgba_16.png", wide, 6, "RGBA16")
    psd("rgb.psd", pixels[..., :3], 8, "RGB8")
    psd("packed.psd", np.repeat(pixels[:, ::4, :3], 4, axis=1)[:, :WIDTH], 8, "RGB8", packed=True)
    opaque = np.concatenate([pixels[..., :3], np.full((HEIGHT, WIDTH, 1), 255, np.uint8)], -1)
    psd("rgba.psd", opaque, 8, "RGBA8")
    psd("rgb_16.psd", wide[..., :3], 16, "RGB16")
    hdr("packed.hdr", WIDTH, packed=True)
    hdr("flat.hdr", 5, packed=False)
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in EXPECTED.items()]
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
