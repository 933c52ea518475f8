#include "core/analysis/window_probe.h"

#include <algorithm>
#include <cstring>

#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// The cells of one axis that any of `windows` reads.
struct Extent {
  std::int64_t begin = 0, end = 0;
};

Extent extent_of(const std::vector<AxisWindow>& windows, std::int64_t begin, std::int64_t end,
                 std::int64_t size) {
  Extent extent{size, 0};
  for (std::int64_t i = begin; i < end; ++i) {
    const AxisWindow& window = windows[static_cast<std::size_t>(i)];
    extent.begin = std::min(extent.begin, std::clamp<std::int64_t>(window.begin, 0, size));
    extent.end = std::max(extent.end, std::clamp<std::int64_t>(window.last() + 1, 0, size));
    // What a tap outside would read under reflection, whether or not it is reflected.
    if (window.begin < 0) extent.end = std::max(extent.end, std::min(1 - window.begin, size));
    if (window.last() >= size) {
      extent.begin =
          std::min(extent.begin, std::max<std::int64_t>(2 * size - 2 - window.last(), 0));
    }
  }
  // An engine needs at least one cell, also where all taps lie in the padding.
  extent.begin = std::min(extent.begin, size - 1);
  extent.end = std::max(extent.end, extent.begin + 1);
  return extent;
}

/// Windows [begin, end) in the coordinates of a crop that starts at `origin`. A tap outside the
/// input stays outside the crop: the crop reaches to each border that a window crosses.
std::vector<AxisWindow> shifted(const std::vector<AxisWindow>& windows, std::int64_t begin,
                                std::int64_t end, std::int64_t origin) {
  std::vector<AxisWindow> part(windows.begin() + begin, windows.begin() + end);
  for (AxisWindow& window : part) window.begin -= origin;
  return part;
}

Result<Tensor> cropped(const Tensor& input, std::int64_t plane, const Extent& rows,
                       const Extent& cols) {
  const Shape shape{1, 1, rows.end - rows.begin, cols.end - cols.begin};
  auto buffer = Buffer<float>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  const float* source = input.plane(plane).data();
  for (std::int64_t y = 0; y < shape.h; ++y) {
    std::memcpy(buffer->data() + y * shape.w,
                source + (rows.begin + y) * input.shape().w + cols.begin,
                static_cast<std::size_t>(shape.w) * sizeof(float));
  }
  return Tensor(shape, std::move(*buffer));
}

/// Winners in the crop's coordinates, as they are in the whole plane.
Result<Indices> in_whole_plane(const Indices& winners, std::int64_t crop_width, std::int64_t width,
                               const Extent& rows, const Extent& cols) {
  auto buffer = Buffer<std::int64_t>::allocate(winners.shape().elements());
  if (!buffer) return tl::unexpected(buffer.error());
  for (std::int64_t i = 0; i < buffer->size(); ++i) {
    const std::int64_t index = winners.data()[i];
    (*buffer)[i] =
        index < 0 ? -1
                  : (rows.begin + index / crop_width) * width + cols.begin + index % crop_width;
  }
  return Indices(winners.shape(), std::move(*buffer));
}

}  // namespace

std::int64_t WindowBlock::winner(std::int64_t row, std::int64_t col) const {
  if (!winners || !range.contains(row, col)) return -1;
  return winners->at(0, 0, row - range.row_begin, col - range.col_begin);
}

Result<WindowBlock> probe_windows(const Engine& engine, const Tensor& input,
                                  const LoweredPool& pool, std::int64_t plane,
                                  const CellRange& range) {
  const PlaneWindows& windows = pool.windows(plane);
  const Extent rows = extent_of(windows.rows, range.row_begin, range.row_end, input.shape().h);
  const Extent cols = extent_of(windows.cols, range.col_begin, range.col_end, input.shape().w);
  auto crop = cropped(input, plane, rows, cols);
  if (!crop) return tl::unexpected(crop.error());

  LoweredPool part = pool;
  part.planes = {{shifted(windows.rows, range.row_begin, range.row_end, rows.begin),
                  shifted(windows.cols, range.col_begin, range.col_end, cols.begin)}};
  part.origin.plane += plane;
  part.origin.row += rows.begin;
  part.origin.col += cols.begin;
  auto output = engine.run(*crop, part, {.winners = pool.has_winners()});
  if (!output) return tl::unexpected(output.error());
  WindowBlock block{range, output->values, {}};
  if (output->winners) {
    auto winners = in_whole_plane(*output->winners, crop->shape().w, input.shape().w, rows, cols);
    if (!winners) return tl::unexpected(winners.error());
    block.winners = std::move(*winners);
  }
  return block;
}

WindowFacts window_facts(const Tensor& input, const LoweredPool& pool, std::int64_t plane,
                         std::int64_t row, std::int64_t col, std::int64_t winner) {
  const PlaneWindows& windows = pool.windows(plane);
  WindowFacts facts{windows.rows[static_cast<std::size_t>(row)],
                    windows.cols[static_cast<std::size_t>(col)]};
  const auto values = input.plane(plane);
  const Shape& shape = input.shape();
  facts.taps = facts.row.count * facts.col.count;
  const TapRange rows = taps_inside(facts.row, shape.h), cols = taps_inside(facts.col, shape.w);
  for (std::int64_t r = rows.first; r < rows.end; ++r) {
    const std::int64_t y = facts.row.tap(r);
    for (std::int64_t c = cols.first; c < cols.end; ++c) {
      const std::int64_t x = facts.col.tap(c);
      const float value = values[static_cast<std::size_t>(y * shape.w + x)];
      ++facts.inside;
      facts.sum += value;
      const bool is_winner = winner == y * shape.w + x;
      if (winner >= 0 && !is_winner) {
        facts.ties += value == values[static_cast<std::size_t>(winner)] ? 1 : 0;
      }
    }
  }
  return facts;
}

}  // namespace poolscope
