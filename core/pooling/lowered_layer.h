#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/pooling/lowered_pool.h"
#include "core/pooling/pointwise.h"

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

/// Sums of weighted taps over the channels of a group: output channel k reads the channels of group
/// k / (out_channels / groups). Taps outside the input add 0. Source: torch.nn.functional.conv2d.
struct Convolution {
  PlaneWindows windows;  ///< Of every plane.
  std::int64_t out_channels = 1, groups = 1;
  std::int64_t channels = 1;        ///< Of the input, that one kernel reads: those of its group.
  std::vector<float> weights;       ///< out_channels x channels x rows x columns of the window.
  std::vector<float> offsets = {};  ///< The bias: one an output channel, or none.

  std::int64_t taps() const { return windows.rows.front().count * windows.cols.front().count; }
  /// The first of the input's channels that output channel `out` reads.
  std::int64_t first_channel(std::int64_t out) const {
    return out / (out_channels / groups) * channels;
  }
  /// The weights with which `out` reads the `channel`-th of its channels.
  std::span<const float> kernel(std::int64_t out, std::int64_t channel) const {
    return std::span(weights).subspan(static_cast<std::size_t>((out * channels + channel) * taps()),
                                      static_cast<std::size_t>(taps()));
  }
  float offset(std::int64_t out) const {
    return offsets.empty() ? 0.0F : offsets[static_cast<std::size_t>(out)];
  }
  bool operator==(const Convolution&) const = default;
};

/// What a layer does to its input. Most are one pool; the others are made of pools, or are the
/// operators that no lists of windows can say, or stand beside pools in a network.
using LoweredLayer =
    std::variant<LoweredPool, PoolChain, PoolPyramid, Unpool, RoiSampling, Convolution, Pointwise>;

/// The shape that a lowered layer gives.
Shape output_shape(const LoweredLayer& lowered, const Shape& input);

/// Whether its outputs come from one tap each, whose places can be asked for.
bool has_winners(const LoweredLayer& lowered);

/// The cells that each output depends on, where they are a rectangle and the layer is not one pool:
/// a chain's, those around the points of a RoI sampling, a convolution's windows, and single cells.
std::optional<PlaneWindows> footprint(const LoweredLayer& lowered, const Shape& input);

/// The pools that make up a lowered layer, in order; none for the operators that are not pools.
std::span<const LoweredPool> pools_of(const LoweredLayer& lowered);

}  // namespace poolscope
