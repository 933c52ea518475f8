#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/pooling/axis_windows.h"

/// One axis of a pool in the terms that LibTorch's operators take; nothing of LibTorch itself.
namespace poolscope::libtorch {

using Axis = std::span<const AxisWindow>;

/// Whether the windows are those of an adaptive pool on `size` cells.
bool is_adaptive(Axis windows, std::int64_t size);

/// Whether one window takes in the whole axis, and nothing outside it.
bool is_global(Axis windows, std::int64_t size);

/// Whether each window counts just its own taps in a mean, and all of them lie inside.
bool counts_its_taps(Axis windows);

/// The most taps that a window has.
std::int64_t longest(Axis windows);

/// The taps of all windows as cells to gather, `count` for each window: one without so many, and a
/// tap outside, reads some cell that is not `inside`.
struct AxisTaps {
  std::int64_t count = 0;
  std::vector<std::int64_t> cells = {};
  std::vector<std::uint8_t> inside = {};
};

/// `size` is that of the axis, at least 1; under Border::reflect every tap is inside.
AxisTaps axis_taps(Axis windows, std::int64_t size, Border border);

/// Which of the windows have a tap inside [0, size).
std::vector<std::uint8_t> windows_with_taps(Axis windows, std::int64_t size);

}  // namespace poolscope::libtorch
