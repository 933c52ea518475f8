"""Bad input of every sort: one line that helps on stderr, and no file touched."""

import io
import struct
import unittest
import zlib

import numpy as np
from PIL import Image

from poolscope_cli import G6, CommandLineTest


def npy_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npy_header(text):
    """A version 1 file of that header and no data."""
    padded = text + " " * (117 - len(text)) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width, height):
    """A PNG that says it is so large, with next to no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


class BadFiles(CommandLineTest):
    def refuse(self, name, content=None):
        """The message with which apply and trace refuse the file."""
        if content is not None:
            self.write(name, content)
        layer = ["--input", name, "--layer", "MaxPool2d(2)"]
        message = self.fail_with(1, "apply", *layer, "--output", "y.npy")
        self.assertIn(name, message)
        self.assertEqual(self.fail_with(1, "trace", *layer), message)
        return message

    def test_a_missing_file(self):
        self.refuse("none.npy")
        self.refuse("none/none.png")

    def test_a_folder(self):
        self.assertIn("folder", self.refuse("."))

    def test_empty_files(self):
        for name in ("x.npy", "x.txt", "x.csv", "x.png", "x.jpg", "x"):
            self.refuse(name, b"")

    def test_truncated_npy_at_every_length(self):
        whole = npy_bytes(G6)
        for length in (1, 6, 8, 9, 10, 40, 127, 128, 129, len(whole) - 1):
            self.refuse("x.npy", whole[:length])

    def test_npy_longer_than_its_shape(self):
        self.refuse("x.npy", npy_bytes(G6) + b"\0")

    def test_npy_of_other_kinds(self):
        for array, word in (
            (np.array([[1, "a"], [None, 2]], dtype=object), "object"),
            (np.ones((2, 2), np.complex64), "complex"),
            (np.array([["a", "b"]]), "text"),
            (np.zeros((2, 2), "datetime64[D]"), "date"),
            (np.zeros((2, 2), [("a", "f4"), ("b", "i4")]), "record"),
        ):
            self.assertIn(word, self.refuse("x.npy", npy_bytes(array)))

    def test_npy_of_too_many_or_too_few_axes(self):
        for shape in ((), (4,), (1, 1, 1, 4, 4)):
            self.refuse("x.npy", npy_bytes(np.zeros(shape, np.float32)))

    def test_npy_bombs(self):
        for shape in ("(1000000, 1000000)", "(4294967296, 4294967296)", "(99999999999999999999, 2)", "(-2, 2)", "(2, 2"):
            header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
            self.refuse("x.npy", npy_header(header))

    def test_npy_without_channels_or_space(self):
        for shape in ((0, 4), (4, 0), (0, 4, 4), (1, 0, 4, 4)):
            self.save("x.npy", np.zeros(shape, np.float32))
            self.fail_with(1, "apply", "--input", "x.npy", "--layer", "MaxPool2d(2)", "--output", "y.npy")

    def test_grids_that_are_ragged_or_no_numbers(self):
        for text in ("1 2\n3\n", "1,2\n3,4,5\n", "[[1, 2], [3]]", "[[1, 2], [3, 4]", "1 2\n3 x\n", "1,,2\n", " \n\n"):
            self.refuse("x.txt", text)

    def test_a_fault_in_a_grid_is_located(self):
        self.assertRegex(self.refuse("x.csv", "1,2\n3,x\n"), r"row 1.*column 1")

    def test_truncated_images(self):
        image = Image.fromarray(np.random.default_rng(6).integers(0, 255, (32, 32, 3), np.uint8))
        for name in ("x.png", "x.jpg", "x.bmp", "x.tga"):
            image.save(self.folder / name)
            whole = (self.folder / name).read_bytes()
            self.refuse(name, whole[: len(whole) // 2])

    def test_image_bombs(self):
        for width, height in ((100000, 100000), (2**31 - 1, 2**31 - 1), (0, 4)):
            self.refuse("x.png", png_of_size(width, height))

    def test_files_of_another_kind(self):
        self.refuse("x.npy", b"this is a text\n")
        self.refuse("x.png", bytes(range(256)))
        self.refuse("x.pdf", b"%PDF-1.7\n")


class BadLayers(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", G6)

    def refuse(self, code, layer):
        options = ["--input", "x.npy", "--layer", layer]
        message = self.fail_with(code, "apply", *options, "--output", "y.npy")
        self.assertEqual(self.fail_with(code, "trace", *options), message)
        self.assertTrue(message.startswith("layer 1: "), message)
        return message

    def test_typing_errors_are_told_the_nearest_name(self):
        for layer, name in (
            ("MaxPol2d(2)", "MaxPool2d"),
            ("maxpool2d(2)", "MaxPool2d"),
            ("MaxPooling2d(2)", "MaxPooling2D"),
            ("AvgPol2d(2)", "AvgPool2d"),
            ("MaxPool2d(2, strid=1)", "stride"),
            ("AveragePool(kernel_shap=[2, 2])", "kernel_shape"),
        ):
            self.assertIn(name, self.refuse(2, layer))

    def test_texts_that_cannot_be_parsed(self):
        for layer in (
            "",
            " ",
            "MaxPool2d",
            "MaxPool2d(",
            "MaxPool2d()",
            "MaxPool2d(2",
            "MaxPool2d(2))",
            "MaxPool2d(2) MaxPool2d(2)",
            "MaxPool2d(2,, 1)",
            "MaxPool2d(2, 1, kernel_size=2)",
            "MaxPool2d(2, stride=1, stride=1)",
            "MaxPool2d(stride=1, 2)",
            "MaxPool2d('2')",
            "MaxPool2d(2.5)",
            "MaxPool2d((1, 2, 3))",
            "MaxPool2d(2, ceil_mode=maybe)",
            "MaxPooling2D(2, padding='full')",
            "MaxPool([2, 2])",
            "MaxPool(kernel_shape=[2, 2], pads=[0, 0])",
            "MaxPool2d(99999999999999999999999)",
            "MaxPool2d(2) # comment",
            "(" * 100000,
        ):
            self.refuse(2, layer)

    def test_parameters_out_of_their_limits(self):
        for layer, parameter in (
            ("MaxPool2d(0)", "kernel_size"),
            ("MaxPool2d(-1)", "kernel_size"),
            ("MaxPool2d(7)", "kernel_size"),
            ("MaxPool2d(2, stride=0)", "stride"),
            ("MaxPool2d(2, padding=-1)", "padding"),
            ("MaxPool2d(3, padding=2)", "padding"),
            ("MaxPool2d(2, dilation=0)", "dilation"),
            ("MaxPool2d(2, dilation=6)", "dilation"),
            ("AvgPool2d(2, divisor_override=0)", "divisor_override"),
            ("AvgPool2d(3, padding=2)", "padding"),
            ("AdaptiveMaxPool2d(0)", "output_size"),
            ("AdaptiveAvgPool2d((2, -1))", "output_size"),
            ("MaxPooling2D(7)", "pool_size"),
            ("MaxPooling2D(2, strides=0)", "strides"),
            ("MaxPool(kernel_shape=[2, 2], strides=[0, 1])", "strides"),
            ("MaxPool(kernel_shape=[2, 2], pads=[-1, 0, 0, 0])", "pads"),
            ("MaxPool(kernel_shape=[2, 2], dilations=[1, 0])", "dilations"),
            ("LpPool(kernel_shape=[2, 2], p=0)", "p"),
            ("MaxPool(kernel_shape=[2, 2], storage_order=2)", "storage_order"),
        ):
            self.assertIn(parameter, self.refuse(1, layer), layer)

    def test_huge_parameters_neither_overflow_nor_hang(self):
        huge = 2**62
        for layer in (
            f"MaxPool2d({huge})",
            f"MaxPool2d(2, dilation={huge})",
            f"AdaptiveMaxPool2d({huge})",
            "AdaptiveMaxPool2d(1000000)",
            f"MaxPool(kernel_shape=[{huge}, {huge}], pads=[{huge}, {huge}, {huge}, {huge}])",
        ):
            self.refuse(1, layer)

    def test_a_1x1_image(self):
        Image.new("L", (1, 1), 7).save(self.folder / "x.png")
        layer = ["--input", "x.png", "--layer"]
        self.fail_with(1, "apply", *layer, "MaxPool2d(2)", "--output", "y.npy")
        self.succeed("apply", *layer, "MaxPool2d(1)", "--output", "y.npy")
        np.testing.assert_array_equal(self.load("y.npy"), [[[[7]]]])


if __name__ == "__main__":
    unittest.main()
