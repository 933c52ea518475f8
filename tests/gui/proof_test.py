"""The proof behind the engine badge: the result computed again by the reference and by LibTorch."""

import unittest

from poolscope_window import ASSETS, GridTest, WindowTest


class Proof(GridTest):
    def prove(self):
        self.click("engine")
        return self.click("menu/Prove it")["shown"].get("proof")

    def test_a_maximum_agrees_bit_for_bit_until_the_result_changes(self):
        self.assertEqual(self.prove(), "agrees bit for bit with LibTorch 1.13")
        document = self.choose("parameter/type", "Average")
        self.assertNotIn("proof", document["shown"])
        self.assertRegex(self.prove(), r"^agrees (bit for bit )?with LibTorch 1\.13")

    def test_looking_around_keeps_the_proof(self):
        self.prove()
        self.assertIn("proof", self.key("Right")["shown"])

    def test_a_layer_of_another_framework_is_proven_by_the_reference(self):
        self.click("parameter/convention/Keras")
        self.assertEqual(self.prove(), "agrees bit for bit with the reference; LibTorch has no MaxPooling2D")


class Photo(WindowTest):
    ARGUMENTS = [ASSETS / "samples" / "alpine-lake.png", "--layer", "AvgPool2d(3, stride=2, padding=1)"]

    def test_a_photo_is_proven_too(self):
        self.click("engine")
        self.assertRegex(self.click("menu/Prove it")["shown"]["proof"], r"^agrees .*with LibTorch 1\.13")


if __name__ == "__main__":
    unittest.main()
