#include "core/engines/cpu_runs.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_runs.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_runs-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

double SumRun(const float* cells, std::int64_t count) { return run_sum(cells, count); }

float MaxRun(const float* cells, std::int64_t count) {
  const float max = run_extreme<false>(cells, count);
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
