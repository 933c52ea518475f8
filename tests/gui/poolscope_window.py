"""What the tests of the window share: the real program on a screen of its own, driven by mouse and keys.

Every action waits until the program has nothing left to do, and then reads the document that
`--dump-document` writes with every frame.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import numpy as np

from display import Display

PROGRAM = os.environ["POOLSCOPE_PROGRAM"]
ASSETS = pathlib.Path(__file__).resolve().parents[2] / "assets"
G6 = ASSETS / "grids" / "g6.txt"
PATIENCE = 60.0  # seconds; only a hang is slower
STATUS_BAR = 32  # its height at scale 1
KEYS = {"\n": "Return", "\t": "Tab", " ": "space", "-": "minus", "+": "plus", ".": "period", ",": "comma"}
KEYS |= {"/": "slash", "_": "underscore", ";": "semicolon", "[": "bracketleft", "]": "bracketright"}
KEYS |= {"(": "parenleft", ")": "parenright", "=": "equal", "'": "apostrophe", '"': "quotedbl"}
ACCENT = np.array([0xFF, 0x8F, 0x4A])  # of the dark theme


def threads_asleep(pid):
    """Whether no thread of the process runs, or waits for a processor or a disk."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            state = (task / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "SI":
            return False
    return True


class WindowTest(unittest.TestCase):
    """A test with the program on a screen; each test starts it anew with ARGUMENTS."""

    ARGUMENTS = []
    SIZE = (1280, 800)  # the smaller, the quicker drawn

    @classmethod
    def setUpClass(cls):
        cls.display = Display()
        cls.addClassCleanup(cls.display.close)
        cls.cache = tempfile.TemporaryDirectory(prefix="poolscope-cache-")
        cls.addClassCleanup(cls.cache.cleanup)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="poolscope-gui-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = dict(
            os.environ,
            DISPLAY=self.display.name,
            HOME=str(self.folder),
            XDG_STATE_HOME=str(self.folder / "state"),
            XDG_CONFIG_HOME=str(self.folder / "config"),
            XDG_CACHE_HOME=self.cache.name,
        )
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.prepare()
        self.start(*self.ARGUMENTS)
        self.addCleanup(self.kill)

    def tearDown(self):
        """However a test went, the program then quits as it should and has said nothing."""
        if self.program.poll() is None:
            self.key("Escape", "Escape", "Escape")
            self.quit()

    def prepare(self):
        """Makes the files that ARGUMENTS name, in self.folder."""

    # The program ----------------------------------------------------------------------------------

    def start(self, *arguments):
        self.dump = self.folder / "document.json"
        self.dump.unlink(missing_ok=True)
        self.read_text = None
        size = "x".join(map(str, self.SIZE))
        with open(self.folder / "stderr", "wb") as errors:
            self.program = subprocess.Popen(
                [PROGRAM, *map(str, arguments), "--size", size, "--dump-document", str(self.dump)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self.wait(lambda: self.dump.exists() or self.program.poll() is not None, "the first frame")
        self.assertIsNone(self.program.poll(), self.stderr())
        self.window = self.xdotool("search", "--sync", "--pid", str(self.program.pid)).split()[-1]
        self.xdotool("windowfocus", "--sync", self.window)
        self.xdotool("mousemove", "--sync", str(self.SIZE[0] - 5), str(self.SIZE[1] - 5))
        self.settle()

    def quit(self):
        """Ctrl+Q; the program ends well and has said nothing."""
        self.xdotool("key", "ctrl+q")
        self.assertEqual((self.program.wait(PATIENCE), self.stderr()), (0, ""))

    def kill(self):
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait(PATIENCE)

    def stderr(self):
        return (self.folder / "stderr").read_text()

    def wait(self, condition, what):
        """Until the condition holds; its value."""
        deadline = time.monotonic() + PATIENCE
        while not (value := condition()):
            if time.monotonic() > deadline:
                self.fail(f"waited {PATIENCE:.0f} s in vain for {what}")
            time.sleep(0.005)
        return value

    def document(self):
        """What the program wrote last."""
        text = self.dump.read_bytes()
        if text != self.read_text:
            self.read_text, self.read_document = text, json.loads(text)
        return self.read_document

    def settle(self):
        """Waits until all input has been answered; the document then."""
        calm, frames = 0, -1
        deadline = time.monotonic() + PATIENCE
        while calm < 4:
            self.assertIsNone(self.program.poll(), "the program ended: " + self.stderr())
            self.assertLess(time.monotonic(), deadline, "the program does not come to rest")
            time.sleep(0.006)
            document = self.document()
            asleep = threads_asleep(self.program.pid) and threads_asleep(self.display.server.pid)
            still = asleep and document["frames"] == frames and not document["busy"]
            calm = calm + 1 if still else 0
            frames = document["frames"]
        return document

    # The user -------------------------------------------------------------------------------------

    def run_tool(self, *words):
        """Runs a program on the test's screen; what it printed."""
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, f"{' '.join(words)}: {done.stderr}")
        return done.stdout

    def xdotool(self, *words):
        return self.run_tool("xdotool", *words)

    def key(self, *names):
        """Presses and releases keys one after the other: `Return`, `ctrl+shift+z`."""
        self.xdotool("key", "--delay", "2", *names)
        return self.settle()

    def type(self, text):
        """Types text; a line end is Enter, a tab Tab."""
        return self.key(*(KEYS.get(character, character) for character in text))

    def move(self, x, y):
        self.xdotool("mousemove", str(round(x)), str(round(y)))
        return self.settle()

    def click_at(self, x, y):
        self.xdotool("mousemove", str(round(x)), str(round(y)), "click", "1")
        return self.settle()

    def press(self):
        self.xdotool("mousedown", "1")
        return self.settle()

    def release(self):
        self.xdotool("mouseup", "1")
        return self.settle()

    def wheel(self, turns):
        """Turns the wheel where the mouse is; positive is away from the user."""
        self.xdotool("click", "--repeat", str(abs(turns)), "--delay", "5", "4" if turns > 0 else "5")
        return self.settle()

    def drag(self, start, *stops):
        """From a point over others to the last, in small steps."""
        self.move(*start)
        self.press()
        at = start
        for stop in stops:
            for step in range(1, 5):
                document = self.move(*(a + (b - a) * step / 4 for a, b in zip(at, stop)))
            at = stop
        self.release()
        return self.settle()

    # Controls -------------------------------------------------------------------------------------

    def rect(self, name):
        """[x, y, width, height] of a control; of one in a column that is scrolled, once it is in sight."""
        document = self.document()
        rect = document["controls"].get(name)
        self.assertIsNotNone(rect, f"no control {name}: {sorted(document['controls'])}")
        bottom = self.SIZE[1] - STATUS_BAR * document["view"]["scale"]
        for _ in range(40):
            if rect[1] + rect[3] / 2 < bottom - 4:
                break
            # The side padding of a column holds no control that would take the wheel.
            self.move(6 if rect[0] < self.SIZE[0] / 2 else self.SIZE[0] - 6, self.SIZE[1] / 2)
            rect = self.wheel(-3)["controls"][name]
        return rect

    def center(self, name):
        x, y, w, h = self.rect(name)
        return x + w / 2, y + h / 2

    def hover(self, name):
        return self.move(*self.center(name))

    def click(self, *names):
        """Clicks controls one after the other; the document after the last."""
        for name in names:
            document = self.click_at(*self.center(name))
        return document

    def choose(self, combo, item):
        """An entry of a combo box."""
        self.click(combo)
        return self.click(f"{combo}/{item}")

    def enter(self, name, text):
        """Clicks a field, types over its text, and presses Enter."""
        self.click(name)
        self.key("ctrl+a")
        self.type(text)
        return self.key("Return")

    def cell(self, canvas, row, col, rows, cols):
        """The middle of a cell of a canvas that shows rows x cols."""
        x, y, w, h = self.rect(canvas)
        return x + (col + 0.5) * w / cols, y + (row + 0.5) * h / rows

    def accent(self, canvas, row, col, rows, cols):
        """The share of a cell's border that shows the colour of the selection."""
        x, y, w, h = self.rect(canvas)
        x0, x1 = (round(x + (col + i) * w / cols) for i in (0, 1))
        y0, y1 = (round(y + (row + i) * h / rows) for i in (0, 1))
        near = np.abs(self.display.pixels().astype(int) - ACCENT).max(2) < 24
        sides = (near[y0 + 4 : y1 - 4, x0 - 2 : x0 + 3].any(1), near[y0 + 4 : y1 - 4, x1 - 2 : x1 + 3].any(1))
        sides += (near[y0 - 2 : y0 + 3, x0 + 4 : x1 - 4].any(0), near[y1 - 2 : y1 + 3, x0 + 4 : x1 - 4].any(0))
        return float(np.concatenate(sides).mean())

    # What is to be seen ---------------------------------------------------------------------------

    def pixel(self, x, y):
        return tuple(int(v) for v in self.display.pixels()[int(y), int(x)])

    def layers(self):
        return [entry["layer"] for entry in self.document()["pipeline"]]

    def output(self, stage=-1):
        return self.document()["result"]["stages"][stage]["values"]

    def shapes(self):
        return [stage["shape"] for stage in self.document()["result"]["stages"]]


class GridTest(WindowTest):
    """Starts on the worked 6x6 grid."""

    ARGUMENTS = [G6]
    MAX = [6, 8, 10, 8, 10, 12, 6, 4, 5]
    AVERAGE = [3.75, 5.25, 8.25, 5.5, 5.5, 6, 3, 3, 3]
