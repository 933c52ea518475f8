#include "core/analysis/shift_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// The cell that lies `shift` before `cell`, of an axis of `size`; nothing where a zero moves in.
std::optional<std::int64_t> source_of(std::int64_t cell, std::int64_t shift, std::int64_t size,
                                      ShiftEdge edge) {
  const std::int64_t source = cell - shift;
  if (edge == ShiftEdge::circular) return ((source % size) + size) % size;
  if (edge == ShiftEdge::replicate) return std::clamp<std::int64_t>(source, 0, size - 1);
  if (source < 0 || source >= size) return {};
  return source;
}

double relative(double squared_error, double squared_size) {
  if (squared_error == 0.0) return 0.0;
  return squared_size > 0.0 ? std::sqrt(squared_error / squared_size)
                            : std::numeric_limits<double>::quiet_NaN();
}

/// The relative difference of `now` to `before` moved by whole cells; NaN where no cell is in both.
double difference(const Tensor& now, const Tensor& before, Shift moved, ShiftEdge edge) {
  const Shape& shape = now.shape();
  // A row or column that moved in at an edge has no partner to be compared with.
  const ShiftEdge rule = edge == ShiftEdge::circular ? edge : ShiftEdge::zeros;
  double error = 0.0, size = 0.0;
  bool any = false;
  for (std::int64_t y = 0; y < shape.h; ++y) {
    const auto row = source_of(y, moved.y, shape.h, rule);
    if (!row) continue;
    for (std::int64_t x = 0; x < shape.w; ++x) {
      const auto col = source_of(x, moved.x, shape.w, rule);
      if (!col) continue;
      const auto was = static_cast<double>(before.at(0, 0, *row, *col));
      const double off = static_cast<double>(now.at(0, 0, y, x)) - was;
      error += off * off;
      size += was * was;
      any = true;
    }
  }
  return any ? relative(error, size) : std::numeric_limits<double>::quiet_NaN();
}

/// The whole numbers of output cells around a shift of the input.
std::vector<std::int64_t> steps_near(std::int64_t shift, double jump) {
  const double steps = static_cast<double>(shift) / jump;
  const auto low = static_cast<std::int64_t>(std::floor(steps));
  const auto high = static_cast<std::int64_t>(std::ceil(steps));
  return low == high ? std::vector{low} : std::vector{low, high};
}

void align(const Tensor& now, const PooledPlane& still, Shift shift,
           std::pair<ShiftEdge, ShiftResponse*> into) {
  const Shape& in = still.input.shape();
  const bool placed = still.windows.has_value();
  const double jump_y = placed ? jump_of(still.windows->rows, in.h) : static_cast<double>(in.h);
  const double jump_x = placed ? jump_of(still.windows->cols, in.w) : static_cast<double>(in.w);
  const auto [edge, response] = into;
  response->aligned = std::numeric_limits<double>::quiet_NaN();
  for (const std::int64_t y : steps_near(shift.y, jump_y)) {
    for (const std::int64_t x : steps_near(shift.x, jump_x)) {
      const double error = difference(now, still.output, {y, x}, edge);
      if (std::isnan(response->aligned) || error < response->aligned) {
        response->aligned = error;
        response->moved = {y, x};
      }
    }
  }
}

/// `layer` as a kind that slides over two axes, kernel and stride as before.
Layer as_kind(const Layer& layer, std::string_view name) {
  Layer other = converted(layer, *find_kind(name));
  if (layer.kind->axes == 1) {
    other.kernel_size.h = 1;
    if (other.stride) other.stride->h = 1;
    other.padding.top = other.padding.bottom = 0;
  }
  return other;
}

}  // namespace

std::string_view shift_edge_name(ShiftEdge edge) {
  constexpr std::array<std::string_view, kShiftEdges.size()> kNames{"circular", "replicate",
                                                                    "zeros"};
  return kNames[static_cast<std::size_t>(edge)];
}

double jump_of(const std::vector<AxisWindow>& windows, std::int64_t size) {
  if (windows.size() < 2) return static_cast<double>(size);
  const auto way = static_cast<double>(windows.back().begin - windows.front().begin);
  return way > 0.0 ? way / static_cast<double>(windows.size() - 1) : static_cast<double>(size);
}

Result<Tensor> shifted(const Tensor& input, Shift shift, ShiftEdge edge) {
  const Shape& shape = input.shape();
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  std::vector<std::int64_t> cols;  // -1 for a zero
  for (std::int64_t x = 0; x < shape.w; ++x)
    cols.push_back(source_of(x, shift.x, shape.w, edge).value_or(-1));
  float* out = values->data();
  for (std::int64_t line = 0; line < shape.planes() * shape.h; ++line) {
    const auto row = source_of(line % shape.h, shift.y, shape.h, edge);
    const float* from = row ? input.data() + (line / shape.h * shape.h + *row) * shape.w : nullptr;
    for (const std::int64_t col : cols) *out++ = from && col >= 0 ? from[col] : 0.0F;
  }
  return Tensor(shape, std::move(*values));
}

Result<ShiftTest> ShiftTest::of(const Engine& engine, const Layer& layer, const Tensor& input,
                                std::int64_t plane) {
  const auto lowered = lower_layer(layer, input.shape());
  if (!lowered) return tl::unexpected(lowered.error());
  auto still = pool_plane({engine, input, *lowered, plane}, {});
  if (!still) return tl::unexpected(still.error());
  if (!keeps_planes_apart(*lowered))
    return ShiftTest(engine, {input, *lowered, plane}, std::move(*still));
  Tensor alone = still->input;
  return ShiftTest(engine, {std::move(alone), on_plane(*lowered, plane), 0}, std::move(*still));
}

Result<Tensor> ShiftTest::output(Shift shift, ShiftEdge edge, const RunOptions& options) const {
  const auto moved = shifted(read_.input, shift, edge);
  if (!moved) return tl::unexpected(moved.error());
  return pool_plane({*engine_, *moved, read_.lowered, read_.plane}, options)
      .map([](const PooledPlane& plane) { return plane.output; });
}

Result<ShiftResponse> ShiftTest::response(Shift shift, ShiftEdge edge,
                                          const RunOptions& options) const {
  const auto now = output(shift, edge, options);
  if (!now) return tl::unexpected(now.error());
  ShiftResponse response;
  response.change = difference(*now, still_.output, {}, edge);
  align(*now, still_, shift, {edge, &response});
  return response;
}

std::vector<ShiftKind> shift_kinds(const Layer& layer) {
  constexpr std::array<std::string_view, 4> kNames{"MaxPool2d", "AvgPool2d", "StridedConv2d",
                                                   "MaxBlurPool2d"};
  std::vector<ShiftKind> kinds;
  bool is_one = false;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const bool current = layer.kind->name == kNames[i];
    Layer other = current ? layer : as_kind(layer, kNames[i]);
    if (!current && find_parameter(*other.kind, "weight"))
      POOLSCOPE_CHECK(set_parameter(other, "weight", "\"centre\""));
    kinds.push_back({std::move(other), i, current});
    is_one = is_one || current;
  }
  if (!is_one) kinds.push_back({layer, kNames.size(), true});
  return kinds;
}

}  // namespace poolscope
