// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_DIVIDE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_DIVIDE_INL_H_
#undef POOLSCOPE_CPU_DIVIDE_INL_H_
#else
#define POOLSCOPE_CPU_DIVIDE_INL_H_
#endif

#include <algorithm>
#include <cmath>

#include "core/engines/cpu_lanes-inl.h"
#include "core/engines/cpu_sliding.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

using Doubles = hn::ScalableTag<double>;
/// As many floats as there are doubles in a vector.
using HalfFloats = hn::Rebind<float, Doubles>;

HWY_INLINE hn::Vec<hn::ScalableTag<float>> load_as(hn::ScalableTag<float> d, const float* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE hn::Vec<Doubles> load_as(Doubles d, const double* from) { return hn::LoadU(d, from); }

HWY_INLINE void store_floats(hn::ScalableTag<float> d, hn::Vec<hn::ScalableTag<float>> v, float* to,
                             std::size_t count) {
  store_first(d, v, to, count);
}
HWY_INLINE void store_floats(Doubles d, hn::Vec<Doubles> v, float* to, std::size_t count) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  // Highway's own conversion keeps to finite numbers there.
  for (std::size_t i = 0; i < std::min(count, hn::Lanes(d)); ++i) {
    to[i] = static_cast<float>(hn::ExtractLane(v, i));
  }
#else
  (void)d;
  store_first(HalfFloats(), hn::DemoteTo(HalfFloats(), v), to, count);
#endif
}

/// Divides a tile's sums by its divisors, factors of its rows and columns.
template <class T>
class Divide {
 public:
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  Divide(const double* rows, const T* cols, std::int64_t outputs) : rows_(rows), cols_(cols) {
    for (std::int64_t j = 1; j < outputs; ++j) uniform_ &= cols[j] == cols[0];
  }

  void begin_row(std::int64_t i) {
    row_ = static_cast<T>(rows_[i]);
    // Division by a power of two is exact as a multiplication, which is quicker.
    const T all = row_ * cols_[0];
    int exponent = 0;
    exact_ = uniform_ && all > 0 && std::frexp(all, &exponent) == T{0.5} && all <= T{1 << 30};
    inverse_ = exact_ ? T{1} / all : T{0};
  }

  HWY_INLINE V operator()(D d, V sum, std::size_t x) const {
    if (exact_) return hn::Mul(sum, hn::Set(d, inverse_));
    if (uniform_) return hn::Div(sum, hn::Set(d, row_ * cols_[0]));
    return hn::Div(sum, hn::Mul(hn::Set(d, row_), load_as(d, cols_ + x)));
  }

 private:
  const double* rows_;
  const T* cols_;
  bool uniform_ = true, exact_ = false;
  T row_ = 1, inverse_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
