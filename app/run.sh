#!/bin/bash
# Installs what Poolscope needs, builds it and starts it; safe to run again and quick when nothing changed.
# usage: app/run.sh [--build-only | ARGUMENT OF POOLSCOPE...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
program=$root/build/release/poolscope

# Whether an X server answers (Wayland sessions bring one along), asked as a window would.
has_display() {
  python3 - <<'PYTHON' 2>/dev/null
import ctypes, sys
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
sys.exit(0 if x11.XOpenDisplay(None) else 1)
PYTHON
}

install_packages program
configured release || configure release -DPOOLSCOPE_TESTS:BOOL=OFF
build release poolscope
[ "${1:-}" = --build-only ] && exit 0

# Only opening the window needs a display: no argument, or a file.
if { [ $# -eq 0 ] || [ -e "$1" ]; } && ! has_display; then
  "$program" render ${1:+--input "$1"} --output poolscope.png
  say "no display here: the window is drawn to $PWD/poolscope.png"
  exit 0
fi
exec "$program" "$@"
