#include "core/engines/cpu_reductions.h"

#include <cmath>
#include <limits>
#include <vector>

namespace poolscope::cpu {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// What one pass over a window finds; `nan` is the last one.
struct Extremes {
  float max = -kInf, min = kInf;
  std::int64_t min_at = -1, nan_at = -1, count = 0;
  double sum = 0.0;
};

Extremes extremes(const Window& window) {
  Extremes found;
  for_each_tap(window, [&](float value, std::int64_t index) {
    ++found.count;
    found.sum += value;
    if (std::isnan(value)) found.nan_at = index;
    if (value > found.max) found.max = value;
    if (value < found.min || found.min_at < 0) {
      found.min = value;
      found.min_at = index;
    }
  });
  return found;
}

/// The middle value by partial sorting; its place is that of the first tap equal to it.
Picked median(const Window& window) {
  thread_local std::vector<float> values;
  values.clear();
  for_each_tap(window, [](float value, std::int64_t) { values.push_back(value); });
  if (values.empty()) return {kNan, -1};
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  Picked picked;
  for_each_tap(window, [&](float value, std::int64_t index) {
    if (picked.winner < 0 && value == *middle) picked = {value, index};
  });
  return picked;
}

/// Weights relative to the largest tap, so that none overflows.
double softmax(const Window& window, double scale, double max) {
  double weights = 0.0, sum = 0.0;
  for_each_tap(window, [&](float value, std::int64_t) {
    const double weight = std::exp(scale * (value - max));
    weights += weight;
    if (weight != 0.0) sum += weight * value;
  });
  return sum / weights;
}

double log_sum_exp(const Window& window, double scale, double max) {
  double sum = 0.0;
  for_each_tap(window, [&](float value, std::int64_t) { sum += std::exp(scale * (value - max)); });
  return max + std::log(sum) / scale;
}

struct PositiveSums {
  double sum = 0.0, squares = 0.0;
};

PositiveSums positive_sums(const Window& window) {
  PositiveSums sums;
  for_each_tap(window, [&](float value, std::int64_t) {
    const double positive = value > 0.0F ? double{value} : 0.0;
    sums.sum += positive;
    sums.squares += positive * positive;
  });
  return sums;
}

/// The positive tap where the running sum passes `target`; the last one where none does.
double drawn(const Window& window, double target) {
  double passed = 0.0, found = 0.0;
  bool done = false;
  for_each_tap(window, [&](float value, std::int64_t) {
    if (done || !(value > 0.0F)) return;
    found = value;
    passed += found;
    done = passed > target || value == kInf;
  });
  return found;
}

double stochastic(const Window& window, const LoweredPool& pool, const WindowPlace& place) {
  const PositiveSums sums = positive_sums(window);
  if (sums.sum == 0.0) return 0.0;
  if (!pool.sampled) return sums.squares / sums.sum;
  return drawn(window, sampled_number(pool, place.plane, place.row, place.col) * sums.sum);
}

double mixed(const LoweredPool& pool, const Extremes& found, double divisor) {
  const double mean = divisor == 0.0 ? double{kNan} : found.sum / divisor;
  if (pool.alpha == 0.0 || std::isnan(mean)) return mean;
  return pool.alpha == 1.0 ? double{found.max} : pool.alpha * found.max + (1.0 - pool.alpha) * mean;
}

/// The cell that a tap reads, or -1 where it adds nothing.
std::int64_t read_at(std::int64_t tap, std::int64_t size, Border border) {
  if (border == Border::reflect) tap = reflected(tap, size);
  return tap >= 0 && tap < size ? tap : -1;
}

float weighted(const Window& window, const LoweredPool& pool, const WindowPlace& place) {
  double sum = 0.0;
  const float* weight = pool.weights.data();
  for (std::int64_t i = 0; i < place.row.count; ++i, weight += place.col.count) {
    const std::int64_t y = read_at(place.row.tap(i), place.input.h, pool.border);
    if (y < 0) continue;
    const float* row = window.plane + y * window.width;
    for (std::int64_t j = 0; j < place.col.count; ++j) {
      const std::int64_t x = read_at(place.col.tap(j), place.input.w, pool.border);
      if (x >= 0) sum += double{weight[j]} * row[x];
    }
  }
  return static_cast<float>(sum);
}

/// The reductions that look at the extremes first. No tap: what an empty maximum gives.
double smooth(const Window& window, const LoweredPool& pool, double max, bool empty) {
  const bool softmax_wanted = pool.reduction == Reduction::softmax;
  if (empty) return softmax_wanted ? double{kNan} : max;
  if (std::isinf(max)) return max;
  return softmax_wanted ? softmax(window, pool.scale, max) : log_sum_exp(window, pool.scale, max);
}

}  // namespace

Picked pick(const Window& window, Reduction reduction) {
  const Extremes found = extremes(window);
  if (found.nan_at >= 0) return {window.plane[found.nan_at], found.nan_at};
  return reduction == Reduction::min ? Picked{found.min, found.min_at} : median(window);
}

float reduced(const Window& window, const LoweredPool& pool, const WindowPlace& place) {
  if (pool.reduction == Reduction::weighted) return weighted(window, pool, place);
  const Extremes found = extremes(window);
  if (found.nan_at >= 0) return kNan;
  switch (pool.reduction) {
    case Reduction::mixed:
      return static_cast<float>(
          mixed(pool, found, static_cast<double>(pool.divisor(place.row, place.col))));
    case Reduction::stochastic:
      return static_cast<float>(stochastic(window, pool, place));
    default:
      return static_cast<float>(smooth(window, pool, found.max, found.count == 0));
  }
}

}  // namespace poolscope::cpu
