#include "core/engines/roi_sampling.h"

#include <algorithm>
#include <array>
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

/// Which bin of which rectangle.
struct Bin {
  const RoiSampling& roi;
  std::int64_t row, col;
};

/// Calls visit(y, x) for the points of a bin, row by row.
template <class Visit>
void for_each_point(const Bin& bin, Visit visit) {
  const RoiSampling& roi = bin.roi;
  const double step_y = roi.bin_height / static_cast<double>(roi.points_y);
  const double step_x = roi.bin_width / static_cast<double>(roi.points_x);
  const double top = roi.top + static_cast<double>(bin.row) * roi.bin_height;
  const double left = roi.left + static_cast<double>(bin.col) * roi.bin_width;
  for (std::int64_t i = 0; i < roi.points_y; ++i) {
    for (std::int64_t j = 0; j < roi.points_x; ++j) {
      visit(top + (static_cast<double>(i) + 0.5) * step_y,
            left + (static_cast<double>(j) + 0.5) * step_x);
    }
  }
}

double point_count(const RoiSampling& roi) {
  return static_cast<double>(roi.points_y * roi.points_x);
}

float bin_value(std::span<const float> plane, const Shape& shape, const Bin& bin) {
  double sum = 0.0, max = -std::numeric_limits<double>::infinity();
  for_each_point(bin, [&](double y, double x) {
    const double value = value_at(plane, shape, y, x);
    sum += value;
    if (value > max || std::isnan(value)) max = value;
  });
  return static_cast<float>(bin.roi.max ? max : sum / point_count(bin.roi));
}

/// Adds `given` to the neighbours of a point, each by its share.
void send_back(std::span<double> plane, const Shape& shape, std::array<double, 2> point,
               double given) {
  const auto [y, x] = point;
  if (is_far(y, shape.h) || is_far(x, shape.w)) return;
  const Neighbours rows = around(y, shape.h), cols = around(x, shape.w);
  const auto add = [&](std::int64_t row, std::int64_t col, double share) {
    plane[static_cast<std::size_t>(row * shape.w + col)] += share * given;
  };
  add(rows.first, cols.first, (1.0 - rows.share) * (1.0 - cols.share));
  add(rows.first, cols.second, (1.0 - rows.share) * cols.share);
  add(rows.second, cols.first, rows.share * (1.0 - cols.share));
  add(rows.second, cols.second, rows.share * cols.share);
}

/// The point whose value is a bin's maximum.
std::array<double, 2> largest_point(std::span<const float> plane, const Shape& shape,
                                    const Bin& bin) {
  std::array<double, 2> point{};
  double max = -std::numeric_limits<double>::infinity();
  bool found = false;
  for_each_point(bin, [&](double y, double x) {
    const double value = value_at(plane, shape, y, x);
    if (found && !(value > max) && !std::isnan(value)) return;
    max = value;
    point = {y, x};
    found = true;
  });
  return point;
}

void bin_gradient(std::span<const float> plane, const Shape& shape, const Bin& bin,
                  std::pair<double, std::span<double>> given_and_sums) {
  const auto [given, sums] = given_and_sums;
  if (bin.roi.max) return send_back(sums, shape, largest_point(plane, shape, bin), given);
  const double part = given / point_count(bin.roi);
  for_each_point(bin, [&, sums = sums](double y, double x) {
    send_back(sums, shape, {y, x}, part);
  });
}

}  // namespace

Result<Tensor> sampled(const Tensor& input, const RoiSampling& sampling,
                       const RunOptions& options) {
  const Shape& in = input.shape();
  const Shape out{in.n, in.c, sampling.rows, sampling.cols};
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  std::int64_t cell = 0;
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    for (std::int64_t i = 0; i < out.h; ++i) {
      if (options.is_cancelled()) return failure("cancelled");
      for (std::int64_t j = 0; j < out.w; ++j) {
        (*values)[cell++] = bin_value(input.plane(p), in, {sampling, i, j});
      }
    }
  }
  return Tensor(out, std::move(*values));
}

Result<Tensor> sampled_gradient(const Tensor& input, const RoiSampling& sampling,
                                const Tensor& output) {
  const Shape& in = input.shape();
  auto values = Buffer<float>::allocate(in.elements());
  if (!values) return tl::unexpected(values.error());
  auto sums = Buffer<double>::allocate(in.plane_size());
  if (!sums) return tl::unexpected(sums.error());
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    std::ranges::fill(sums->span(), 0.0);
    for (std::int64_t cell = 0; cell < output.shape().plane_size(); ++cell) {
      const Bin bin{sampling, cell / output.shape().w, cell % output.shape().w};
      const double given = output.plane(p)[static_cast<std::size_t>(cell)];
      bin_gradient(input.plane(p), in, bin, {given, sums->span()});
    }
    std::ranges::transform(sums->span(), values->data() + p * in.plane_size(),
                           [](double sum) { return static_cast<float>(sum); });
  }
  return Tensor(in, std::move(*values));
}

}  // namespace poolscope
