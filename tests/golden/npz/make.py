"""Writes the .npz files of tests/io/npz_test.cpp with numpy: /usr/bin/python3 make.py"""

import pathlib
import zipfile

import numpy as np

here = pathlib.Path(__file__).resolve().parent
maps = np.arange(1200, dtype=np.float32).reshape(40, 30)
np.savez(here / "one.npz", maps=maps)
np.savez_compressed(here / "compressed.npz", maps=maps)
features = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
np.savez(here / "several.npz", labels=np.array(["a", "b"]), mean=np.float32(3), features=features, other=maps)
np.savez(here / "text.npz", names=np.array(["a", "b"]))
with zipfile.ZipFile(here / "nothing.npz", "w") as archive:
    archive.writestr("readme.txt", "no arrays")
(here / "cut.npz").write_bytes((here / "one.npz").read_bytes()[:3000])
