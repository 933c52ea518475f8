#pragma once

#include <span>

#include "core/engines/cpu_line.h"
#include "core/engines/cpu_sliding.h"

namespace poolscope::cpu {

/// Most rows of a window that are joined directly.
inline constexpr std::int64_t kMostDirectRows = 512;

/// Most rows that a scan takes at a time.
inline constexpr int kMostRowsAtOnce = 4;

/// How the rows of a window become one line.
enum class Down {
  direct,  ///< All of them are joined, for each window anew.
  scan,    ///< Of even windows side by side: from blocks' ends and beginnings, see scan_rows().
};

/// A rectangle of outputs of one plane, whose windows' rows are joined before their columns.
struct ColumnTile {
  const float* plane = nullptr;
  std::int64_t height = 0, width = 0;
  std::span<const AxisWindow> rows = {}, cols = {};  ///< Of this tile alone.
  /// Where the columns are even; else each window along the line is read by itself.
  const LinePlan* line = nullptr;
  Down down = Down::direct;
  int rows_at_once = kMostRowsAtOnce;  ///< Of a scan; sums of fewer are rounded less often.
  std::int64_t anchor = 0;  ///< First row of the plane's first window; blocks begin there.
  Reduction reduction = Reduction::max;
  float* values = nullptr;
  std::int64_t pitch = 0;  ///< From one output row to the next.
  bool stream = false;     ///< Whether to write past the caches.
  TileDivisors divisors = {};
  std::byte* scratch = nullptr;  ///< column_scratch_bytes(), aligned to 128.
};

/// The cells of a line that the columns of a tile read: [begin, end), of which [first, last) lie
/// inside the input.
struct LineRange {
  explicit LineRange(const ColumnTile& tile);
  std::int64_t begin, end, first, last;
};

std::int64_t column_scratch_bytes(const ColumnTile& tile);
/// Whether this machine's kernels double windows within registers, as a line_plan() may ask for.
bool doubles_cells();

/// Maxima or minima.
void extreme_columns(const ColumnTile& tile);
/// Means with float sums (down a scan, double from one few rows to the next); false when a result
/// is not finite, which a sum in double might be.
bool mean_columns(const ColumnTile& tile);

}  // namespace poolscope::cpu
