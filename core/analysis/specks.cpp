#include "core/analysis/specks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace poolscope {
namespace {

/// One plane, its values turned so that specks are bright.
struct Plane {
  std::span<const float> values;
  std::int64_t rows, cols;
  float sign;

  float at(std::int64_t row, std::int64_t col) const {
    return sign * values[static_cast<std::size_t>(row * cols + col)];
  }
};

/// The least by which a speck stands out; infinite where all values are the same.
float margin_of(const Plane& plane) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const float value : plane.values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return high > low ? high / 4.0F - low / 4.0F : std::numeric_limits<float>::infinity();
}

bool is_speck(const Plane& plane, std::int64_t row, std::int64_t col, float margin) {
  const float own = plane.at(row, col);
  if (!std::isfinite(own)) return false;
  int neighbours = 0;
  for (std::int64_t y = std::max<std::int64_t>(row - 1, 0); y < std::min(row + 2, plane.rows);
       ++y) {
    for (std::int64_t x = std::max<std::int64_t>(col - 1, 0); x < std::min(col + 2, plane.cols);
         ++x) {
      const float value = plane.at(y, x);
      if ((y == row && x == col) || !std::isfinite(value)) continue;
      if (!(own - value > margin)) return false;
      ++neighbours;
    }
  }
  return neighbours > 0;
}

}  // namespace

Specks count_specks(const Tensor& input, SpeckSide side, const std::atomic<bool>& cancelled) {
  const Shape& shape = input.shape();
  Specks specks;
  for (std::int64_t p = 0; p < shape.planes(); ++p) {
    const Plane plane{input.plane(p), shape.h, shape.w, side == SpeckSide::bright ? 1.0F : -1.0F};
    const float margin = margin_of(plane);
    for (std::int64_t row = 0; row < shape.h; ++row) {
      if (cancelled) return specks;
      for (std::int64_t col = 0; col < shape.w; ++col) {
        specks.count += is_speck(plane, row, col, margin) ? 1 : 0;
      }
      specks.cells += shape.w;
    }
  }
  return specks;
}

}  // namespace poolscope
