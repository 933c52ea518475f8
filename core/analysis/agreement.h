#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/engines/engine.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// How far a result may lie from the reference, which sums in double: those of our own engines.
/// Source: design/semantics.md, section "Values".
struct Bounds {
  double sum = 1e-6;          ///< Of sum |x| / divisor; of a mixed or weighted sum, alike.
  double sum_per_tap = 0.0;   ///< The same, times the taps of a window; the larger of both counts.
  double power = 1e-5;        ///< Of sum |x|^p, before the root.
  double exponential = 1e-5;  ///< Of max(1, max |x|): softmax, log-sum-exp.
  double function = 0.0;      ///< Of max(1, |y|): a layer that maps each value by itself.
};

/// Those of LibTorch, which adds floats, one tap after another.
inline constexpr Bounds kLibTorchBounds{.sum = 1.2e-7, .sum_per_tap = 6e-8, .function = 2e-6};

/// Whether the layer's numbers have to be the reference's bit for bit: a maximum, minimum, median
/// or drawn tap is a cell of the input; what is no window at all is computed by the reference
/// alone.
bool is_exact(const LoweredLayer& layer, const Bounds& bounds);

/// What a layer's result may be off in words: `1.0e-06 of the sum of |x| / divisor`.
std::string bound_text(const LoweredLayer& layer, const Shape& input, const Bounds& bounds);

/// What may lie between two results that are each within bounds of the reference.
Bounds between(const Bounds& a, const Bounds& b, const LoweredLayer& layer, const Shape& input);

/// Whether two values are one: any NaN equals any NaN, the sign of zero counts.
bool same_bits(float a, float b);

/// How a result compares with another one, cell by cell.
struct Agreement {
  std::int64_t cells = 0;
  std::int64_t other_bits = 0;       ///< Cells whose bits differ.
  std::int64_t differing = 0;        ///< Cells further apart than is allowed.
  double largest = 0.0;              ///< The largest distance of all; inf where one is no number.
  std::vector<std::int64_t> places;  ///< The first of the differing cells (kMostPlaces at most).
  std::string first;                 ///< The first of them in words; empty for none.
  bool same_form = true;             ///< Same shape, and both have winners or neither.

  bool bit_for_bit() const { return same_form && other_bits == 0; }
  bool holds() const { return same_form && differing == 0; }
};
inline constexpr std::size_t kMostPlaces = 4096;

/// Two results of one layer on one input.
struct TwoResults {
  const PoolOutput& got;
  const PoolOutput& expected;
  const Tensor& input;
  const LoweredLayer& layer;
};

/// Holds `got` against `expected`, which has winners where `got` has them. Errors: memory,
/// `cancelled`.
Result<Agreement> agreement(const TwoResults& results, const Bounds& bounds,
                            const RunOptions& options = {});

/// Holds two results to the same bits.
Agreement bit_agreement(const PoolOutput& got, const PoolOutput& expected);

}  // namespace poolscope
