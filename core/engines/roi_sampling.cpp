#include "core/engines/roi_sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace poolscope {
namespace {

/// The two cells around a place on one axis, and how much the second counts.
struct Neighbours {
  std::int64_t first, second;
  double share;
};

Neighbours around(double place, std::int64_t size) {
  place = std::max(place, 0.0);
  const auto first = std::min(static_cast<std::int64_t>(place), size - 1);
  if (first == size - 1) return {first, first, 0.0};
  return {first, first + 1, place - static_cast<double>(first)};
}

bool is_far(double place, std::int64_t size) {
  return place < -1.0 || place > static_cast<double>(size);
}

double value_at(std::span<const float> plane, const Shape& shape, double y, double x) {
  if (is_far(y, shape.h) || is_far(x, shape.w)) return 0.0;
  const Neighbours rows = around(y, shape.h), cols = around(x, shape.w);
  const auto mixed = [&](std::int64_t row) {
    const double first = plane[static_cast<std::size_t>(row * shape.w + cols.first)];
    if (cols.share == 0.0) return first;
    const double second = plane[static_cast<std::size_t>(row * shape.w + cols.second)];
    return (1.0 - cols.share) * first + cols.share * second;
  };
  if (rows.share == 0.0) return mixed(rows.first);
  return (1.0 - rows.share) * mixed(rows.first) + rows.share * mixed(rows.second);
}

float bin_value(std::span<const float> plane, const Shape& shape, const RoiSampling& roi,
                std::array<std::int64_t, 2> bin) {
  const double step_y = roi.bin_height / static_cast<double>(roi.points_y);
  const double step_x = roi.bin_width / static_cast<double>(roi.points_x);
  double sum = 0.0, max = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < roi.points_y; ++i) {
    const double y = roi.top + static_cast<double>(bin[0]) * roi.bin_height +
                     (static_cast<double>(i) + 0.5) * step_y;
    for (std::int64_t j = 0; j < roi.points_x; ++j) {
      const double x = roi.left + static_cast<double>(bin[1]) * roi.bin_width +
                       (static_cast<double>(j) + 0.5) * step_x;
      const double value = value_at(plane, shape, y, x);
      sum += value;
      if (value > max || std::isnan(value)) max = value;
    }
  }
  const double points = static_cast<double>(roi.points_y * roi.points_x);
  return static_cast<float>(roi.max ? max : sum / points);
}

}  // namespace

Result<Tensor> sampled(const Tensor& input, const RoiSampling& sampling) {
  const Shape& in = input.shape();
  const Shape out{in.n, in.c, sampling.rows, sampling.cols};
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  std::int64_t cell = 0;
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    for (std::int64_t i = 0; i < out.h; ++i) {
      for (std::int64_t j = 0; j < out.w; ++j) {
        (*values)[cell++] = bin_value(input.plane(p), in, sampling, {i, j});
      }
    }
  }
  return Tensor(out, std::move(*values));
}

}  // namespace poolscope
