#include "core/engines/reference_engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "core/engines/network_loops.h"

namespace poolscope {
namespace {

/// One input plane as the windows see it.
struct Plane {
  std::span<const float> values;
  std::int64_t height, width;
};

/// What one window gives.
struct Cell {
  float value = -std::numeric_limits<float>::infinity();
  std::int64_t winner = -1;
};

/// The taps of a window that lie inside [0, size): those from `first` up to `end`.
struct Inside {
  Inside(const AxisWindow& window, std::int64_t size)
      : first(window.begin < 0 ? (-window.begin + window.step - 1) / window.step : 0),
        end(window.begin < size ? (size - 1 - window.begin) / window.step + 1 : 0) {
    end = std::min(end, window.count);
  }
  std::int64_t first, end;
};

/// One tap inside the plane.
struct Tap {
  float value;
  std::int64_t index;
};
using Taps = std::vector<Tap>;

/// A window and its taps inside the plane, in row-major order.
struct Window {
  AxisWindow row, col;
  Taps taps;

  bool has_nan() const {
    return std::ranges::any_of(taps, [](const Tap& tap) { return std::isnan(tap.value); });
  }
};

void gather(const Plane& plane, const AxisWindow& row, const AxisWindow& col, Window& window) {
  window.row = row;
  window.col = col;
  const Inside rows(window.row, plane.height);
  const Inside cols(window.col, plane.width);
  window.taps.clear();
  for (std::int64_t i = rows.first; i < rows.end; ++i) {
    for (std::int64_t j = cols.first; j < cols.end; ++j) {
      const std::int64_t index = window.row.tap(i) * plane.width + window.col.tap(j);
      window.taps.push_back({plane.values[static_cast<std::size_t>(index)], index});
    }
  }
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Cell max_cell(const Taps& taps) {
  Cell best;
  for (const auto& [value, index] : taps) {
    if (best.winner < 0 || value > best.value || std::isnan(value)) best = {value, index};
  }
  return best;
}

Cell min_cell(const Taps& taps) {
  Cell best{std::numeric_limits<float>::infinity()};
  for (const auto& [value, index] : taps) {
    if (best.winner < 0 || value < best.value || std::isnan(value)) best = {value, index};
  }
  return best;
}

/// The first tap of the value that stands in the middle; no order needs the taps' places.
Cell median_cell(const Taps& taps) {
  if (taps.empty()) return {static_cast<float>(kNan)};
  Taps sorted = taps;
  std::ranges::stable_sort(sorted, {}, &Tap::value);
  const float middle = sorted[(sorted.size() - 1) / 2].value;
  const Tap& first = *std::ranges::find(taps, middle, &Tap::value);
  return {first.value, first.index};
}

/// The last NaN, which wins over every number.
Cell nan_cell(const Taps& taps) {
  const auto is_nan = [](const Tap& tap) { return std::isnan(tap.value); };
  const Tap& last = *std::find_if(taps.rbegin(), taps.rend(), is_nan);
  return {last.value, last.index};
}

double sum_of(const Taps& taps) {
  double sum = 0.0;
  for (const Tap& tap : taps) sum += tap.value;
  return sum;
}

double mean_of(const Taps& taps, std::int64_t divisor) {
  return divisor == 0 ? kNan : sum_of(taps) / static_cast<double>(divisor);
}

double power_term(double x, const LoweredPool& pool) {
  if (pool.least && x < *pool.least) x = *pool.least;
  return std::pow(pool.magnitude ? std::abs(x) : x, pool.exponent);
}

double power_of(const Taps& taps, std::int64_t divisor, const LoweredPool& pool) {
  double sum = 0.0;
  for (const Tap& tap : taps) sum += power_term(tap.value, pool);
  if (divisor == 0) return kNan;
  return std::pow(pool.gain * sum / static_cast<double>(divisor), 1.0 / pool.exponent);
}

double mixed_of(const Taps& taps, std::int64_t divisor, double alpha) {
  const double mean = mean_of(taps, divisor);
  if (alpha == 0.0 || std::isnan(mean)) return mean;
  const double max = max_cell(taps).value;
  return alpha == 1.0 ? max : alpha * max + (1.0 - alpha) * mean;
}

double positive(float x) { return std::isnan(x) ? kNan : std::max(double{x}, 0.0); }

/// The expected value of a draw: sum p x with p = x / sum x.
double expected_draw(const Taps& taps) {
  double sum = 0.0, squares = 0.0;
  for (const Tap& tap : taps) {
    sum += positive(tap.value);
    squares += positive(tap.value) * positive(tap.value);
  }
  return sum == 0.0 ? 0.0 : squares / sum;
}

/// The tap at which the running sum passes the drawn share of the whole.
double drawn(const Taps& taps, double share) {
  double sum = 0.0;
  for (const Tap& tap : taps) sum += positive(tap.value);
  if (sum == 0.0 || std::isnan(sum)) return sum;
  double passed = 0.0, last = 0.0;
  for (const Tap& tap : taps) {
    if (tap.value <= 0.0F) continue;
    last = tap.value;
    passed += last;
    if (passed > share * sum || std::isinf(last)) break;
  }
  return last;
}

/// Weights relative to the largest, so that none overflows; those that vanish add nothing.
double softmax_of(const Taps& taps, double scale) {
  const double top = max_cell(taps).value;
  if (taps.empty() || std::isinf(top)) return taps.empty() ? kNan : top;
  double weights = 0.0, sum = 0.0;
  for (const Tap& tap : taps) {
    const double weight = std::exp(scale * (tap.value - top));
    weights += weight;
    if (weight > 0.0) sum += weight * tap.value;
  }
  return sum / weights;
}

double log_sum_exp_of(const Taps& taps, double scale) {
  const double top = max_cell(taps).value;
  if (taps.empty() || std::isinf(top)) return top;
  double sum = 0.0;
  for (const Tap& tap : taps) sum += std::exp(scale * (tap.value - top));
  return top + std::log(sum) / scale;
}

/// Where a tap of an axis reads, or nothing where it adds nothing.
std::optional<std::int64_t> read_at(std::int64_t tap, std::int64_t size, Border border) {
  if (border == Border::reflect) tap = reflected(tap, size);
  if (tap < 0 || tap >= size) return {};
  return tap;
}

double weighted_of(const Plane& plane, const Window& window, const LoweredPool& pool) {
  double sum = 0.0;
  auto weight = pool.weights.begin();
  for (std::int64_t i = 0; i < window.row.count; ++i) {
    const auto y = read_at(window.row.tap(i), plane.height, pool.border);
    for (std::int64_t j = 0; j < window.col.count; ++j, ++weight) {
      const auto x = read_at(window.col.tap(j), plane.width, pool.border);
      if (!y || !x) continue;
      sum += double{*weight} * plane.values[static_cast<std::size_t>(*y * plane.width + *x)];
    }
  }
  return sum;
}

/// A reduction that has a value and no winner.
double value_of(const Plane& plane, const Window& window, const LoweredPool& pool, double share) {
  const std::int64_t divisor = pool.divisor(window.row, window.col);
  switch (pool.reduction) {
    case Reduction::mean:
      return mean_of(window.taps, divisor);
    case Reduction::power:
      return power_of(window.taps, divisor, pool);
    case Reduction::mixed:
      return mixed_of(window.taps, divisor, pool.alpha);
    case Reduction::stochastic:
      return pool.sampled ? drawn(window.taps, share) : expected_draw(window.taps);
    case Reduction::softmax:
      return softmax_of(window.taps, pool.scale);
    case Reduction::log_sum_exp:
      return log_sum_exp_of(window.taps, pool.scale);
    default:
      return weighted_of(plane, window, pool);
  }
}

/// A reduction that picks one of the taps.
Cell pick(const Taps& taps, Reduction reduction) {
  if (reduction == Reduction::max) return max_cell(taps);
  return reduction == Reduction::min ? min_cell(taps) : median_cell(taps);
}

Cell reduce(const Plane& plane, const Window& window, const LoweredPool& pool, double share) {
  if (pool.has_winners()) {
    return window.has_nan() ? nan_cell(window.taps) : pick(window.taps, pool.reduction);
  }
  if (window.has_nan() && pool.reduction != Reduction::weighted) return {static_cast<float>(kNan)};
  return {static_cast<float>(value_of(plane, window, pool, share))};
}

}  // namespace

Result<PoolOutput> ReferenceEngine::run(const Tensor& input, const LoweredPool& pool,
                                        const RunOptions& options) const {
  const Shape& in = input.shape();
  const Shape out = pool.output_shape(in);
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  const bool with_winners = options.winners && pool.has_winners();
  auto winners = Buffer<std::int64_t>::allocate(with_winners ? out.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());

  std::int64_t cell = 0;
  Window window;
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    const Plane plane{input.plane(p), in.h, in.w};
    const PlaneWindows& windows = pool.windows(p);
    POOLSCOPE_CHECK(static_cast<std::int64_t>(windows.rows.size()) == out.h &&
                    static_cast<std::int64_t>(windows.cols.size()) == out.w);
    for (const AxisWindow& row : windows.rows) {
      if (options.is_cancelled()) return failure("cancelled");
      for (const AxisWindow& col : windows.cols) {
        gather(plane, row, col, window);
        const Cell reduced = reduce(plane, window, pool, sampled_number(pool, p, row, col));
        (*values)[cell] = reduced.value;
        if (with_winners) (*winners)[cell] = reduced.winner;
        ++cell;
      }
    }
  }
  PoolOutput output{.values = Tensor(out, std::move(*values)), .engine = name()};
  if (with_winners) output.winners = Indices(out, std::move(*winners));
  return output;
}

Result<PoolOutput> ReferenceEngine::convolve(const Tensor& input, const Convolution& convolution,
                                             const RunOptions& options) const {
  auto values = convolved(input, convolution, options);
  if (!values) return tl::unexpected(values.error());
  return PoolOutput{.values = std::move(*values), .engine = name()};
}

Result<PoolOutput> ReferenceEngine::map(const Tensor& input, const Pointwise& pointwise,
                                        const RunOptions& options) const {
  auto values = mapped(input, pointwise, options);
  if (!values) return tl::unexpected(values.error());
  return PoolOutput{.values = std::move(*values), .engine = name()};
}

}  // namespace poolscope
