#!/bin/bash
# Installs what Poolscope and its tests need, builds everything and runs all tests; safe to run again.
# usage: tests/run.sh [ARGUMENT OF CTEST...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

install_packages program tests
configured release -DPOOLSCOPE_TESTS:BOOL=ON || configure release -DPOOLSCOPE_TESTS:BOOL=ON
build release all
exec ctest --test-dir "$root/build/release" --parallel "$jobs" --progress --output-on-failure \
  --no-tests=error "$@"
