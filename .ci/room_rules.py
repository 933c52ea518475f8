#!/usr/bin/env python3
"""Checks that every #include stays within the rooms of the house: dependencies run downwards only.

usage: .ci/room_rules.py [ROOT]; prints one line a breach and exits 1 if there is any.
"""

import fnmatch
import pathlib
import re
import sys

# What a room of core may include of our own; app may include core, and tests everything.
ROOMS = {
    "base": ["base"],
    "pooling": ["base", "pooling"],
    "gpu": ["base", "gpu"],
    "models": ["base", "pooling", "io", "models"],
    "engines": ["base", "pooling", "engines"],
    "analysis": ["base", "pooling", "engines", "models/model*", "analysis"],
    "metrics": ["base", "metrics"],
    "lessons": ["base", "pooling", "engines", "metrics", "lessons", "io/json_io*"],
    "io": ["base", "pooling", "io"],
    "torch": ["*"],
}

# Where a library may be included: first the headers it is known by, then the files.
LIBRARIES = [
    (["torch/*", "ATen/*", "c10/*", "caffe2/*"], ["core/torch/*", "tests/parity/*libtorch*", "tests/bench/*libtorch*"]),
    (["imgui*", "backends/imgui*"], ["app/*", "tests/app/*", "tests/gui/*"]),
    (["GLFW/*"], ["app/window.cpp"]),
    (
        ["glad/*", "GL/*", "EGL/*", "GLES*"],
        ["core/gpu/*", "core/engines/opengl*", "app/canvas/*", "app/window*", "app/offscreen*", "tests/*"],
    ),
    (["stb*"], ["core/io/image_io.cpp"]),
    (["nlohmann/*"], ["core/io/json_io.*", "tests/*"]),
    (["zip*"], ["core/io/*"]),
    (["gif*"], ["core/io/*"]),
    (["hwy/*"], ["core/engines/*", "tests/engines/*", "tests/parity/*"]),
    (["CLI/*"], ["app/main.cpp", "app/commands/*", "tests/bench/*main.cpp", "tests/bench/bench_options.cpp"]),
    (["opencv2/*"], ["tests/bench/opencv*"]),
    (["dnnl*", "omp.h"], ["tests/bench/onednn*"]),
    (["gtest/*", "gmock/*", "rapidcheck*", "benchmark/*"], ["tests/*"]),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def own_include_allowed(file, header):
    top, room = file.split("/")[:2]
    if top == "tests":
        return True
    if top == "app":
        return header.startswith(("app/", "core/"))
    if not header.startswith("core/"):
        return False
    other_engine = re.fullmatch(r"core/engines/(\w+)_engine\.h", header)
    if other_engine and room == "engines" and "/engine_list." not in file:
        return file.startswith(f"core/engines/{other_engine[1]}_")
    if file.startswith("core/engines/opengl_") and header.startswith("core/gpu/"):
        return True
    allowed = ROOMS.get(room, [])
    return matches(header.split("/", 2)[1], allowed) or matches(header.removeprefix("core/"), allowed)


def breach(file, header):
    """Why `file` may not include `header`, or None."""
    if header.startswith(("core/", "app/", "tests/")):
        return None if own_include_allowed(file, header) else "is not a room it may include"
    for headers, files in LIBRARIES:
        if matches(header, headers) and not matches(file, files):
            return f"belongs to {', '.join(files)}"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    breaches = []
    for folder in ("core", "app", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".h"):
                file = path.relative_to(root).as_posix()
                for header in INCLUDE.findall(path.read_text(encoding="utf-8")):
                    reason = breach(file, header)
                    if reason:
                        breaches.append(f"{file}: {header} {reason}")
    print("\n".join(breaches), end="\n" if breaches else "", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
