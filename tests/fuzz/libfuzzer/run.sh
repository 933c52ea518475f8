#!/bin/bash
# Looks for files that break the readers, with clang's libFuzzer (Debian: clang, libclang-rt-dev).
# usage: tests/fuzz/libfuzzer/run.sh [SECONDS]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
work=$root/build/fuzz
mkdir -p "$work/found"
clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I"$root" \
  "$root"/tests/fuzz/libfuzzer/input_fuzzer.cpp "$root"/core/io/*.cpp "$root"/core/base/tensor.cpp \
  -lfmt -lstb -o "$work/input_fuzzer"
cd "$work"
exec ./input_fuzzer -max_total_time="${1:-60}" -max_len=8192 -rss_limit_mb=4096 -timeout=10 found \
  "$root"/tests/golden/npy "$root"/tests/golden/images "$root"/assets/grids
