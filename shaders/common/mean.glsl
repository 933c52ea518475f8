// mean(): a window's sum by its divisor. Windows whose taps a float sum would lose are summed
// again in double.
#include "common/exact_sum.glsl"
#include "common/running_sum.glsl"

float divisor_of(Window row, Window col) {
  return (flags & kHasDivisor) != 0 ? divisor : float(row.divisor) * float(col.divisor);
}

// A sum in double; kPlus and kMinus say which infinities there are, kNan counts as both.
struct ExactSum {
  double sum;
  uint infinities;
};

void add_exactly(inout ExactSum s, uint bits) {
  uint size = bits & kSize;
  if (size < kInfinity) {
    s.sum += double_of(bits);
  } else {
    s.infinities |= size > kInfinity ? kPlus | kMinus : infinity_of(bits);
  }
}

// A mean: a number, or where `special` is not 0 the bits of infinity or NaN.
struct Mean {
  double number;
  uint special;
};

Mean mean_of(ExactSum s, Window row, Window col) {
  double by = divisor_of_double(row, col);
  if (s.infinities == 0u) return Mean(s.sum / by, 0u);
  uint bits = infinite_sum(s.infinities);
  return Mean(0.0lf, by < 0.0lf && bits != kNanBits ? bits ^ kSign : bits);
}

uint mean_bits(Mean mean) {
  return mean.special != 0u ? mean.special : bits_of_double(mean.number);
}

// Of a window whose divisor is not 0, slowly.
Mean exact_mean(Place at, Window row, Window col) {
  ExactSum s = ExactSum(0.0lf, 0u);
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      add_exactly(s, source[line + x]);
    }
  }
  return mean_of(s, row, col);
}

// Whether a float sum of taps, the largest of size `most`, keeps them all.
bool keeps(uint most) {
  return most == 0u || (most >= uint(low_bits) && most < uint(top_bits));
}

Sum sum_of(Place at, Window row, Window col, out uint most) {
  Sum s = Sum(0.0, 0.0);
  most = 0u;  // The largest tap's size, by its bits: NaN, infinity, then numbers.
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint bits = source[line + x];
      add(s, float_of(bits));
      most = max(most, bits & kSize);
    }
  }
  return s;
}

uint mean(Place at, Window row, Window col) {
  uint most;
  float sum = sum_of(at, row, col, most).sum;
  float by = divisor_of(row, col);
  if (by == 0.0 || most > kInfinity) return kNanBits;
  if (keeps(most)) return most == 0u ? 0u : floatBitsToUint(sum / by);
  return mean_bits(exact_mean(at, row, col));
}
