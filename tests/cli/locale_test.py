"""The file for translators has every text of the interface, and nothing else."""

import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Locale(unittest.TestCase):
    def test_the_file_is_up_to_date(self):
        done = subprocess.run([sys.executable, ROOT / ".ci" / "strings.py", "--check", ROOT], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_it_has_what_people_read_and_not_what_programs_do(self):
        texts = json.loads((ROOT / "assets" / "locale" / "en.json").read_text())
        self.assertGreater(len(texts), 300)
        for read in ("Undo", "Zoom to window", "Window {}: {}", "That is it", "nothing to undo"):
            self.assertEqual(texts.get(read), read)
        for hidden in ("MaxPool2d", "menu/File", "layer/add", "viridis", "##text", "source/kind", "HOME"):
            self.assertNotIn(hidden, texts)


if __name__ == "__main__":
    unittest.main()
