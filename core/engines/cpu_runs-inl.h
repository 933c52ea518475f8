// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_RUNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_RUNS_INL_H_
#undef POOLSCOPE_CPU_RUNS_INL_H_
#else
#define POOLSCOPE_CPU_RUNS_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/engines/cpu_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Sum of cells that lie side by side, in double.
HWY_INLINE double run_sum(const float* cells, std::int64_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const auto step = static_cast<std::int64_t>(hn::Lanes(d));
  const auto load = [&](std::int64_t x)
                        HWY_ATTR { return hn::PromoteTo(d, hn::LoadU(half, cells + x)); };
  // Four sums at a time, since each addition waits for the one before.
  auto a = hn::Zero(d);
  auto b = a;
  auto c = a;
  auto e = a;
  std::int64_t x = 0;
  for (; x + 4 * step <= count; x += 4 * step) {
    a = hn::Add(a, load(x));
    b = hn::Add(b, load(x + step));
    c = hn::Add(c, load(x + 2 * step));
    e = hn::Add(e, load(x + 3 * step));
  }
  for (; x + step <= count; x += step) a = hn::Add(a, load(x));
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  for (; x < count; ++x) sum += double{cells[x]};
  return sum;
}

/// Maximum or minimum of at least one cell: NaN wins; a zero has the sign of any of them.
template <bool kMin>
HWY_INLINE float run_extreme(const float* cells, std::int64_t count) {
  const ExtremeLanes<kMin, true> lanes{};
  const auto step = static_cast<std::int64_t>(hn::Lanes(lanes.d));
  const auto load = [&](std::int64_t x) HWY_ATTR { return hn::LoadU(lanes.d, cells + x); };
  auto a = lanes.nothing();
  auto b = a;
  std::int64_t x = 0;
  for (; x + 2 * step <= count; x += 2 * step) {
    a = lanes.join(a, load(x));
    b = lanes.join(b, load(x + step));
  }
  for (; x + step <= count; x += step) a = lanes.join(a, load(x));
  a = lanes.join(a, b);
  if (!hn::AllFalse(lanes.d, hn::IsNaN(a))) return std::numeric_limits<float>::quiet_NaN();
  float best = hn::GetLane(kMin ? hn::MinOfLanes(lanes.d, a) : hn::MaxOfLanes(lanes.d, a));
  for (; x < count; ++x) {
    const bool better = kMin ? cells[x] < best : cells[x] > best;
    if (better || std::isnan(cells[x])) best = cells[x];
  }
  return best;
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
