#!/bin/bash
# Builds poolscope_bench with every peer that is installed, and runs it: how fast the CPU engine is beside them.
# usage: tests/bench/run.sh [--shapes FILE.csv] [--json FILE] [--filter TEXT] [--quick]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../app/setup.sh"

install_packages program tests
configured release -DPOOLSCOPE_TESTS:BOOL=ON || configure release -DPOOLSCOPE_TESTS:BOOL=ON
build release poolscope_bench
exec "$root/build/release/poolscope_bench" "$@"
