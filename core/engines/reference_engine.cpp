#include "core/engines/reference_engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/base/check.h"

namespace poolscope {
namespace {

/// One input plane as the windows see it.
struct Plane {
  std::span<const float> values;
  std::int64_t height, width;
};

/// What one window gives.
struct Cell {
  float value = -std::numeric_limits<float>::infinity();
  std::int64_t winner = -1;
};

/// The taps of a window that lie inside [0, size): those from `first` up to `end`.
struct Inside {
  Inside(const AxisWindow& window, std::int64_t size)
      : first(window.begin < 0 ? (-window.begin + window.step - 1) / window.step : 0),
        end(window.begin < size ? (size - 1 - window.begin) / window.step + 1 : 0) {
    end = std::min(end, window.count);
  }
  std::int64_t first, end;
};

/// Calls visit(value, index) for each tap inside the plane, in row-major order.
template <class Visit>
void for_each_tap(const Plane& plane, const AxisWindow& row, const AxisWindow& col, Visit visit) {
  const Inside rows(row, plane.height);
  const Inside cols(col, plane.width);
  for (std::int64_t i = rows.first; i < rows.end; ++i) {
    for (std::int64_t j = cols.first; j < cols.end; ++j) {
      const std::int64_t index = row.tap(i) * plane.width + col.tap(j);
      visit(plane.values[static_cast<std::size_t>(index)], index);
    }
  }
}

Cell max_cell(const Plane& plane, const AxisWindow& row, const AxisWindow& col) {
  Cell best;
  for_each_tap(plane, row, col, [&](float value, std::int64_t index) {
    if (best.winner < 0 || value > best.value || std::isnan(value)) best = {value, index};
  });
  return best;
}

Cell mean_cell(const Plane& plane, const AxisWindow& row, const AxisWindow& col,
               std::int64_t divisor) {
  double sum = 0.0;
  for_each_tap(plane, row, col, [&](float value, std::int64_t) { sum += value; });
  if (divisor == 0) return {std::numeric_limits<float>::quiet_NaN()};
  return {static_cast<float>(sum / static_cast<double>(divisor))};
}

Cell power_cell(const Plane& plane, const AxisWindow& row, const AxisWindow& col,
                const LoweredPool& pool) {
  double sum = 0.0;
  for_each_tap(plane, row, col, [&](float value, std::int64_t) {
    sum += std::pow(pool.magnitude ? std::abs(double{value}) : double{value}, pool.exponent);
  });
  const std::int64_t divisor = pool.divisor(row, col);
  if (divisor == 0) return {std::numeric_limits<float>::quiet_NaN()};
  const double scaled = pool.gain * sum / static_cast<double>(divisor);
  return {static_cast<float>(std::pow(scaled, 1.0 / pool.exponent))};
}

Cell reduce(const Plane& plane, const AxisWindow& row, const AxisWindow& col,
            const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
      return max_cell(plane, row, col);
    case Reduction::mean:
      return mean_cell(plane, row, col, pool.divisor(row, col));
    case Reduction::power:
      return power_cell(plane, row, col, pool);
  }
  return {};
}

}  // namespace

Result<PoolOutput> ReferenceEngine::run(const Tensor& input, const LoweredPool& pool,
                                        const RunOptions& options) const {
  const Shape& in = input.shape();
  const Shape out = pool.output_shape(in);
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  const bool with_winners = options.winners && pool.has_winners();
  auto winners = Buffer<std::int64_t>::allocate(with_winners ? out.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());

  std::int64_t cell = 0;
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    const Plane plane{input.plane(p), in.h, in.w};
    const PlaneWindows& windows = pool.windows(p);
    POOLSCOPE_CHECK(static_cast<std::int64_t>(windows.rows.size()) == out.h &&
                    static_cast<std::int64_t>(windows.cols.size()) == out.w);
    for (const AxisWindow& row : windows.rows) {
      if (options.is_cancelled()) return failure("cancelled");
      for (const AxisWindow& col : windows.cols) {
        const Cell reduced = reduce(plane, row, col, pool);
        (*values)[cell] = reduced.value;
        if (with_winners) (*winners)[cell] = reduced.winner;
        ++cell;
      }
    }
  }
  PoolOutput output{Tensor(out, std::move(*values)), {}};
  if (with_winners) output.winners = Indices(out, std::move(*winners));
  return output;
}

}  // namespace poolscope
