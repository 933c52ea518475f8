#include "tests/parity/grid.h"

#include <fmt/format.h>

namespace poolscope {
namespace {

/// Odd sizes about the widths of vectors (4, 8, 16), and some that are smaller than a window.
constexpr std::array<std::int64_t, 8> kWidths{15, 7, 33, 1, 17, 49, 64, 31};

}  // namespace

void for_each_case(int repeats, const std::function<void(const GridCase&)>& visit) {
  std::uint32_t n = 0;
  for (const std::int64_t kernel : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 31, 63}) {
    for (const std::int64_t stride : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, kernel}) {
      for (const std::int64_t padding : {std::int64_t{0}, std::int64_t{1}, kernel / 2}) {
        for (const std::int64_t dilation : {1, 2, 3}) {
          for (const bool ceil : {false, true}) {
            for (int repeat = 0; repeat < repeats; ++repeat) {
              ++n;
              const AxisSpec cols{kernel, stride, padding, padding + n % 2, dilation, ceil};
              AxisSpec rows = cols;
              if (n % 3 == 0) rows = {3, 1 + n % 2, n % 4 % 2, 1, 1 + n % 5 % 2, !ceil};
              const std::int64_t room = n % 2 == 0 ? cols.dilation * (kernel - 1) : 0;
              visit(GridCase{
                  rows,
                  cols,
                  {1 + n % 2, 1 + n % 5 % 3, kWidths[n / 3 % 8] + room / 2, kWidths[n % 8] + room},
                  static_cast<Fill>(n % kFills)});
            }
          }
        }
      }
    }
  }
}

void set_reduction(LoweredPool& pool, const Kind& kind) {
  pool.reduction = kind.reduction;
  pool.exponent = kind.exponent;
  pool.magnitude = kind.magnitude;
  pool.least = kind.least;
  pool.alpha = kind.alpha;
  pool.scale = kind.scale;
}

LoweredPool pool_of(GridCase grid_case, const Kind& kind) {
  grid_case.rows.count_padding = kind.count_padding;
  grid_case.cols.count_padding = kind.count_padding;
  LoweredPool pool =
      poolscope::pool_of(grid_case.shape, grid_case.rows, grid_case.cols, kind.reduction);
  set_reduction(pool, kind);
  if (kind.count_padding && kind.reduction == Reduction::power) pool.divisor_override = 1;
  return pool;
}

std::string text(const GridCase& c) {
  const auto axis = [](const AxisSpec& s) {
    return fmt::format("k{} s{} p{},{} d{} ceil {}", s.kernel, s.stride, s.before, s.after,
                       s.dilation, s.ceil);
  };
  return fmt::format("rows {}; cols {}; {}x{}x{}x{}; fill {}", axis(c.rows), axis(c.cols),
                     c.shape.n, c.shape.c, c.shape.h, c.shape.w, static_cast<int>(c.fill));
}

LoweredPool scattered_pool(const Shape& shape, std::mt19937& random, const Kind& kind) {
  const auto axis = [&](std::int64_t n, std::size_t outputs) {
    std::vector<AxisWindow> windows(outputs);
    for (AxisWindow& window : windows) {
      window.begin = static_cast<std::int64_t>(random() % (2 * n)) - n / 2;
      window.count = 1 + random() % 9;
      window.step = 1 + random() % 4;
      window.divisor = kind.count_padding ? window.count : random() % 5;
    }
    return windows;
  };
  LoweredPool pool;
  set_reduction(pool, kind);
  for (std::int64_t p = 0; p < shape.planes(); ++p) {
    pool.planes.push_back({axis(shape.h, 5), axis(shape.w, 11)});
  }
  return pool;
}

}  // namespace poolscope
