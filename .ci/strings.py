#!/usr/bin/env python3
"""Collects the texts of the interface into one file for translators: assets/locale/en.json.

usage: .ci/strings.py [--check] [ROOT]; --check writes nothing and exits 1 where the file is not up to date.

Texts are the string literals of app/ and core/ that a person reads: not ids, not names of layers or files,
not the command line's. `{}` in them stand for values. A translation is a copy of the file under the name of
its language (assets/locale/de.json) with the right-hand sides translated; app/translation.h finds it.
"""

import json
import pathlib
import re
import sys

# Files whose texts are for files, terminals or programs.
LEFT_OUT = ["app/main.cpp", "app/commands/", "app/document_json", "app/settings", "app/offscreen", "app/session.cpp", "app/translation"]
LEFT_OUT += ["app/canvas/", "app/theme", "core/base/", "core/gpu/", "core/torch/", "core/io/json_io", "core/io/code"]
# The literal after these is an id.
ID_BEFORE = re.compile(
    r"(?:\b(?:click_area|button|segmented|combo|stepper|check_box|text_field|slider|focus_stop|focus_item|draw_region"
    r"|draw_border|draw_scroll_area|draw_scrolling_column)\s*\(\s*ui,\s*|\b(?:tell|asked|find_command|tip_with_key|hint_of"
    r"|BeginTable|BeginChild|BeginPopup|BeginPopupModal|OpenPopup|IsPopupOpen|find_kind|getenv|resource_path)\s*\(\s*"
    r"|\.(?:id|command)\s*=\s*|controls\[|limits\[|limits\.(?:find|erase)\()$"
)
TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>\w*)\(.*?\)(?P=d)"|"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)+'|^\s*#[^\n]*", re.DOTALL | re.MULTILINE
)
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'", "0": "\0"}


def unescaped(literal):
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found.group(1), found.group(1)), literal[1:-1])


def literals(source):
    """(text before, value) of each string literal; neighbours are one."""
    found, end = [], 0
    for token in TOKEN.finditer(source):
        if not token.group().startswith('"'):
            continue
        between = source[end : token.start()]
        value = unescaped(token.group())
        if found and not between.strip():
            found[-1][1] += value
        else:
            found.append([source[max(0, token.start() - 120) : token.start()], value])
        end = token.end()
    return found


def is_read(text, in_app):
    """Whether a person reads it, and a translator can do something about it."""
    bare = re.sub(r"\{[^}]*\}", "", text).strip()
    if len(re.findall(r"[A-Za-z]", bare)) < 3 or text.startswith(("#", "%", "/")):
        return False
    if " " in bare:
        return not re.search(r"[;{}]\n|^[a-z_]+/|%[sd]", text)
    if re.search(r"[/_.#\\]|\d", bare) or re.search(r"[a-z][A-Z]", bare):
        return False  # an id, a file, a layer
    return in_app


def texts(root):
    found = set()
    for folder in ("app", "core"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix not in (".cpp", ".h") or name.startswith(tuple(LEFT_OUT)):
                continue
            for before, value in literals(path.read_text()):
                if is_read(value, folder == "app") and not ID_BEFORE.search(before):
                    found.add(value.strip() if "{" not in value else value)
    return found


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    root = pathlib.Path(words[0] if words else pathlib.Path(__file__).resolve().parents[1])
    target = root / "assets" / "locale" / "en.json"
    wanted = json.dumps({text: text for text in sorted(texts(root))}, indent=1, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv:
        target.parent.mkdir(exist_ok=True)
        target.write_text(wanted)
        return 0
    if target.exists() and target.read_text() == wanted:
        return 0
    print(f"{target}: not up to date with the texts of app/ and core/; run .ci/strings.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
