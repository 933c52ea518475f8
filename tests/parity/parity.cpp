#include "tests/parity/parity.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "core/engines/reference_engine.h"

namespace poolscope {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

float special_value(std::uint32_t dice, float plain) {
  switch (dice % 24) {
    case 0:
      return kNan;
    case 1:
      return kInf;
    case 2:
      return -kInf;
    case 3:
      return -0.0F;
    case 4:
      return 0.0F;
    case 5:
      return -kNan;
    default:
      return plain;
  }
}

float value_of(Fill fill, std::mt19937& random) {
  const auto dice = static_cast<std::uint32_t>(random());
  const float unit = static_cast<float>(random()) * 0x1p-32F;
  const float plain = 4.0F * unit - 2.0F;
  switch (fill) {
    case Fill::random:
      return plain;
    case Fill::special:
      return special_value(dice, plain);
    case Fill::zeros:
      return dice % 5 == 0 ? plain - 2.0F : dice % 2 == 0 ? -0.0F : 0.0F;
    case Fill::denormals:
      return static_cast<float>(static_cast<int>(dice % 2001) - 1000) * 1e-45F;
    case Fill::offset:
      return 1e6F + plain;
    case Fill::equal:
      return 0.1F;
    case Fill::minus_inf:
      return -kInf;
    case Fill::huge:
      return 1.6e38F * plain;
  }
  return 0.0F;
}

bool same_float(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Each value, or 0 for one that is no number, made positive.
Tensor positive(const Tensor& input, bool finite_only) {
  auto sizes = Buffer<float>::allocate(input.shape().elements());
  for (std::int64_t i = 0; i < sizes->size(); ++i) {
    const float size = std::abs(input.data()[i]);
    (*sizes)[i] = finite_only && !std::isfinite(size) ? 0.0F : size;
  }
  return Tensor(input.shape(), std::move(*sizes));
}

bool is_exponential(Reduction reduction) {
  return reduction == Reduction::softmax || reduction == Reduction::log_sum_exp;
}

/// The scale that the bounds are relative to: the reference on the magnitudes of the input and of
/// the weights; of a stochastic one the largest, of exponentials the largest finite one.
Tensor magnitudes(const Tensor& input, LoweredPool pool) {
  for (float& weight : pool.weights) weight = std::abs(weight);
  const bool exponential = is_exponential(pool.reduction);
  if (exponential || pool.reduction == Reduction::stochastic) pool.reduction = Reduction::max;
  return ReferenceEngine().run(positive(input, exponential), pool, {})->values;
}

/// The most taps inside the input that a window has.
std::int64_t most_taps(const Tensor& input, const LoweredPool& pool) {
  const auto longest = [](const std::vector<AxisWindow>& axis, std::int64_t size) {
    std::int64_t taps = 0;
    for (const AxisWindow& window : axis) taps = std::max(taps, std::min(window.count, size));
    return taps;
  };
  std::int64_t taps = 0;
  for (const PlaneWindows& windows : pool.planes) {
    taps = std::max(
        taps, longest(windows.rows, input.shape().h) * longest(windows.cols, input.shape().w));
  }
  return taps;
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

testing::AssertionResult winners_agree(const PoolOutput& got, const PoolOutput& expected) {
  if (got.winners.has_value() != expected.winners.has_value()) {
    return testing::AssertionFailure() << "winners are given by one of the two only";
  }
  if (!got.winners) return testing::AssertionSuccess();
  for (std::size_t i = 0; i < got.winners->values().size(); ++i) {
    if (got.winners->values()[i] != expected.winners->values()[i]) {
      return testing::AssertionFailure()
             << fmt::format("winner of cell {} is {}, expected {}", i, got.winners->values()[i],
                            expected.winners->values()[i]);
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace

Tensor filled(const Shape& shape, Fill fill, std::uint32_t seed) {
  std::mt19937 random(seed);
  auto values = Buffer<float>::allocate(shape.elements());
  for (float& value : values->span()) value = value_of(fill, random);
  return Tensor(shape, std::move(*values));
}

testing::AssertionResult same_bits(const PoolOutput& a, const PoolOutput& b) {
  if (a.values.shape() != b.values.shape()) return testing::AssertionFailure() << "shapes differ";
  for (std::size_t i = 0; i < a.values.values().size(); ++i) {
    const float x = a.values.values()[i];
    const float y = b.values.values()[i];
    if (!same_float(x, y)) {
      return testing::AssertionFailure() << fmt::format("cell {} is {}, expected {}", i, x, y);
    }
  }
  return winners_agree(a, b);
}

testing::AssertionResult agrees(const PoolOutput& got, const Tensor& input, const LoweredPool& pool,
                                const Bounds& given) {
  const PoolOutput expected =
      *ReferenceEngine().run(input, pool, {.winners = got.winners.has_value()});
  if (pool.has_winners() || pool.sampled) return same_bits(got, expected);
  if (got.values.shape() != expected.values.shape()) {
    return testing::AssertionFailure() << "shapes differ";
  }
  const Tensor sizes = magnitudes(input, pool);
  Bounds bounds = given;
  bounds.sum = std::max(given.sum, given.sum_per_tap * static_cast<double>(most_taps(input, pool)));
  for (std::size_t i = 0; i < got.values.values().size(); ++i) {
    const float x = got.values.values()[i];
    const float y = expected.values.values()[i];
    const float size = sizes.values()[i];
    const bool good = value_agrees(x, y, size, pool, bounds);
    if (!good) {
      return testing::AssertionFailure()
             << fmt::format("cell {} is {:.9g}, expected {:.9g} (size {:.9g})", i, x, y, size);
    }
  }
  return winners_agree(got, expected);
}

}  // namespace poolscope
