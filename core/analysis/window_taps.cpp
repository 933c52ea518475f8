#include "core/analysis/window_taps.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

void read_window(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                 std::vector<WindowTap>& taps) {
  taps.clear();
  visit_taps(pool, input, place, [&](const WindowTap& tap) { taps.push_back(tap); });
}

double power_base(const LoweredPool& pool, double value) {
  if (pool.least && value < *pool.least) return *pool.least;
  return pool.magnitude ? std::abs(value) : value;
}

double exponential(double value, double top, double scale) {
  if (std::isinf(top)) return value == top ? 1.0 : 0.0;
  return std::exp(scale * (value - top));
}

std::size_t drawn_tap(std::span<const WindowTap> taps, double share) {
  double sum = 0.0, passed = 0.0;
  for (const WindowTap& tap : taps) sum += std::max(tap.value, 0.0);
  std::size_t last = taps.size();
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double x = taps[i].value;
    if (!(x > 0.0)) continue;
    last = i;
    passed += x;
    if (passed > share * sum || std::isinf(x)) return i;
  }
  return last;
}

}  // namespace poolscope
