#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/composition.h"
#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// No map has more cells, its channels together.
constexpr std::size_t kMostCells = std::size_t{1} << 20;

using Axis = std::vector<std::int64_t>;

/// Where `cell` lies among the cells of an axis.
std::size_t place_of(const Axis& axis, std::int64_t cell) {
  return static_cast<std::size_t>(std::ranges::lower_bound(axis, cell) - axis.begin());
}

/// The cell that tap k reads, or -1.
std::int64_t read_by(const AxisWindow& window, std::int64_t k, std::int64_t size, Border border) {
  const std::int64_t tap =
      border == Border::reflect ? reflected(window.tap(k), size) : window.tap(k);
  return tap >= 0 && tap < size ? tap : -1;
}

Axis cells_read(const std::vector<AxisWindow>& windows, const Axis& cells, std::int64_t size,
                Border border) {
  Axis read;
  for (const std::int64_t cell : cells) {
    const AxisWindow& window = windows[static_cast<std::size_t>(cell)];
    for (std::int64_t k = 0; k < window.count; ++k) {
      const std::int64_t tap = read_by(window, k, size, border);
      if (tap >= 0) read.push_back(tap);
    }
  }
  std::ranges::sort(read);
  const auto [first, last] = std::ranges::unique(read);
  read.erase(first, last);
  return read;
}

/// One linear step: the windows, and what a tap weighs.
struct LinearStep {
  const PlaneWindows& windows;
  Shape input;
  Border border;
};

/// A map of zeros over what the step reads of `map`. Errors: too many cells.
Result<WeightMap> zeros_before(const LinearStep& step, const WeightMap& map,
                               std::string_view name) {
  WeightMap before;
  before.channels = step.input.c;
  before.cells = {cells_read(step.windows.rows, map.cells.rows, step.input.h, step.border),
                  cells_read(step.windows.cols, map.cells.cols, step.input.w, step.border)};
  const std::size_t rows = before.cells.rows.size(), cols = before.cells.cols.size();
  const auto channels = static_cast<std::size_t>(step.input.c);
  if (rows * cols > kMostCells / channels) {
    return failure(fmt::format("{}: {}x{} cells of {} channels are too many to draw", name, rows,
                               cols, channels));
  }
  before.weights.assign(channels * rows * cols, 0.0);
  return before;
}

/// Which channel of the output is sent to which of the input.
struct Channels {
  std::int64_t from, to;
};

/// Sends the weights of one channel back to one channel before; `weigh(row window, col window, k,
/// l)` is what tap (k, l) weighs.
template <class Weigh>
void send_back(const LinearStep& step, const WeightMap& map, WeightMap& before, Channels channels,
               Weigh weigh) {
  const Axis &rows = before.cells.rows, &cols = before.cells.cols;
  double* const plane =
      before.weights.data() + static_cast<std::size_t>(channels.to) * rows.size() * cols.size();
  for (std::size_t i = 0; i < map.cells.rows.size(); ++i) {
    const AxisWindow& row = step.windows.rows[static_cast<std::size_t>(map.cells.rows[i])];
    for (std::size_t j = 0; j < map.cells.cols.size(); ++j) {
      const double weight = map.at(channels.from, i, j);
      if (weight == 0.0) continue;
      const AxisWindow& col = step.windows.cols[static_cast<std::size_t>(map.cells.cols[j])];
      for (std::int64_t k = 0; k < row.count; ++k) {
        const std::int64_t y = read_by(row, k, step.input.h, step.border);
        if (y < 0) continue;
        for (std::int64_t l = 0; l < col.count; ++l) {
          const std::int64_t x = read_by(col, l, step.input.w, step.border);
          if (x < 0) continue;
          plane[place_of(rows, y) * cols.size() + place_of(cols, x)] +=
              weight * weigh(row, col, k, l);
        }
      }
    }
  }
}

Result<WeightMap> before(const LoweredPool& pool, const WeightMap& map, const Shape& input,
                         std::string_view name) {
  const bool weighted = pool.reduction == Reduction::weighted;
  if ((!weighted && pool.reduction != Reduction::mean) || pool.planes.size() != 1) {
    return failure(
        fmt::format("{} is not a fixed weighted sum: how much a cell counts depends on "
                    "the values",
                    name));
  }
  const LinearStep step{pool.planes.front(), input, pool.border};
  auto found = zeros_before(step, map, name);
  if (!found) return found;
  for (std::int64_t channel = 0; channel < map.channels; ++channel) {
    send_back(step, map, *found, {channel, channel},
              [&](const AxisWindow& row, const AxisWindow& col, std::int64_t k, std::int64_t l) {
                if (!weighted) return 1.0 / static_cast<double>(pool.divisor(row, col));
                return double{pool.weights[static_cast<std::size_t>(k * col.count + l)]};
              });
  }
  return found;
}

Result<WeightMap> before(const Convolution& convolution, const WeightMap& map, const Shape& input,
                         std::string_view name) {
  const LinearStep step{convolution.windows, input, Border::zero};
  auto found = zeros_before(step, map, name);
  if (!found) return found;
  for (std::int64_t out = 0; out < map.channels; ++out) {
    for (std::int64_t c = 0; c < convolution.channels; ++c) {
      const auto kernel = convolution.kernel(out, c);
      send_back(step, map, *found, {out, convolution.first_channel(out) + c},
                [&](const AxisWindow&, const AxisWindow& col, std::int64_t k, std::int64_t l) {
                  return double{kernel[static_cast<std::size_t>(k * col.count + l)]};
                });
    }
  }
  return found;
}

Result<WeightMap> before(const Pointwise& pointwise, WeightMap map, const Shape&,
                         std::string_view name) {
  if (pointwise.function != PointwiseFunction::affine) {
    return failure(
        fmt::format("{} is not linear: how much a cell counts depends on the values", name));
  }
  const std::size_t plane = map.cells.rows.size() * map.cells.cols.size();
  for (std::size_t i = 0; i < map.weights.size(); ++i) map.weights[i] *= pointwise.scale[i / plane];
  return map;
}

Result<WeightMap> before(const PoolChain& chain, const WeightMap& map, Shape input,
                         std::string_view name) {
  std::vector<Shape> shapes{input};
  for (const LoweredPool& pool : chain.pools) shapes.push_back(pool.output_shape(shapes.back()));
  Result<WeightMap> flowing = map;
  for (std::size_t i = chain.pools.size(); i-- > 0 && flowing;) {
    flowing = before(chain.pools[i], *flowing, shapes[i], name);
  }
  return flowing;
}

template <class Other>
Result<WeightMap> before(const Other&, const WeightMap&, const Shape&, std::string_view name) {
  return failure(fmt::format("{} has no fixed weights", name));
}

}  // namespace

Result<WeightMap> weight_map(const Pipeline& pipeline, std::span<const StagePlan> stages,
                             const StageCell& cell) {
  WeightMap map;
  map.cells = {{cell.row}, {cell.col}};
  map.channels = stages[cell.stage].shape.c;
  map.weights.assign(static_cast<std::size_t>(map.channels), 0.0);
  map.weights[static_cast<std::size_t>(cell.channel)] = 1.0;
  for (std::size_t i = cell.stage; i > 0; --i) {
    const StagePlan& stage = stages[i];
    if (!stage.lowered) continue;
    const std::string name = fmt::format("layer {}, {}", i, pipeline[i - 1].layer.kind->name);
    if (stage.input_shape != stages[i - 1].shape) {
      return failure(fmt::format("{} reads the axes in another order", name));
    }
    auto flowing =
        std::visit([&](const auto& work) { return before(work, map, stage.input_shape, name); },
                   *stage.lowered);
    if (!flowing) return flowing;
    map = std::move(*flowing);
  }
  return map;
}

}  // namespace poolscope
