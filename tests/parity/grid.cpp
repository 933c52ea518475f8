#include "tests/parity/grid.h"

#include <fmt/format.h>

#include "core/base/memory.h"

namespace poolscope {
namespace {

/// Odd sizes about the widths of vectors (4, 8, 16), and some that are smaller than a window.
constexpr std::array<std::int64_t, 8> kWidths{15, 7, 33, 1, 17, 49, 64, 31};

struct Demand {
  bool winners;
  Bounds bounds;
};

testing::AssertionResult agrees_if_run(const GridRun& run, const Tensor& input,
                                       const LoweredPool& pool, const Demand& demand) {
  const auto output = run(input, pool, {.winners = demand.winners});
  if (!output) return testing::AssertionSuccess();
  return agrees(*output, input, pool, demand.bounds);
}

/// Windows of one size on both sides of the borders, with weights of both signs and a few zeros.
LoweredPool weighted_pool(const Shape& shape, const std::array<std::int64_t, 2>& kernel_stride,
                          std::uint32_t n, std::mt19937& random) {
  const auto [kernel, stride] = kernel_stride;
  const std::int64_t before = (kernel - 1) / 2;
  const AxisSpec cols{kernel, stride, before, kernel - 1 - before};
  const AxisSpec rows = n % 3 == 0 ? AxisSpec{3, 1, 1, 1} : cols;
  LoweredPool pool = pool_of(shape, rows, cols, Reduction::weighted);
  for (std::int64_t tap = 0; tap < rows.kernel * kernel; ++tap) {
    const bool zero = n % 7 == 0 && tap == 1;
    pool.weights.push_back(zero ? 0.0F : static_cast<float>(random() % 17) - 5.5F);
  }
  return pool;
}

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
  pool.sampled = kind.sampled;
  pool.seed = 7;
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

int compare_on_grid(const Kind& kind, int repeats, const GridRun& run, const Bounds& bounds) {
  const Sentinels sentinels;
  int compared = 0, failures = 0;
  for_each_case(repeats, [&](const GridCase& grid_case) {
    const LoweredPool pool = pool_of(grid_case, kind);
    if (pool.planes.front().rows.empty() || pool.planes.front().cols.empty() || failures > 5) {
      return;
    }
    const Tensor input =
        filled(grid_case.shape, grid_case.fill, static_cast<std::uint32_t>(compared));
    const auto agreed = agrees_if_run(run, input, pool, {kind.winners, bounds});
    EXPECT_TRUE(agreed) << text(grid_case);
    failures += agreed ? 0 : 1;
    ++compared;
  });
  return compared;
}

void compare_on_adaptive_windows(const Kind& kind, const GridRun& run, const Bounds& bounds) {
  const Sentinels sentinels;
  std::uint32_t n = 0;
  for (const std::int64_t height : {1, 2, 5, 10, 13, 40}) {
    for (const std::int64_t width : {1, 7, 13, 33, 70}) {
      for (const std::int64_t outputs : {1, 2, 3, 7, 13, 36, 75}) {
        const Shape shape{1 + n % 2, 2, height, width};
        LoweredPool pool = adaptive_pool(shape, 1 + n % 9, outputs, kind.reduction);
        set_reduction(pool, kind);
        const Tensor input = filled(shape, static_cast<Fill>(n % kFills), n);
        ASSERT_TRUE(agrees_if_run(run, input, pool, {kind.winners, bounds})) << fmt::format(
            "{}x{} to {}x{}, fill {}", height, width, 1 + n % 9, outputs, n % kFills);
        ++n;
      }
    }
  }
}

void compare_on_windows_of_each_plane(const Kind& kind, const GridRun& run, const Bounds& bounds) {
  const Sentinels sentinels;
  for (std::uint32_t n = 0; n < 200; ++n) {
    std::mt19937 random(n);
    const Shape shape{1 + n % 2, 1 + n % 3, 9, 14};
    const LoweredPool pool = scattered_pool(shape, random, kind);
    const Tensor input = filled(shape, static_cast<Fill>(n % kFills), n);
    ASSERT_TRUE(agrees_if_run(run, input, pool, {kind.winners, bounds})) << n;
  }
}

void compare_weighted_sums(const GridRun& run, const Bounds& bounds) {
  const Sentinels sentinels;
  std::uint32_t n = 0;
  std::mt19937 random(1);
  for (const Border border : {Border::skip, Border::zero, Border::reflect}) {
    for (const std::int64_t kernel : {1, 2, 3, 4, 5, 7}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (int fill = 0; fill < kFills; ++fill) {
          const Shape shape{1 + n % 2, 1 + n % 3, 8 + n % 5, 9 + n % 23};
          LoweredPool pool = weighted_pool(shape, {kernel, stride}, n, random);
          pool.border = border;
          const Tensor input = filled(shape, static_cast<Fill>(fill), n++);
          ASSERT_TRUE(agrees_if_run(run, input, pool, {false, bounds}))
              << fmt::format("border {}, kernel {}, stride {}, fill {}", static_cast<int>(border),
                             kernel, stride, fill);
        }
      }
    }
  }
}

}  // namespace poolscope
