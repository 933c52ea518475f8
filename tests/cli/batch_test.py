"""`poolscope apply --batch`: a JSON line a case, in order, whatever happens to the others."""

import json
import unittest

import numpy as np

from poolscope_cli import G4, G6, CommandLineTest


class Batch(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.save("g6.npy", G6)
        self.save("g4.npy", G4)

    def test_answers_every_case_in_order(self):
        cases = [
            {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "a.npy"},
            {"input": "g4.npy", "layer": ["MaxPool2d(2)", "GlobalMaxPool()"], "output": "b.npy"},
            {"input": "g4.npy", "layer": "MaxPool2d(2)", "output": "c.npy", "indices": "ci.npy"},
        ]
        code, answers = self.batch(cases)
        expected = [
            {"output": "a.npy", "shape": [3, 3]},
            {"output": "b.npy", "shape": [1, 1]},
            {"output": "c.npy", "shape": [2, 2]},
        ]
        self.assertEqual((code, answers), (0, expected))
        np.testing.assert_array_equal(self.load("b.npy"), [[9]])
        np.testing.assert_array_equal(self.load("ci.npy"), [[5, 3], [8, 14]])

    def test_a_failed_case_stops_no_other(self):
        cases = [
            {"input": "none.npy", "layer": "MaxPool2d(2)", "output": "a.npy"},
            {"input": "g6.npy", "layer": "MaxPol2d(2)", "output": "b.npy"},
            {"input": "g6.npy", "layer": "MaxPool2d(7)", "output": "c.npy"},
            {"input": "g6.npy", "layer": "AvgPool2d(2)", "output": "d.npy", "indices": "di.npy"},
            {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "none/e.npy"},
            {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "f.npy"},
        ]
        code, answers = self.batch(cases)
        self.assertEqual((code, len(answers)), (1, 6))
        for answer, word in zip(answers, ("none.npy", "MaxPool2d", "7", "AvgPool2d", "none")):
            self.assertEqual(list(answer), ["error"])
            self.assertIn(word, answer["error"])
        self.assertEqual(answers[5], {"output": "f.npy", "shape": [3, 3]})
        self.assertEqual(sorted(self.files()), ["cases.json", "f.npy", "g4.npy", "g6.npy"])

    def test_malformed_cases_are_errors_of_their_own(self):
        good = {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "a.npy"}
        malformed = [
            3,
            "MaxPool2d(2)",
            None,
            [good],
            {},
            {key: value for key, value in good.items() if key != "input"},
            {key: value for key, value in good.items() if key != "layer"},
            {key: value for key, value in good.items() if key != "output"},
            good | {"input": 3},
            good | {"layer": []},
            good | {"layer": [["MaxPool2d(2)"]]},
            good | {"layer": {"kind": "MaxPool2d"}},
            good | {"output": None},
            good | {"indices": 1},
            good | {"indexes": "i.npy"},
            good | {"input": ""},
            good | {"output": ""},
        ]
        code, answers = self.batch(malformed)
        self.assertEqual((code, len(answers)), (1, len(malformed)))
        for case, answer in zip(malformed, answers):
            self.assertEqual(list(answer), ["error"], case)
        self.assertNotIn("a.npy", self.files())

    def test_says_on_stderr_how_many_failed(self):
        self.write("cases.json", json.dumps([{}, {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "a.npy"}]))
        done = self.run_program("apply", "--batch", "cases.json")
        self.assertEqual((done.returncode, done.stderr), (1, "poolscope: 1 of 2 cases failed\n"))

    def test_an_empty_array_is_no_work(self):
        self.assertEqual(self.batch([]), (0, []))

    def test_what_is_no_array_is_a_failure(self):
        for text in ("", "{", "[1", '{"input": "x"}', "3", "\x00", b"\xff\xfe[]"):
            self.write("cases.json", text)
            self.fail_with(1, "apply", "--batch", "cases.json")
        self.fail_with(1, "apply", "--batch", "none.json")
        self.fail_with(1, "apply", "--batch", ".")

    def test_paths_are_relative_to_the_file_of_cases(self):
        (self.folder / "inner").mkdir()
        self.save("inner/x.npy", G6)
        self.write("inner/cases.json", json.dumps([{"input": "x.npy", "layer": "MaxPool2d(2)", "output": "y.npy"}]))
        text = self.succeed("apply", "--batch", "inner/cases.json")
        self.assertEqual(json.loads(text), {"output": "y.npy", "shape": [3, 3]})
        self.assertTrue((self.folder / "inner" / "y.npy").exists())

    def test_absolute_paths_stay_absolute(self):
        target = str(self.folder / "y.npy")
        cases = [{"input": str(self.folder / "g6.npy"), "layer": "MaxPool2d(2)", "output": target}]
        self.assertEqual(self.batch(cases), (0, [{"output": target, "shape": [3, 3]}]))

    def test_a_case_may_read_what_one_before_wrote(self):
        cases = [
            {"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "a.npy"},
            {"input": "a.npy", "layer": "MaxPool2d(3)", "output": "a.npy"},
            {"input": "a.npy", "layer": "MaxPool2d(1)", "output": "a.npy"},
        ]
        code, answers = self.batch(cases)
        self.assertEqual((code, [answer["shape"] for answer in answers]), (0, [[3, 3], [1, 1], [1, 1]]))
        np.testing.assert_array_equal(self.load("a.npy"), [[12]])

    def test_the_engine_is_chosen_for_all(self):
        cases = [{"input": "g6.npy", "layer": "MaxPool2d(2)", "output": "a.npy"}]
        self.assertEqual(self.batch(cases, "--engine", "reference")[0], 0)
        self.write("cases.json", json.dumps(cases))
        self.assertIn("abacus", self.fail_with(1, "apply", "--batch", "cases.json", "--engine", "abacus"))

    def test_a_message_stays_on_its_line_and_is_json(self):
        cases = [{"input": 'no\n"such"\tfile', "layer": "MaxPool2d(2)", "output": "a.npy"}]
        code, answers = self.batch(cases)
        self.assertEqual((code, len(answers)), (1, 1))


if __name__ == "__main__":
    unittest.main()
