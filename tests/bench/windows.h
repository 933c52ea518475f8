#pragma once

#include <optional>

#include "tests/bench/bench_case.h"

namespace poolscope::bench {

/// The windows of one axis where all have the same taps and stride.
struct EvenAxis {
  std::int64_t begin, stride, taps, dilation, outputs;
};

std::optional<EvenAxis> even_axis(const std::vector<AxisWindow>& windows);

/// A maximum or a mean over even windows, as peers without a layer of their own for it see it.
struct EvenWindows {
  EvenAxis rows, cols;
  bool max = false;
  bool padding_counts = false;  ///< In a mean: each divisor is the number of all taps.
};

/// Empty where the task is no such pool.
std::optional<EvenWindows> even_windows(const Task& task);

}  // namespace poolscope::bench
