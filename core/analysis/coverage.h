#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/analysis/window_taps.h"
#include "core/base/result.h"
#include "core/pooling/lowered_pool.h"

namespace poolscope {

/// How many windows of one axis read each of its `size` cells. Under Border::reflect a window also
/// reads the cells that its taps outside are mirrored to; it counts once for each of them.
/// Cost: of the windows and the cells, not of their product.
std::vector<std::int64_t> axis_coverage(std::span<const AxisWindow> windows, std::int64_t size,
                                        Border border = Border::skip);

/// The windows of one axis of `size` cells that read `cell`, in order.
std::vector<std::int64_t> axis_readers(std::span<const AxisWindow> windows, std::int64_t cell,
                                       std::int64_t size, Border border = Border::skip);

/// How many windows read each cell of a plane: the product of what each axis counts.
struct Coverage {
  std::vector<std::int64_t> rows, cols;  ///< Windows of each axis, one number a row or column.

  std::int64_t at(std::int64_t row, std::int64_t col) const {
    return rows[static_cast<std::size_t>(row)] * cols[static_cast<std::size_t>(col)];
  }
};
Coverage coverage(const PlaneWindows& windows, const Shape& input, Border border = Border::skip);

/// A plane's cells, counted by how many windows read them.
struct CoverageCounts {
  std::int64_t cells = 0;
  std::int64_t dead = 0;    ///< Read by no window.
  std::int64_t shared = 0;  ///< Read by more than one: where windows overlap.
  std::int64_t most = 0;    ///< Windows that read one and the same cell.

  bool operator==(const CoverageCounts&) const = default;
};
CoverageCounts count_cells(const Coverage& coverage);

/// Coverage added up along each axis, so that what a rectangle of any size holds costs two
/// look-ups.
class CoverageSums {
 public:
  explicit CoverageSums(const Coverage& coverage);

  /// What the cells of a rectangle hold on average; cells cut by an edge count in part.
  struct Mean {
    double windows = 0.0;  ///< That read a cell.
    double dead = 0.0;     ///< Share of cells that no window reads.
    double shared = 0.0;   ///< Share of cells that more than one reads.
  };
  /// Rows [y0, y1) and columns [x0, x1), not empty and inside the plane.
  Mean mean(double y0, double y1, double x0, double x1) const;

 private:
  /// Of the lines before each one: windows, lines read, and lines read once.
  struct Sums {
    std::vector<double> windows, read, once;
  };
  static Sums sums_of(const std::vector<std::int64_t>& counts);

  Sums rows_, cols_;
};

/// What a window's value owes to one cell that it reads.
struct CellShare {
  double part = 0.0;
  bool tied = false;  ///< The cell holds the winning value, and another one won.
};

/// A window that reads a cell, by its output row and column.
struct CellReading {
  std::int64_t row = 0, col = 0;
  CellShare share;
};

/// The windows that read one cell.
struct CellCensus {
  std::int64_t windows = 0;           ///< All of them.
  std::vector<CellReading> readings;  ///< The first ones, in row-major order.
};

/// An input cell: plane n*C + c, row and column.
struct InputCell {
  std::int64_t plane = 0, row = 0, col = 0;
  bool operator==(const InputCell&) const = default;
};

/// Who reads `cell`, and its share in each of the first `most` of them. The share is, by reduction:
/// max, min, median: 1 for the winner, else 0; mean: 1 / divisor; weighted: the tap's weight;
/// power: its part of the sum of powers; softmax and log_sum_exp: its part of the sum of
/// exponentials (not the derivative of a softmax, which also depends on the other values);
/// stochastic: the chance that it is drawn, or 1 for the cell drawn; mixed: alpha for the winner
/// plus (1 - alpha) / divisor. Of a sum of 0 nobody has a part: NaN. A cell that mirrored taps read
/// again has the shares of all of them. `cancelled` ends it early. Errors: memory.
Result<CellCensus> census(const LoweredPool& pool, const Tensor& input, const InputCell& cell,
                          std::int64_t most, const std::atomic<bool>& cancelled);

}  // namespace poolscope
