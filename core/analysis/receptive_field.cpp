#include "core/analysis/receptive_field.h"

#include <algorithm>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// Cells of one axis; the end is the first one that no longer belongs to it.
struct Span {
  std::int64_t begin = 0, end = 0;
};

Span rows_of(const CellRange& cells) { return {cells.row_begin, cells.row_end}; }
Span cols_of(const CellRange& cells) { return {cells.col_begin, cells.col_end}; }
CellRange cells_of(const Span& rows, const Span& cols) {
  return {rows.begin, rows.end, cols.begin, cols.end};
}

/// Rows and columns of a map; a map without them is one cell.
Pair plane_of(const std::vector<std::int64_t>& axes) {
  if (axes.size() < 3) return {1, 1};
  return {axes.size() == 3 ? 1 : axes[axes.size() - 2], axes.back()};
}

Span clipped(const Span& range, std::int64_t size) {
  return {std::clamp<std::int64_t>(range.begin, 0, size),
          std::clamp<std::int64_t>(range.end, 0, size)};
}

Span around(const Span& a, const Span& b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

/// One axis of a layer between the map that it reads and the one that it gives.
struct Axis {
  std::int64_t in, out, kernel, stride, padding, dilation;

  Span under(const Span& cells, LayerReach::Kind reach) const {
    const bool same = reach == LayerReach::Kind::cell && in == out;
    if (same) return cells;
    if (reach == LayerReach::Kind::window) {
      const std::int64_t last = (cells.end - 1) * stride - padding;
      return {cells.begin * stride - padding, last + dilation * (kernel - 1) + 1};
    }
    if (reach == LayerReach::Kind::adaptive) {
      return {cells.begin * in / out, (cells.end * in + out - 1) / out};
    }
    return {0, in};
  }
};

CellRange under_reach(const LayerReach& reach, const Pair& in, const Pair& out,
                      const CellRange& cells) {
  const Axis rows{in.h,           out.h,           reach.kernel_size.h,
                  reach.stride.h, reach.padding.h, reach.dilation.h};
  const Axis cols{in.w,           out.w,           reach.kernel_size.w,
                  reach.stride.w, reach.padding.w, reach.dilation.w};
  return cells_of(rows.under(rows_of(cells), reach.kind), cols.under(cols_of(cells), reach.kind));
}

/// The taps of the windows that lie in a range, one beside the other.
Span under_windows(const std::vector<AxisWindow>& windows, const Span& cells) {
  const AxisWindow& first = windows[static_cast<std::size_t>(cells.begin)];
  const AxisWindow& last = windows[static_cast<std::size_t>(cells.end - 1)];
  return {first.begin, last.last() + 1};
}

/// What our own layer reads; nothing where it does not say, or gives a map of another size.
std::optional<CellRange> under_layer(const Layer& layer, const Pair& in, const Pair& out,
                                     const CellRange& cells) {
  const Shape shape{1, 1, in.h, in.w};
  const auto lowered = lower_layer(layer, shape);
  if (!lowered) return std::nullopt;
  const Shape given = output_shape(*lowered, shape);
  if (given.h != out.h || given.w != out.w) return std::nullopt;
  const auto* const pool = std::get_if<LoweredPool>(&*lowered);
  const auto windows = pool ? std::optional(pool->planes.front()) : footprint(*lowered, shape);
  if (!windows) return std::nullopt;
  return cells_of(under_windows(windows->rows, rows_of(cells)),
                  under_windows(windows->cols, cols_of(cells)));
}

/// Goes from a map back to the input, the last layers first.
class Walk {
 public:
  Walk(const std::vector<ModelLayer>& layers, const ModelRun& run, const Pair& input)
      : layers_(layers), run_(run), input_(input), cells_(layers.size()) {}

  std::optional<CellRange> back_from(std::size_t layer, const CellRange& cells) {
    begin(layer, cells);
    for (std::size_t i = layers_.size(); i-- > 0;) {
      if (!cells_[i] || layers_[i].is_container) continue;
      for (const std::size_t input : layers_[i].inputs) {
        // A loop hands values to layers before it; its first pass says enough.
        if (input == kModelInput || input < i) add(input, under(i, plane(input), *cells_[i]));
      }
    }
    return found_;
  }

 private:
  /// A container's map is that of a layer inside it.
  void begin(std::size_t layer, const CellRange& cells) {
    if (!layers_[layer].is_container) return add(layer, cells);
    for (const std::size_t input : layers_[layer].inputs) add(input, cells);
  }

  Pair plane(std::size_t layer) const {
    return layer == kModelInput ? input_ : plane_of(run_.maps[layer].axes);
  }

  CellRange under(std::size_t layer, const Pair& in, const CellRange& cells) const {
    const Pair out = plane(layer);
    if (layers_[layer].layer) {
      if (const auto own = under_layer(*layers_[layer].layer, in, out, cells)) return *own;
    }
    return under_reach(layers_[layer].reach, in, out, cells);
  }

  void add(std::size_t layer, CellRange cells) {
    std::optional<CellRange>& place = layer == kModelInput ? found_ : cells_[layer];
    if (layer != kModelInput) {
      const Pair size = plane(layer);
      cells = cells_of(clipped(rows_of(cells), size.h), clipped(cols_of(cells), size.w));
      // A window that lies in the padding alone reads nothing.
      if (cells.rows() == 0 || cells.cols() == 0) return;
    }
    place = place ? cells_of(around(rows_of(*place), rows_of(cells)),
                             around(cols_of(*place), cols_of(cells)))
                  : cells;
  }

  const std::vector<ModelLayer>& layers_;
  const ModelRun& run_;
  Pair input_;
  std::vector<std::optional<CellRange>> cells_;
  std::optional<CellRange> found_;
};

}  // namespace

Result<CellRange> receptive_field(const std::vector<ModelLayer>& layers, const ModelRun& run,
                                  const std::vector<std::int64_t>& input_axes,
                                  const MapCell& cell) {
  const ModelLayer& layer = layers[cell.layer];
  if (!run.maps[cell.layer].ran) return failure(fmt::format("{} did not run", layer.name));
  const Pair size = plane_of(run.maps[cell.layer].axes);
  if (cell.y < 0 || cell.y >= size.h || cell.x < 0 || cell.x >= size.w) {
    return failure(fmt::format("{} has no cell {}, {}: its map is {}x{}", layer.name, cell.y,
                               cell.x, size.h, size.w));
  }
  const CellRange cells{cell.y, cell.y + 1, cell.x, cell.x + 1};
  const auto found = Walk(layers, run, plane_of(input_axes)).back_from(cell.layer, cells);
  if (!found) return failure(fmt::format("{} does not depend on the input", layer.name));
  return *found;
}

}  // namespace poolscope
