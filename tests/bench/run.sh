#!/bin/bash
# Builds poolscope_bench with every peer that is installed, and runs it: how fast the CPU engine is beside them.
# usage: tests/bench/run.sh [--shapes FILE.csv] [--json FILE] [--filter TEXT] [--quick]
#        tests/bench/run.sh --model FILE.pt [--side PIXELS]
#        tests/bench/run.sh --slider
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../app/setup.sh"

install_packages program tests
configured release -DPOOLSCOPE_TESTS:BOOL=ON || configure release -DPOOLSCOPE_TESTS:BOOL=ON
# A model's memory is told beyond a program that has not opened LibTorch for itself.
program=poolscope_bench
[[ " $* " == *" --model "* ]] && program=poolscope_bench_alone
build release "$program"
exec "$root/build/release/$program" "$@"
