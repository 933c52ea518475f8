"""A screen of its own for the tests of a module: Xvfb, its pixels read straight from its frame buffer."""

import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

import numpy as np


class Display:
    """An X server with one screen; `name` is what DISPLAY wants."""

    def __init__(self, width=1600, height=1000):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="poolscope-xvfb-"))
        told, tell = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(tell), "-screen", "0", f"{width}x{height}x24", "-fbdir", str(self.folder)]
            + ["-nolisten", "tcp", "-noreset"],
            pass_fds=[tell],
            stderr=subprocess.DEVNULL,
        )
        os.close(tell)
        with os.fdopen(told) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"

    def close(self):
        self.server.terminate()
        self.server.wait(30)
        shutil.rmtree(self.folder)

    def pixels(self):
        """The screen as rows x columns x RGB (the frame buffer is an XWD file)."""
        with open(self.folder / "Xvfb_screen0", "rb") as file:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as screen:
                words = struct.unpack(">25I", screen[:100])
                start = words[0] + words[19] * 12
                width, height, stride = words[4], words[5], words[12]
                rows = np.frombuffer(screen[start : start + stride * height], np.uint8)
        return rows.reshape(height, stride // 4, 4)[:, :width, 2::-1]
