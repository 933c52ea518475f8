#include "core/pooling/lowered_layer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope {
namespace {

Shape shape_of(const LoweredPool& pool, const Shape& input) { return pool.output_shape(input); }

Shape shape_of(const PoolChain& chain, Shape shape) {
  for (const LoweredPool& pool : chain.pools) shape = pool.output_shape(shape);
  return shape;
}

Shape shape_of(const PoolPyramid& pyramid, const Shape& input) {
  Shape shape{input.n, input.c, 1, 0};
  for (const LoweredPool& pool : pyramid.pools) shape.w += pool.output_shape(input).plane_size();
  return shape;
}

Shape shape_of(const Unpool& unpool, const Shape& input) {
  return {input.n, input.c, unpool.height, unpool.width};
}

Shape shape_of(const RoiSampling& roi, const Shape& input) {
  return {input.n, input.c, roi.rows, roi.cols};
}

Shape shape_of(const Convolution& convolution, const Shape& input) {
  const PlaneWindows& windows = convolution.windows;
  return {input.n, convolution.out_channels, static_cast<std::int64_t>(windows.rows.size()),
          static_cast<std::int64_t>(windows.cols.size())};
}

Shape shape_of(const Pointwise&, const Shape& input) { return input; }

/// The cells from `first` to `last`, both inside.
AxisWindow run_of(std::int64_t first, std::int64_t last) { return {first, last - first + 1}; }

/// What the windows `after` read of an axis that the windows `before` gave.
std::vector<AxisWindow> composed(const std::vector<AxisWindow>& before,
                                 const std::vector<AxisWindow>& after, Border border) {
  const auto size = static_cast<std::int64_t>(before.size());
  std::vector<AxisWindow> windows;
  for (const AxisWindow& window : after) {
    std::int64_t low = size - 1, high = 0;
    for (std::int64_t k = 0; k < window.count; ++k) {
      const std::int64_t tap =
          border == Border::reflect ? reflected(window.tap(k), size) : window.tap(k);
      low = std::clamp<std::int64_t>(tap, 0, low);
      high = std::clamp<std::int64_t>(tap, high, size - 1);
    }
    windows.push_back(run_of(before[static_cast<std::size_t>(low)].begin,
                             before[static_cast<std::size_t>(high)].last()));
  }
  return windows;
}

PlaneWindows footprint_of(const PoolChain& chain) {
  PlaneWindows windows = chain.pools.front().planes.front();
  for (std::size_t i = 1; i < chain.pools.size(); ++i) {
    const LoweredPool& pool = chain.pools[i];
    windows = {composed(windows.rows, pool.planes.front().rows, pool.border),
               composed(windows.cols, pool.planes.front().cols, pool.border)};
  }
  return windows;
}

/// The cells between which the points of each bin lie.
std::vector<AxisWindow> sampled_cells(double begin, double bin, std::int64_t bins,
                                      std::array<std::int64_t, 2> points_and_size) {
  const auto [points, size] = points_and_size;
  const double step = bin / static_cast<double>(points);
  const auto cell = [size = size](double place) {
    return static_cast<std::int64_t>(std::clamp(place, 0.0, static_cast<double>(size - 1)));
  };
  std::vector<AxisWindow> windows;
  for (std::int64_t i = 0; i < bins; ++i) {
    const double first = begin + static_cast<double>(i) * bin + step / 2.0;
    windows.push_back(run_of(cell(std::floor(first)), cell(std::ceil(first + bin - step))));
  }
  return windows;
}

PlaneWindows footprint_of(const RoiSampling& roi, const Shape& input) {
  return {sampled_cells(roi.top, roi.bin_height, roi.rows, {roi.points_y, input.h}),
          sampled_cells(roi.left, roi.bin_width, roi.cols, {roi.points_x, input.w})};
}

std::vector<AxisWindow> single_cells(std::int64_t size) {
  std::vector<AxisWindow> windows(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) windows[static_cast<std::size_t>(i)].begin = i;
  return windows;
}

}  // namespace

std::optional<PlaneWindows> footprint(const LoweredLayer& lowered, const Shape& input) {
  if (const auto* chain = std::get_if<PoolChain>(&lowered)) return footprint_of(*chain);
  if (const auto* roi = std::get_if<RoiSampling>(&lowered)) return footprint_of(*roi, input);
  if (const auto* convolution = std::get_if<Convolution>(&lowered)) return convolution->windows;
  if (std::holds_alternative<Pointwise>(lowered)) {
    return PlaneWindows{single_cells(input.h), single_cells(input.w)};
  }
  return {};
}

Shape output_shape(const LoweredLayer& lowered, const Shape& input) {
  return std::visit([&](const auto& work) { return shape_of(work, input); }, lowered);
}

bool has_winners(const LoweredLayer& lowered) {
  if (const auto* pool = std::get_if<LoweredPool>(&lowered)) return pool->has_winners();
  return std::holds_alternative<PoolPyramid>(lowered);
}

std::span<const LoweredPool> pools_of(const LoweredLayer& lowered) {
  if (const auto* pool = std::get_if<LoweredPool>(&lowered)) return {pool, 1};
  if (const auto* chain = std::get_if<PoolChain>(&lowered)) return chain->pools;
  if (const auto* pyramid = std::get_if<PoolPyramid>(&lowered)) return pyramid->pools;
  return {};
}

}  // namespace poolscope
