"""The program's command line as a whole: help, version, exit codes, one line on stderr."""

import subprocess
import unittest

from poolscope_cli import G6, PROGRAM, CommandLineTest


class CommandLine(CommandLineTest):
    def test_version_is_one_line(self):
        self.assertEqual(self.succeed("--version"), "poolscope 0.1.0\n")

    def test_help_lists_the_subcommands(self):
        text = self.succeed("--help")
        for subcommand in ("apply", "trace", "gradient", "render"):
            self.assertRegex(text, rf"\n  {subcommand} ")

    def test_help_of_a_subcommand_shows_an_example(self):
        for subcommand in ("apply", "trace", "gradient", "render"):
            text = self.succeed(subcommand, "--help")
            self.assertIn(f"poolscope {subcommand} --input", text)
            self.assertIn("--layer 'MaxPool2d", text)

    def test_unknown_options_are_usage_errors(self):
        self.assertIn("--frobnicate", self.fail_with(2, "--frobnicate"))
        self.assertIn("--frobnicate", self.fail_with(2, "apply", "--frobnicate"))

    def test_a_mistyped_subcommand_is_told_the_nearest(self):
        self.assertIn("did you mean apply?", self.fail_with(2, "aply"))
        self.assertIn("did you mean trace?", self.fail_with(2, "tarce", "--input", "x.npy"))

    def test_a_missing_file_is_named(self):
        self.assertIn("missing.png", self.fail_with(1, "missing.png"))

    def test_options_without_a_value_are_usage_errors(self):
        for words in (["apply", "--input"], ["apply", "--layer"], ["trace", "--input"]):
            self.fail_with(2, *words)

    def test_what_is_required_is_asked_for(self):
        self.assertIn("--input", self.fail_with(2, "apply"))
        self.assertIn("--layer", self.fail_with(2, "apply", "--input", "x.npy"))
        self.assertIn("--output", self.fail_with(2, "apply", "--input", "x.npy", "--layer", "MaxPool2d(2)"))
        self.assertIn("--layer", self.fail_with(2, "trace", "--input", "x.npy"))
        self.assertIn("--input", self.fail_with(2, "trace", "--layer", "MaxPool2d(2)"))

    def test_batch_excludes_the_options_of_one_case(self):
        for option, value in (("--input", "x"), ("--layer", "MaxPool2d(2)"), ("--output", "y.npy"), ("--indices", "i.npy")):
            self.assertIn("--batch", self.fail_with(2, "apply", "--batch", "cases.json", option, value))

    def test_an_option_given_twice_is_a_usage_error(self):
        self.fail_with(2, "apply", "--input", "a.npy", "--input", "b.npy", "--layer", "MaxPool2d(2)", "--output", "y.npy")

    def test_a_layer_takes_one_text_only(self):
        self.save("x.npy", G6)
        layers = ["--layer", "MaxPool2d(2)", "MaxPool2d(3)"]
        self.fail_with(2, "apply", "--input", "x.npy", *layers, "--output", "y.npy")

    def test_brackets_around_a_layer_are_not_taken_for_a_list(self):
        self.save("x.npy", G6)
        self.fail_with(2, "apply", "--input", "x.npy", "--layer", "[MaxPool2d(2)]", "--output", "y.npy")

    def test_layers_are_parsed_before_any_file_is_opened(self):
        message = self.fail_with(2, "apply", "--input", "missing.npy", "--layer", "MaxPool2d(2", "--output", "y.npy")
        self.assertIn("layer 1", message)
        self.fail_with(2, "trace", "--input", "missing.npy", "--layer", "MaxPool2d(2", "--engine", "none")

    def test_an_engine_that_is_not_there_is_named_with_those_that_are(self):
        self.save("x.npy", G6)
        for words in (["apply", "--output", "y.npy"], ["trace"]):
            message = self.fail_with(1, *words, "--input", "x.npy", "--layer", "MaxPool2d(2)", "--engine", "abacus")
            self.assertIn("abacus", message)
            self.assertIn("reference", message)

    def test_output_that_cannot_be_written_is_a_failure(self):
        self.save("x.npy", G6)
        with open("/dev/full", "w") as full:
            for words in (["--version"], ["--help"], ["trace", "--input", "x.npy", "--layer", "MaxPool2d(2)"]):
                done = subprocess.run([PROGRAM, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual((done.returncode, done.stderr), (1, "poolscope: standard output cannot be written\n"))


if __name__ == "__main__":
    unittest.main()
