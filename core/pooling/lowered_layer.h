#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/pooling/lowered_pool.h"

namespace poolscope {

/// Pools that run one after the other, each on what the one before gave.
struct PoolChain {
  std::vector<LoweredPool> pools;
  bool operator==(const PoolChain&) const = default;
};

/// Pools that run on the same input; their cells, row by row, follow one another in one row.
struct PoolPyramid {
  std::vector<LoweredPool> pools;
  bool operator==(const PoolPyramid&) const = default;
};

/// Puts each value of the input at the winner it came from, in planes of height x width; the other
/// cells are 0. A winner counts the cells of such a plane as y*width + x, as PyTorch does.
struct Unpool {
  std::int64_t height = 1, width = 1;
  bool operator==(const Unpool&) const = default;
};

/// Averages (or takes the maximum of) values interpolated at the points of a regular grid in each
/// of rows x cols bins of a rectangle. Source: He et al. 2017 (Mask R-CNN); ONNX RoiAlign-16.
struct RoiSampling {
  std::int64_t rows = 1, cols = 1;
  double top = 0.0, left = 0.0;  ///< Of the rectangle, in cells; a cell's centre lies on integers.
  double bin_height = 1.0, bin_width = 1.0;
  std::int64_t points_y = 1, points_x = 1;  ///< In each bin.
  bool max = false;
  bool operator==(const RoiSampling&) const = default;
};

/// What a layer does to its input. Most are one pool; the others are made of pools, or are the two
/// operators that no lists of windows can say.
using LoweredLayer = std::variant<LoweredPool, PoolChain, PoolPyramid, Unpool, RoiSampling>;

/// The shape that a lowered layer gives.
Shape output_shape(const LoweredLayer& lowered, const Shape& input);

/// Whether its outputs come from one tap each, whose places can be asked for.
bool has_winners(const LoweredLayer& lowered);

/// The cells that each output depends on, where they are a rectangle and the layer is not one pool:
/// a chain's, and those around the points of a RoI sampling.
std::optional<PlaneWindows> footprint(const LoweredLayer& lowered, const Shape& input);

/// The pools that make up a lowered layer, in order; none for the two operators without windows.
std::span<const LoweredPool> pools_of(const LoweredLayer& lowered);

}  // namespace poolscope
