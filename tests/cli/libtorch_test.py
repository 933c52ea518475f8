"""`--engine torch`: LibTorch computes, and what differs from its own layers is said."""

import os
import unittest

import numpy as np

from poolscope_cli import G6, CommandLineTest


class LibTorch(CommandLineTest):
    def trace_text(self, layer):
        self.save("x.npy", G6)
        return self.succeed("trace", "--input", "x.npy", "--layer", layer, "--engine", "torch")

    def test_libtorch_computes(self):
        self.assertRegex(self.trace_text("MaxPool2d(2)"), r"\n  engine      torch, ")

    def test_a_layer_like_libtorch_s_own_has_no_note(self):
        self.assertNotIn("note", self.trace_text("MaxPool2d(3, padding=1, dilation=2)"))

    def test_a_difference_to_libtorch_s_own_layer_is_shown(self):
        for layer, what in (
            ("LPPool2d(float('inf'), 2)", "LPPool2d gives ones for norm_type inf"),
            ("MaxPool2d(3, padding=2, dilation=2)", "MaxPool2d refuses this padding"),
        ):
            text = self.trace_text(layer)
            self.assertRegex(text, rf"\n  note        LibTorch 1\.13\.\d's own {what}")
            self.assertRegex(text, r"\n  engine      torch, ")

    def test_results_follow_the_documented_rule_all_the_same(self):
        for layer in ("LPPool2d(float('inf'), 2)", "MaxPool2d(3, padding=2, dilation=2)"):
            ours = self.apply(G6, layer)
            self.assertTrue(np.array_equal(self.apply(G6, layer, options=("--engine", "torch")), ours))

    def test_one_thread_gives_the_bits_of_all(self):
        x = np.random.default_rng(1).normal(size=(1, 1, 1, 100_000)).astype(np.float32)
        all_threads = self.apply(x, "AdaptiveAvgPool2d(1)", options=("--engine", "torch"))
        self.addCleanup(os.environ.pop, "OMP_NUM_THREADS", None)
        for threads in ("1", "7"):
            os.environ["OMP_NUM_THREADS"] = threads
            some = self.apply(x, "AdaptiveAvgPool2d(1)", options=("--engine", "torch"))
            self.assertEqual(some.tobytes(), all_threads.tobytes())


if __name__ == "__main__":
    unittest.main()
