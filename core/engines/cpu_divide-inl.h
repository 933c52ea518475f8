// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_DIVIDE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_DIVIDE_INL_H_
#undef POOLSCOPE_CPU_DIVIDE_INL_H_
#else
#define POOLSCOPE_CPU_DIVIDE_INL_H_
#endif

#include <array>
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
HWY_INLINE hn::Vec<HalfFloats> to_floats(hn::Vec<Doubles> v) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  // Highway's own conversion keeps to finite numbers there.
  std::array<float, hn::MaxLanes(Doubles())> floats;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    floats[i] = static_cast<float>(hn::ExtractLane(v, i));
  }
  return hn::LoadU(HalfFloats(), floats.data());
#else
  return hn::DemoteTo(HalfFloats(), v);
#endif
}
HWY_INLINE void store_floats(Doubles, hn::Vec<Doubles> v, float* to, std::size_t count) {
  store_first(HalfFloats(), to_floats(v), to, count);
}

/// Division by one number, as the division itself rounds but quicker.
template <class T>
class Quotient {
 public:
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  explicit Quotient(T divisor) : divisor_(divisor) {
    int exponent = 0;
    const T size = std::abs(divisor);
    const bool whole = size >= 1 && size < T{1 << 20} && size == std::trunc(size);
    if (whole && std::frexp(size, &exponent) == T{0.5}) {
      way_ = Way::multiply;
    } else if (HWY_NATIVE_FMA && sizeof(T) == sizeof(float) && whole &&
               static_cast<int>(size) % 2 == 1) {
      way_ = Way::correct;
    }
    inverse_ = way_ == Way::divide ? T{0} : T{1} / divisor;
  }

  T divisor() const { return divisor_; }

  HWY_INLINE V operator()(V dividend) const {
    const D d;
    if (way_ == Way::divide) return hn::Div(dividend, hn::Set(d, divisor_));
    const V inverse = hn::Set(d, inverse_);
    const V quotient = hn::Mul(dividend, inverse);
    if (way_ == Way::multiply) return quotient;
    // What is missing is known exactly, and by an odd divisor never half a digit, so that the sum
    // rounds to the right side. An infinity becomes a NaN, and is put right with double sums.
    const V rest = hn::NegMulAdd(quotient, hn::Set(d, divisor_), dividend);
    return hn::MulAdd(rest, inverse, quotient);
  }

 private:
  enum class Way {
    divide,
    multiply,  ///< By a power of two.
    correct,   ///< Multiply and correct. Source: Markstein 1990.
  };
  T divisor_, inverse_;
  Way way_ = Way::divide;
};

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
    if (uniform_ && row_ * cols_[0] != all_.divisor()) all_ = Quotient<T>(row_ * cols_[0]);
  }

  HWY_INLINE V operator()(V sum, std::size_t x) const {
    if (uniform_) return all_(sum);
    const D d;
    return hn::Div(sum, hn::Mul(hn::Set(d, row_), load_as(d, cols_ + x)));
  }

 private:
  const double* rows_;
  const T* cols_;
  bool uniform_ = true;
  T row_ = 1;
  Quotient<T> all_{T{1}};
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
