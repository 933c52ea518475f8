#include "core/analysis/agreement.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/engines/reference_engine.h"

namespace poolscope {
namespace {

bool is_exponential(Reduction reduction) {
  return reduction == Reduction::softmax || reduction == Reduction::log_sum_exp;
}

/// Each value, or 0 for one that is no number, made positive.
Result<Tensor> positive(const Tensor& input, bool finite_only) {
  auto sizes = Buffer<float>::allocate(input.shape().elements());
  if (!sizes) return tl::unexpected(sizes.error());
  for (std::int64_t i = 0; i < sizes->size(); ++i) {
    const float size = std::abs(input.data()[i]);
    (*sizes)[i] = finite_only && !std::isfinite(size) ? 0.0F : size;
  }
  return Tensor(input.shape(), std::move(*sizes));
}

/// The scale that the bounds are relative to: the reference on the magnitudes of the input and of
/// the weights; of a stochastic one the largest, of exponentials the largest finite one.
Result<Tensor> magnitudes(const Tensor& input, LoweredPool pool, const RunOptions& options) {
  for (float& weight : pool.weights) weight = std::abs(weight);
  const bool exponential = is_exponential(pool.reduction);
  if (exponential || pool.reduction == Reduction::stochastic) pool.reduction = Reduction::max;
  const auto sizes = positive(input, exponential);
  if (!sizes) return sizes;
  auto output = ReferenceEngine().run(*sizes, pool, options);
  if (!output) return tl::unexpected(output.error());
  return std::move(output->values);
}

Result<Tensor> magnitudes(const Tensor& input, Convolution convolution, const RunOptions& options) {
  for (float& weight : convolution.weights) weight = std::abs(weight);
  for (float& offset : convolution.offsets) offset = std::abs(offset);
  const auto sizes = positive(input, false);
  if (!sizes) return sizes;
  auto output = ReferenceEngine().convolve(*sizes, convolution, options);
  if (!output) return tl::unexpected(output.error());
  return std::move(output->values);
}

/// The most taps inside the input that a window has.
std::int64_t most_taps(const LoweredPool& pool, const Shape& input) {
  const auto longest = [](const std::vector<AxisWindow>& axis, std::int64_t size) {
    std::int64_t taps = 0;
    for (const AxisWindow& window : axis) taps = std::max(taps, std::min(window.count, size));
    return taps;
  };
  std::int64_t taps = 0;
  for (const PlaneWindows& windows : pool.planes) {
    taps = std::max(taps, longest(windows.rows, input.h) * longest(windows.cols, input.w));
  }
  return taps;
}

/// What a sum of the layer may be off, as a share of the magnitudes it sums.
double sum_bound(const Bounds& bounds, const LoweredLayer& layer, const Shape& input) {
  std::int64_t terms = 1;
  if (const auto* pool = std::get_if<LoweredPool>(&layer)) terms = most_taps(*pool, input);
  if (const auto* convolution = std::get_if<Convolution>(&layer)) {
    terms = convolution->taps() * convolution->channels + 1;
  }
  return std::max(bounds.sum, bounds.sum_per_tap * static_cast<double>(terms));
}

bool exponential_agrees(double got, double expected, double size, const Bounds& bounds) {
  if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) == std::isnan(expected);
  if (std::isinf(got) || std::isinf(expected)) return got == expected;
  return std::abs(got - expected) <= bounds.exponential * std::max(1.0, size);
}

bool mean_agrees(double got, double expected, double size, const Bounds& bounds) {
  if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) == std::isnan(expected);
  if (std::isinf(got) || std::isinf(expected)) return got == expected;
  return std::abs(got - expected) <=
         bounds.sum * std::abs(size) + std::numeric_limits<float>::denorm_min();
}

bool power_agrees(double got, double expected, double size, const LoweredPool& pool,
                  const Bounds& bounds) {
  const double allowed = bounds.power * std::pow(size, pool.exponent);
  const double before = std::pow(expected, pool.exponent);
  if (std::isnan(got) && std::isnan(expected)) return true;
  // A sum about zero may come out on either side of it: a root here, none there.
  if (std::isnan(got)) return std::abs(before) <= allowed;
  if (std::isnan(expected)) return std::pow(std::abs(got), pool.exponent) <= allowed;
  if (std::isinf(got) || std::isinf(expected)) return got == expected;
  return std::abs(got - expected) <= std::numeric_limits<float>::denorm_min() ||
         std::abs(std::pow(got, pool.exponent) - before) <= allowed;
}

bool value_agrees(double got, double expected, double size, const LoweredPool& pool,
                  const Bounds& bounds) {
  if (pool.reduction == Reduction::power) return power_agrees(got, expected, size, pool, bounds);
  if (is_exponential(pool.reduction)) return exponential_agrees(got, expected, size, bounds);
  return mean_agrees(got, expected, size, bounds);
}

bool function_agrees(double got, double expected, const Bounds& bounds) {
  if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) == std::isnan(expected);
  if (std::isinf(got) || std::isinf(expected)) return got == expected;
  return std::abs(got - expected) <= bounds.function * std::max(1.0, std::abs(expected));
}

double distance(float a, float b) {
  const double apart = std::abs(double{a} - double{b});
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

void note(Agreement& found, std::int64_t cell, const std::string& words) {
  if (found.differing++ == 0) found.first = words;
  if (found.places.size() < kMostPlaces) found.places.push_back(cell);
}

/// Winners have to be the same wherever values are.
void hold_winners(const PoolOutput& got, const PoolOutput& expected, Agreement& found) {
  if (got.winners.has_value() != expected.winners.has_value()) {
    found.same_form = false;
    found.first = "winners are given by one of the two only";
    return;
  }
  if (!got.winners) return;
  const auto mine = got.winners->values(), other = expected.winners->values();
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i] == other[i]) continue;
    ++found.other_bits;
    note(found, static_cast<std::int64_t>(i),
         fmt::format("winner of cell {} is {}, expected {}", i, mine[i], other[i]));
  }
}

/// Walks over the cells; `allowed(i)` says whether one whose bits differ is near enough.
template <class Allowed>
Agreement hold(const PoolOutput& got, const PoolOutput& expected, Allowed allowed) {
  Agreement found;
  if (got.values.shape() != expected.values.shape()) {
    found.same_form = false;
    found.first = "shapes differ";
    return found;
  }
  const auto mine = got.values.values(), other = expected.values.values();
  found.cells = static_cast<std::int64_t>(mine.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (same_bits(mine[i], other[i])) continue;
    ++found.other_bits;
    found.largest = std::max(found.largest, distance(mine[i], other[i]));
    if (allowed(i)) continue;
    note(found, static_cast<std::int64_t>(i),
         fmt::format("cell {} is {:.9g}, expected {:.9g}", i, mine[i], other[i]));
  }
  hold_winners(got, expected, found);
  return found;
}

}  // namespace

bool is_exact(const LoweredLayer& layer, const Bounds& bounds) {
  if (const auto* pool = std::get_if<LoweredPool>(&layer)) {
    return pool->has_winners() || pool->sampled;
  }
  if (std::holds_alternative<Pointwise>(layer)) return bounds.function == 0.0;
  return !std::holds_alternative<Convolution>(layer);
}

bool same_bits(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string bound_text(const LoweredLayer& layer, const Shape& input, const Bounds& bounds) {
  if (is_exact(layer, bounds)) return "the same bits";
  if (std::holds_alternative<Pointwise>(layer)) {
    return fmt::format("{:.1e} of |y|, or of 1", bounds.function);
  }
  const double share = sum_bound(bounds, layer, input);
  const auto* pool = std::get_if<LoweredPool>(&layer);
  if (pool == nullptr) return fmt::format("{:.1e} of the sum of |weight x|", share);
  if (pool->reduction == Reduction::power) {
    return fmt::format("{:.1e} of the sum of |x|^p before the root", bounds.power);
  }
  if (is_exponential(pool->reduction)) {
    return fmt::format("{:.1e} of the largest |x|, or of 1", bounds.exponential);
  }
  return fmt::format("{:.1e} of the sum of |x| / divisor", share);
}

Agreement bit_agreement(const PoolOutput& got, const PoolOutput& expected) {
  return hold(got, expected, [](std::size_t) { return false; });
}

Bounds between(const Bounds& a, const Bounds& b, const LoweredLayer& layer, const Shape& input) {
  return {.sum = sum_bound(a, layer, input) + sum_bound(b, layer, input),
          .power = a.power + b.power,
          .exponential = a.exponential + b.exponential,
          .function = a.function + b.function};
}

Result<Agreement> agreement(const TwoResults& results, const Bounds& given,
                            const RunOptions& options) {
  const auto& [got, expected, input, layer] = results;
  Agreement bits = bit_agreement(got, expected);
  if (is_exact(layer, given) || bits.bit_for_bit() || !bits.same_form) return bits;
  const auto mine = got.values.values(), other = expected.values.values();
  if (std::holds_alternative<Pointwise>(layer)) {
    return hold(got, expected,
                [&](std::size_t i) { return function_agrees(mine[i], other[i], given); });
  }
  const RunOptions quiet{.winners = false, .cancelled = options.cancelled};
  const auto* pool = std::get_if<LoweredPool>(&layer);
  const auto sizes = pool != nullptr ? magnitudes(input, *pool, quiet)
                                     : magnitudes(input, std::get<Convolution>(layer), quiet);
  if (!sizes) return tl::unexpected(sizes.error());
  Bounds bounds = given;
  bounds.sum = sum_bound(given, layer, input.shape());
  return hold(got, expected, [&](std::size_t i) {
    const double size = sizes->values()[i];
    return pool != nullptr ? value_agrees(mine[i], other[i], size, *pool, bounds)
                           : mean_agrees(mine[i], other[i], size, bounds);
  });
}

}  // namespace poolscope
