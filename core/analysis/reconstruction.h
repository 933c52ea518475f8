#pragma once

#include <array>
#include <string_view>

#include "core/analysis/pooled_plane.h"

namespace poolscope {

/// Ways to guess the input from the output alone.
enum class Rebuild {
  /// Each winner back in its cell and 0 elsewhere (PyTorch's MaxUnpool2d); where no single cell
  /// won, each cell gets the mean of the outputs whose windows read it, 0 where none does.
  unpool,
  nearest,  ///< Each cell gets the output whose window's centre is nearest; of two, the first.
  /// Between the four nearest centres; beyond the outermost ones their value. Windows that tile
  /// the input have their centres at half-pixel places: align_corners=False of the frameworks.
  bilinear,
};
inline constexpr std::array kRebuilds{Rebuild::unpool, Rebuild::nearest, Rebuild::bilinear};
std::string_view rebuild_name(Rebuild way);

/// The plane's input as its output lets it be guessed: 1 x 1 x H x W. The centre of a window is the
/// middle of its taps that lie inside the input, so padding and the overhang of ceil_mode move no
/// value. Sums in double. Errors: memory; outputs without windows (a pyramid: for nearest and
/// bilinear, and for unpool without winners).
Result<Tensor> rebuilt(const PooledPlane& plane, Rebuild way);

/// |a - b| cell by cell. Shape: both the same. Errors: memory.
Result<Tensor> absolute_difference(const Tensor& a, const Tensor& b);

}  // namespace poolscope
