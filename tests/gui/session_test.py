"""Sessions in the window: saving, opening, what a crash leaves, and what is written to other files."""

import json
import pathlib
import shutil
import signal
import unittest

from poolscope_window import G6, WindowTest


class SessionTest(WindowTest):
    ARGUMENTS = ["g6.txt"]

    def prepare(self):
        shutil.copy(G6, self.folder)

    def title(self):
        return self.xdotool("getwindowname", self.window).strip()

    def save_as(self, name):
        """Types a name into the browser that asks where to save."""
        self.enter("browser/name", str(name))
        return self.settle()

    def open_typed(self, path):
        self.key("ctrl+o")
        return self.enter("browser/path", path)

    def work(self):
        """What a session brings back."""
        document = self.document()
        return {key: document[key] for key in ("pipeline", "selected_layer", "selection", "view", "camera", "notes")}


class Saving(SessionTest):
    def test_a_session_comes_back_as_it_was(self):
        self.enter("parameter/stride/h", "1")
        self.click("lab/notes", "notes")
        self.type("max keeps the strongest")
        self.key("Escape")
        self.click_at(*self.cell("output", 2, 1, 5, 5))
        self.key("ctrl+s")
        self.save_as("lesson")
        self.assertIn("Saved lesson.poolscope", self.document()["shown"]["notice"])
        self.assertEqual(self.title(), "lesson.poolscope – Poolscope")
        before, values = self.work(), self.output()
        self.assertEqual(before["notes"], "max keeps the strongest")
        self.assertEqual((before["selection"]["row"], before["selection"]["col"]), (2, 1))

        self.enter("parameter/stride/h", "3")
        self.assertEqual(self.title(), "*lesson.poolscope – Poolscope")
        self.key("ctrl+z")
        self.assertEqual(self.title(), "lesson.poolscope – Poolscope")
        self.quit()
        self.start("lesson.poolscope")
        self.assertEqual(self.work(), before)
        self.assertEqual(self.output(), values)

    def test_a_saved_session_is_saved_in_place_and_asked_before_another_is_replaced(self):
        self.key("ctrl+s")
        self.save_as("a")
        self.enter("parameter/stride/h", "1")
        self.key("ctrl+s")
        saved = json.loads((self.folder / "a.poolscope").read_text())
        self.assertIn("stride=1", saved["pipeline"][0]["layer"])
        (self.folder / "b.poolscope").write_text("something else")
        self.key("ctrl+shift+s")
        self.save_as("b.poolscope")
        self.assertEqual((self.folder / "b.poolscope").read_text(), "something else")
        self.click("browser/save")
        self.assertEqual(json.loads((self.folder / "b.poolscope").read_text()), saved)
        self.assertEqual(self.title(), "b.poolscope – Poolscope")

    def test_what_cannot_be_written_is_said_and_nothing_is_lost(self):
        before = self.document()["pipeline"]
        self.key("ctrl+s")
        document = self.save_as("/proc/lesson.poolscope")
        self.assertIn("/proc/lesson.poolscope", document["shown"]["notice"])
        self.assertEqual((document["pipeline"], document["session"]), (before, ""))
        self.assertNotIn("notice", self.click("notice/close")["shown"])

    def test_a_bad_session_leaves_the_document_as_it_was(self):
        whole = {"format": "poolscope session", "version": 1, "source": {"shape": [1, 1, 1, 1], "values": [1]}}
        cases = {"new": ({**whole, "version": 9}, "version 9 is newer"), "odd": ({**whole, "view": {"scale": 7}}, "view.scale: 7")}
        before = self.document()["pipeline"]
        for name, (content, said) in cases.items():
            (self.folder / f"{name}.poolscope").write_text(json.dumps(content))
            document = self.open_typed(f"{name}.poolscope")
            self.assertIn(said, document["open_error"])
            self.assertEqual((document["pipeline"], document["session"]), (before, ""))


class Crash(SessionTest):
    def crash(self):
        """Ends the program as nothing else does, once it has kept its work."""
        kept = self.folder / "state/poolscope/autosave/work-0.poolscope"
        self.wait(kept.exists, "the work to be kept")
        self.settle()
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()

    def test_work_is_offered_after_a_crash_and_restored(self):
        self.enter("parameter/stride/h", "1")
        before = self.work()
        self.crash()
        self.start("g6.txt")
        self.assertIn("ended unexpectedly", self.document()["shown"]["notice"])
        self.assertNotEqual(self.work()["pipeline"], before["pipeline"])
        self.click("notice/restore")
        self.assertEqual(self.work()["pipeline"], before["pipeline"])
        self.key("ctrl+z")
        self.assertNotEqual(self.work()["pipeline"], before["pipeline"])

    def test_work_that_is_not_wanted_is_not_offered_again(self):
        self.enter("parameter/stride/h", "1")
        self.crash()
        self.start("g6.txt")
        document = self.click("notice/discard")
        self.assertNotIn("notice", document["shown"])
        self.quit()
        self.start("g6.txt")
        self.assertNotIn("notice", self.document()["shown"])

    def test_unsaved_work_of_a_calm_end_is_in_the_menu(self):
        self.enter("parameter/stride/h", "1")
        before = self.work()
        self.quit()
        self.start("g6.txt")
        self.assertNotIn("notice", self.document()["shown"])
        self.click("menu/File", "menu/Last work")
        self.assertEqual(self.work()["pipeline"], before["pipeline"])


class Lost(SessionTest):
    def prepare(self):
        super().prepare()
        (self.folder / "state").write_text("no folder")  # so that nothing can be kept

    def test_is_asked_about_only_where_it_could_not_be_kept(self):
        self.enter("parameter/stride/h", "1")
        self.key("ctrl+q")
        self.assertIsNone(self.program.poll())
        self.click("quit/stay")
        self.key("ctrl+q")
        self.click("quit/save")
        self.click("browser/name")
        self.key("ctrl+a")
        self.type("kept")
        self.xdotool("key", "Return")  # saved, and gone

    def tearDown(self):
        self.program.wait(60)
        self.assertTrue((self.folder / "kept.poolscope").exists())


class Export(SessionTest):
    def test_files_are_written_beside_the_window(self):
        self.click("export/code")
        self.save_as("pool")
        document = self.settle()
        self.assertIn("Written to", document["shown"]["notice"])
        code = (self.folder / "pool.py").read_text()
        compile(code, "pool.py", "exec")
        self.assertIn("nn.MaxPool2d(kernel_size=2)", code)
        self.assertIn("nn.MaxPool2d(kernel_size=2)", document["shown"]["code"])
        self.click("menu/File", "menu/Export", "menu/Values of the output as text")
        self.save_as("values.csv")
        self.assertEqual((self.folder / "values.csv").read_text(), "6, 8, 10\n8, 10, 12\n6, 4, 5\n")
        self.click("export/gif")
        self.save_as("play")
        self.assertTrue((self.folder / "play.gif").read_bytes().startswith(b"GIF89a"))
        self.assertEqual(list(pathlib.Path(self.folder / "state/poolscope").glob("export-*")), [])


if __name__ == "__main__":
    unittest.main()
