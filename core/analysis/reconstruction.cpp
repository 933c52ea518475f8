#include "core/analysis/reconstruction.h"

#include <cmath>
#include <utility>

#include "core/engines/unpool.h"
#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// The middle of the taps inside, in cells; where none is, of all of them.
double centre_of(const AxisWindow& window, std::int64_t size) {
  const TapRange inside = taps_inside(window, size);
  const bool any = inside.end > inside.first;
  const std::int64_t first = any ? window.tap(inside.first) : window.begin;
  const std::int64_t last = any ? window.tap(inside.end - 1) : window.last();
  return static_cast<double>(first + last) / 2.0;
}

/// The two windows of an axis that a cell lies between, and how near it is to the second, 0 to 1.
struct Between {
  std::int64_t low = 0, high = 0;
  double share = 0.0;
};

std::vector<Between> places_between(const std::vector<AxisWindow>& windows, std::int64_t size) {
  const auto last = static_cast<std::int64_t>(windows.size()) - 1;
  const auto centre = [&](std::int64_t i) {
    return centre_of(windows[static_cast<std::size_t>(i)], size);
  };
  std::vector<Between> places;
  std::int64_t low = 0;
  for (std::int64_t cell = 0; cell < size; ++cell) {
    const auto at = static_cast<double>(cell);
    while (low < last && centre(low + 1) <= at) ++low;
    if (low == last || at <= centre(low)) {
      places.push_back({low, low, 0.0});
    } else {
      places.push_back({low, low + 1, (at - centre(low)) / (centre(low + 1) - centre(low))});
    }
  }
  return places;
}

void round_to_nearest(std::vector<Between>& places) {
  for (Between& place : places) {
    const std::int64_t near = place.share > 0.5 ? place.high : place.low;
    place = {near, near, 0.0};
  }
}

/// a + share * (b - a), and exactly `a` at share 0, whatever b is.
double mixed(double a, double b, double share) { return share == 0.0 ? a : a + share * (b - a); }

Result<Tensor> interpolated(const PooledPlane& plane, Rebuild way) {
  const Shape& shape = plane.input.shape();
  auto rows = places_between(plane.windows->rows, shape.h);
  auto cols = places_between(plane.windows->cols, shape.w);
  if (way == Rebuild::nearest) {
    round_to_nearest(rows);
    round_to_nearest(cols);
  }
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  const std::int64_t width = plane.output.shape().w;
  float* out = values->data();
  for (const Between& row : rows) {
    const float* low = plane.output.data() + row.low * width;
    const float* high = plane.output.data() + row.high * width;
    for (const Between& col : cols) {
      const auto across = [&](const float* line) {
        return mixed(static_cast<double>(line[col.low]), static_cast<double>(line[col.high]),
                     col.share);
      };
      *out++ = static_cast<float>(mixed(across(low), across(high), row.share));
    }
  }
  return Tensor(shape, std::move(*values));
}

/// For each cell of an axis, the windows that read it.
std::vector<std::vector<std::int64_t>> readers(const std::vector<AxisWindow>& windows,
                                               std::int64_t size) {
  std::vector<std::vector<std::int64_t>> readers(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const TapRange inside = taps_inside(windows[i], size);
    for (std::int64_t k = inside.first; k < inside.end; ++k) {
      readers[static_cast<std::size_t>(windows[i].tap(k))].push_back(static_cast<std::int64_t>(i));
    }
  }
  return readers;
}

Result<Tensor> spread(const PooledPlane& plane) {
  const Shape& shape = plane.input.shape();
  const auto rows = readers(plane.windows->rows, shape.h);
  const auto cols = readers(plane.windows->cols, shape.w);
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  const std::int64_t width = plane.output.shape().w;
  std::vector<double> sums(static_cast<std::size_t>(width));
  float* out = values->data();
  for (const auto& row : rows) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (const std::int64_t i : row) {
      const float* line = plane.output.data() + i * width;
      for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += static_cast<double>(line[j]);
    }
    for (const auto& col : cols) {
      double sum = 0.0;
      for (const std::int64_t j : col) sum += sums[static_cast<std::size_t>(j)];
      const auto count = static_cast<double>(row.size() * col.size());
      *out++ = count > 0.0 ? static_cast<float>(sum / count) : 0.0F;
    }
  }
  return Tensor(shape, std::move(*values));
}

}  // namespace

std::string_view rebuild_name(Rebuild way) {
  constexpr std::array<std::string_view, kRebuilds.size()> kNames{"unpool", "nearest", "bilinear"};
  return kNames[static_cast<std::size_t>(way)];
}

Result<Tensor> rebuilt(const PooledPlane& plane, Rebuild way) {
  const Shape& shape = plane.input.shape();
  if (way == Rebuild::unpool && plane.winners) {
    return unpooled(plane.output, *plane.winners, {shape.h, shape.w});
  }
  if (!plane.windows) {
    return failure("the output's cells have no place on the input to be put back to");
  }
  return way == Rebuild::unpool ? spread(plane) : interpolated(plane, way);
}

Result<Tensor> absolute_difference(const Tensor& a, const Tensor& b) {
  POOLSCOPE_CHECK(a.shape() == b.shape());
  auto values = Buffer<float>::allocate(a.shape().elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t i = 0; i < values->size(); ++i)
    (*values)[i] = std::abs(a.data()[i] - b.data()[i]);
  return Tensor(a.shape(), std::move(*values));
}

}  // namespace poolscope
