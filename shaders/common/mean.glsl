// mean(): a window's sum by its divisor. Windows whose taps a float sum would lose are summed
// again in double.
#include "common/exact_sum.glsl"
#include "common/running_sum.glsl"

float divisor_of(Window row, Window col) {
  return (flags & kHasDivisor) != 0 ? divisor : float(row.divisor) * float(col.divisor);
}

// A mean: a number, or where `special` is not 0 the bits of infinity or NaN.
struct Mean {
  double number;
  uint special;
};

// Of a window without NaN, slowly.
Mean exact_mean(Place at, Window row, Window col) {
  double sum = 0.0lf;
  uint infinities = 0u;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint bits = source[line + x];
      if ((bits & kSize) == kInfinity) {
        infinities |= infinity_of(bits);
      } else {
        sum += double_of(bits);
      }
    }
  }
  double by = divisor_of_double(row, col);
  if (infinities == 0u) return Mean(sum / by, 0u);
  uint bits = infinite_sum(infinities);
  return Mean(0.0lf, by < 0.0lf && bits != kNanBits ? bits ^ kSign : bits);
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
      add(s, uintBitsToFloat(bits));
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
  Mean exact = exact_mean(at, row, col);
  return exact.special != 0u ? exact.special : bits_of_double(exact.number);
}
