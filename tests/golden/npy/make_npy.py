#!/usr/bin/python3
"""Writes the .npy files of this folder with numpy, and expected.json with what each one holds.

tests/io/npy_golden_test.cpp reads them all. Needs python3-numpy.
"""
import json
import pathlib

import numpy as np
from numpy.lib import format as npy

FOLDER = pathlib.Path(__file__).resolve().parent
TYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8",
         "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
READ, REFUSED = {}, {}


def number(value):
    """As core/io/json_io writes a float."""
    value = float(value)
    if np.isnan(value):
        return "nan"
    return value if np.isfinite(value) else ("inf" if value > 0 else "-inf")


def keep(name, array, version=(1, 0), note=""):
    with open(FOLDER / f"{name}.npy", "wb") as file:
        npy.write_array(file, array, version=version)
    with np.errstate(over="ignore"):
        values = array.astype(np.float32).ravel(order="C")
    READ[name] = {"axes": list(array.shape), "values": [number(v) for v in values], "note": note}


def refuse(name, array, word):
    with open(FOLDER / f"{name}.npy", "wb") as file:
        npy.write_array(file, array, allow_pickle=True)
    REFUSED[name] = word


def edge_values(dtype):
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return [0.0, -0.0, 1.5, -2.25, np.nan, np.inf, -np.inf, info.max, info.min, info.tiny,
                info.smallest_subnormal, 1 / 3]
    if dtype.kind == "b":
        return [True, False] * 6
    info = np.iinfo(dtype)
    return [0, 1, 2, 3, 5, 7, 100, info.max, info.min, info.max - 1, info.max // 2, info.max // 3]


def note_of(dtype, array):
    if dtype.newbyteorder("=") == np.float32:
        return ""
    note = f"{dtype.newbyteorder('=').name} converted to float32"
    with np.errstate(over="ignore"):
        as_float = array.astype(np.float32)
    if dtype.kind in "iu":
        lost = sum(int(f) != int(v) for f, v in zip(as_float.ravel(), array.ravel()))
        if lost:
            note += f"; {lost} beyond 2^24 rounded"
    elif dtype.itemsize == 8:
        lost = int(np.sum(np.isinf(as_float) & np.isfinite(array)))
        if lost:
            note += f"; {lost} beyond float32's range became infinite"
    return note


def main():
    for text in TYPES:
        dtype = np.dtype(text)
        name = dtype.newbyteorder("=").name + ("_big" if text[0] == ">" else "")
        array = np.array(edge_values(dtype), dtype=dtype).reshape(3, 4)
        keep(name, array, note=note_of(dtype, array))
        keep(name + "_fortran", np.asfortranarray(array), note=note_of(dtype, array))
    ramp = np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5)
    for axes in (2, 3, 4):
        array = ramp.reshape((-1,) + ramp.shape[5 - axes:])
        keep(f"axes_{axes}", array)
        keep(f"axes_{axes}_fortran", np.asfortranarray(array))
    keep("version_2", ramp[0], version=(2, 0))
    keep("version_3", ramp[0], version=(3, 0))
    keep("batch_0", np.zeros((0, 3, 4, 4), np.float32))
    keep("one_cell", np.full((1, 1), 7, np.float32))
    refuse("axes_0", np.array(3, np.float32), "0 axes")
    refuse("axes_1", ramp.ravel(), "1 axes")
    refuse("axes_5", ramp[None], "5 axes")
    refuse("complex64", np.zeros((2, 2), np.complex64), "complex")
    refuse("complex128", np.zeros((2, 2), np.complex128), "complex")
    refuse("text", np.array([["a", "b"]]), "text")
    refuse("bytes", np.array([[b"a", b"b"]]), "text")
    refuse("dates", np.zeros((2, 2), "M8[s]"), "dates")
    refuse("times", np.zeros((2, 2), "m8[s]"), "dates")
    refuse("objects", np.array([[{}, None]], object), "objects")
    refuse("records", np.zeros((2, 2), [("a", "f4"), ("b", "i2")]), "records")
    refuse("raw", np.zeros((2, 2), "V4"), "records")
    refuse("longdouble", np.zeros((2, 2), np.longdouble), "wide")
    parts = [f"{json.dumps(name)}: {{\n" + ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()) + "\n}"
             for name, entries in (("read", READ), ("refused", REFUSED))]
    (FOLDER / "expected.json").write_text("{" + ",\n".join(parts) + "}\n")


main()
