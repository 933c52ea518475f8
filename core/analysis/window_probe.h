#pragma once

#include <cstdint>
#include <optional>

#include "core/engines/engine.h"

namespace poolscope {

/// A rectangle of output cells, rows [row_begin, row_end) x columns [col_begin, col_end).
struct CellRange {
  std::int64_t row_begin = 0, row_end = 0, col_begin = 0, col_end = 0;

  std::int64_t rows() const { return row_end - row_begin; }
  std::int64_t cols() const { return col_end - col_begin; }
  bool contains(std::int64_t row, std::int64_t col) const {
    return row >= row_begin && row < row_end && col >= col_begin && col < col_end;
  }
  bool operator==(const CellRange&) const = default;
};

/// The windows of some output cells of one plane, run again for themselves.
struct WindowBlock {
  CellRange range;
  Tensor values;                   ///< 1 x 1 x rows x cols
  std::optional<Indices> winners;  ///< y*W + x in the whole input plane, -1 for none.

  std::int64_t winner(std::int64_t row, std::int64_t col) const;
};

/// Runs only the windows of `range` on one plane (index n*C + c), with their winners where the
/// reduction has them. Cost: that of the cells those windows read.
Result<WindowBlock> probe_windows(const Engine& engine, const Tensor& input,
                                  const LoweredPool& pool, std::int64_t plane,
                                  const CellRange& range);

/// One window's taps, counted.
struct WindowFacts {
  AxisWindow row, col;
  std::int64_t taps = 0;    ///< All of them, inside or not.
  std::int64_t inside = 0;  ///< Those that lie in the input.
  std::int64_t ties = 0;    ///< Taps besides the winner that hold the winner's value.
  double sum = 0.0;         ///< Of the taps inside, in double.
};

/// Counts the taps of the window of output cell (row, col); `winner` as in WindowBlock, or -1.
WindowFacts window_facts(const Tensor& input, const LoweredPool& pool, std::int64_t plane,
                         std::int64_t row, std::int64_t col, std::int64_t winner);

}  // namespace poolscope
