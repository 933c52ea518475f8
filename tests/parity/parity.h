#pragma once

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "core/analysis/agreement.h"

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

/// Success where the agreement holds; its first difference otherwise.
testing::AssertionResult result_of(const Agreement& found);

/// Success where `got` is within semantics.md's bounds of the reference: bit for bit for max, min,
/// median, drawn taps and winners (any NaN equals any NaN, the sign of zero counts).
testing::AssertionResult agrees(const PoolOutput& got, const Tensor& input, const LoweredPool& pool,
                                const Bounds& bounds = {});

/// Success where all bits are the same (any NaN equals any NaN).
testing::AssertionResult same_bits(const PoolOutput& a, const PoolOutput& b);

}  // namespace poolscope
