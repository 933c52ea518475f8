#!/bin/bash
# Builds and runs the GPU suite: the OpenGL engine beside LibTorch CUDA and a copy on the same card. It needs an
# NVIDIA card, a PyTorch that Python installed, g++ and CMake; the rest lies in .gpu/, which --pack fills on a
# machine that reaches Debian's packages. No registry is asked then.
# usage: tests/bench/gpu.sh --pack
#        tests/bench/gpu.sh [--software] [--filter TEXT] [--shapes FILE.csv] [--json FILE] [--quick]
#   --software  no card: runs on a software renderer and LibTorch's CPU part, to check the suite itself
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../app/setup.sh"

pack=$root/.gpu
bin=$root/build/gpu
prefix=$pack/root/usr
libraries=$prefix/lib/x86_64-linux-gnu
most_bytes=$((60 * 1024 * 1024))

# What the core and the suite are built from, with what they load; never the C or C++ library.
packed_packages=(
  libfmt-dev libfmt9 libexpected-dev libhwy-dev libhwy1 libtbb-dev libtbb12 libtbbmalloc2 libtbbbind-2-5
  nlohmann-json3-dev
  libcli11-dev libbenchmark-dev libbenchmark1debian libstb-dev libstb0
  libgl-dev libglx-dev libegl-dev libopengl-dev libglvnd0 libgl1 libglx0 libegl1 libopengl0)

# fill_pack: the packages, unpacked, and glad's generated files, in .gpu/.
fill_pack() {
  local downloads size
  downloads=$(mktemp -d)
  rm -rf "$pack"
  mkdir -p "$pack/root"
  # As root, apt would give the download to a user that may not write here.
  (cd "$downloads" && apt-get -q -o APT::Sandbox::User=root download "${packed_packages[@]}" >/dev/null) ||
    fail "Debian's packages cannot be downloaded; apt-get update may help"
  for package in "$downloads"/*.deb; do dpkg -x "$package" "$pack/root"; done
  rm -rf "$downloads" "$prefix/share/doc" "$prefix/share/man" "$prefix/bin"
  /usr/bin/python3 -m glad --quiet --reproducible --api gl:core=4.3,egl=1.5 \
    --extensions "$(sed -n 's/.*--extensions \(.*\)$/\1/p' "$root/core/CMakeLists.txt")" \
    --out-path "$pack/glad" c --loader
  size=$(du -sb "$pack" | cut -f1)
  [ "$size" -le "$most_bytes" ] || fail ".gpu/ holds $((size >> 20)) MiB; at most $((most_bytes >> 20))"
  say ".gpu/ holds $((size >> 10)) KiB from ${#packed_packages[@]} packages"
}

# torch_root: the folder of the PyTorch that `python3` has.
torch_root() {
  python3 - <<'PYTHON' 2>/dev/null
import os, torch
print(os.path.dirname(os.path.dirname(os.path.dirname(torch.utils.cmake_prefix_path + "/"))))
if not getattr(torch, "compiled_with_cxx11_abi", lambda: True)():
    raise SystemExit(1)
PYTHON
}

# nvidia_egl: the file that tells libglvnd of NVIDIA's EGL.
nvidia_egl() {
  local folder
  for folder in /usr/share/glvnd /etc/glvnd /usr/local/nvidia/share/glvnd /usr/local/share/glvnd; do
    [ -f "$folder/egl_vendor.d/10_nvidia.json" ] && echo "$folder/egl_vendor.d/10_nvidia.json" && return
  done
  # A driver without the file: say where libEGL_nvidia is.
  echo '{"file_format_version": "1.0.0", "ICD": {"library_path": "libEGL_nvidia.so.0"}}' >"$bin/10_nvidia.json"
  echo "$bin/10_nvidia.json"
}

# compile: the suite, from .gpu/, the repository and PyTorch alone.
compile() {
  local generator=() output
  mkdir -p "$bin"
  [ -d "$bin/glad" ] || cp -r "$pack/glad" "$bin/glad"
  command -v ninja >/dev/null && generator=(-G Ninja)
  export CPLUS_INCLUDE_PATH=$prefix/include C_INCLUDE_PATH=$prefix/include LIBRARY_PATH=$libraries
  output=$(cmake -S "$root" -B "$bin" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DPOOLSCOPE_ONLY_BENCH=ON \
    -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu \
    -DCMAKE_BUILD_RPATH="$libraries" -DPOOLSCOPE_TORCH_ROOT="$1" 2>&1 &&
    cmake --build "$bin" --parallel "$jobs" --target poolscope_gpu_bench 2>&1) || {
    echo "$output" | tail -n 60 >&2
    fail "the GPU suite cannot be built"
  }
}

if [ "${1:-}" = --pack ]; then
  fill_pack
  exit 0
fi
software=no
for argument in "$@"; do [ "$argument" = --software ] && software=yes; done
if [ "$software" = no ] && ! { command -v nvidia-smi && nvidia-smi -L; } >/dev/null 2>&1; then
  fail "no NVIDIA card here; --software runs the suite on a software renderer, to check it"
fi
[ -d "$prefix" ] || fail ".gpu/ is empty; run tests/bench/gpu.sh --pack where Debian's packages can be had"
torch=$(torch_root) || torch=
[ -d "$torch/lib" ] || [ "$software" = yes ] || fail "python3 has no PyTorch with the C++11 ABI"
say "building the GPU suite"
compile "$torch"
library_path=$libraries:/usr/local/nvidia/lib64:/usr/local/nvidia/lib:${LD_LIBRARY_PATH:-}
[ "$software" = yes ] || export __EGL_VENDOR_LIBRARY_FILENAMES=${__EGL_VENDOR_LIBRARY_FILENAMES:-$(nvidia_egl)}
LD_LIBRARY_PATH=$library_path exec "$bin/poolscope_gpu_bench" "$@"
