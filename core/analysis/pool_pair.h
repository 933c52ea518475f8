#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/pooling/axis_windows.h"
#include "core/pooling/lowered_pool.h"

namespace poolscope {

/// Why two pools may give different numbers at a cell.
enum class Cause {
  taps,     ///< They read other cells of the input.
  divisor,  ///< They read the same ones, and divide their sum by another number.
  formula,  ///< They reckon otherwise: |x| instead of x.
};

/// Two pools on the same input, cell by cell: what they read and divide by, before any value is
/// known. A cell without a cause has the same value in both, whatever the input holds.
class PoolPair {
 public:
  /// Shape: that of the input.
  PoolPair(LoweredPool a, LoweredPool b, const Shape& input);

  /// Both have as many rows and columns of output.
  bool same_shape() const { return same_shape_; }
  /// Why output cell (row, col) may differ; empty where it cannot. Needs the same shape.
  std::optional<Cause> cause(std::int64_t row, std::int64_t col) const;
  /// No cell can differ.
  bool equivalent() const;

 private:
  bool same_divisor(std::int64_t row, std::int64_t col) const;

  LoweredPool a_, b_;
  bool same_shape_ = false;
  bool same_formula_ = false;
  std::vector<std::uint8_t> row_taps_, col_taps_;  ///< 1 where both windows read the same cells.
};

/// The cells of the input that the windows of output cell (row, col) read, along both axes.
struct CellTaps {
  TapRange rows, cols;

  std::int64_t count() const { return (rows.end - rows.first) * (cols.end - cols.first); }
};
CellTaps taps_of(const LoweredPool& pool, const Shape& input, std::int64_t row, std::int64_t col);

}  // namespace poolscope
