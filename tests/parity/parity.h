#pragma once

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "core/engines/engine.h"

namespace poolscope {

/// What a test input is filled with.
enum class Fill {
  random,     ///< Normal values with both signs.
  special,    ///< Random values strewn with NaN, infinities and zeros of both signs.
  zeros,      ///< Nothing but -0, +0 and a few values below them.
  denormals,  ///< Values far below the smallest normal number.
  offset,     ///< 1e6 and noise.
  equal,      ///< One value.
  minus_inf,  ///< Nothing but -inf.
  huge,       ///< Values whose sums leave float.
};
inline constexpr int kFills = 8;

Tensor filled(const Shape& shape, Fill fill, std::uint32_t seed);

/// How much further than in semantics.md a result may lie from the reference: 1 for our engines;
/// for a witness that sums in order, its own factors.
struct Bounds {
  double sum = 1e-6;          ///< Of sum |x| / divisor; of a mixed or weighted sum, alike.
  double sum_per_tap = 0.0;   ///< The same, times the taps of a window; the larger of both counts.
  double power = 1e-5;        ///< Of sum |x|^p, before the root.
  double exponential = 1e-5;  ///< Of max(1, max |x|): softmax, log-sum-exp.
};

/// Those of LibTorch, which adds floats, one tap after another.
inline constexpr Bounds kLibTorchBounds{.sum = 1.2e-7, .sum_per_tap = 6e-8};

/// Success where `got` is within semantics.md's bounds of the reference: bit for bit for max, min,
/// median, drawn taps and winners (any NaN equals any NaN, the sign of zero counts).
testing::AssertionResult agrees(const PoolOutput& got, const Tensor& input, const LoweredPool& pool,
                                const Bounds& bounds = {});

/// Success where all bits are the same (any NaN equals any NaN).
testing::AssertionResult same_bits(const PoolOutput& a, const PoolOutput& b);

}  // namespace poolscope
