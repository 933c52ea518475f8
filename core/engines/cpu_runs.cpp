#include "core/engines/cpu_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_runs.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_lanes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

double SumRun(const float* cells, std::int64_t count) {
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

float MaxRun(const float* cells, std::int64_t count) {
  const MaxLanes lanes{};
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
  float max = hn::GetLane(hn::MaxOfLanes(lanes.d, a));
  const auto join = [&](float value) {
    if (value > max || std::isnan(value)) max = value;
  };
  for (; x < count; ++x) join(cells[x]);
  // Lanes are not in the order of cells, which tells the two zeros apart.
  return max == 0.0F ? *std::find(cells, cells + count, 0.0F) : max;
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(SumRun);
HWY_EXPORT(MaxRun);

double sum_run(const float* cells, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(SumRun)(cells, count);
}
float max_run(const float* cells, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(MaxRun)(cells, count);
}

}  // namespace poolscope::cpu
#endif
