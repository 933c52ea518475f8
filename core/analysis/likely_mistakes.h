#pragma once

#include <vector>

#include "core/analysis/window_taps.h"

namespace poolscope {

/// A way in which people arrive at a wrong value for a window.
enum class Mistake {
  largest,           ///< They took the largest cell.
  smallest,          ///< They took the smallest cell.
  average,           ///< They averaged the cells.
  sum,               ///< They added up the cells.
  middle,            ///< They took the middle cell in order of size, the lower one of two.
  all_taps_counted,  ///< A mean: they divided by the number of taps, padding and overhang included.
  inside_counted,    ///< A mean: they divided by the number of cells inside the input.
  no_root,           ///< A power: they stopped before the root.
  zero_from_padding,  ///< They let the padding compete as a 0.
  rounded,            ///< They rounded too early.
  swapped_axes,       ///< The value of the window with row and column exchanged.
  stride_forgotten,   ///< They moved the window by one cell a step.
  neighbour,          ///< The value of a window beside it.
};

/// What such a mistake gives.
struct MistakenValue {
  Mistake mistake;
  double value = 0.0;
  std::int64_t row = 0, col = 0;  ///< Of the window whose value it is, for a neighbour.
};

/// What the usual mistakes give for a window of a pool, likeliest first; `output` is the pool's
/// own. None of a window without a number inside.
std::vector<MistakenValue> mistaken_values(const LoweredPool& pool, const Tensor& input,
                                           const Tensor& output, const WindowPlace& place);

}  // namespace poolscope
