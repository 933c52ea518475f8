// The mean of a window. Floats with the error of each step carried along come within 2 units in
// the last place; windows whose taps they would lose are summed again in double.
#include "common/exact_sum.glsl"

const uint kNanBits = 0x7FC00000u;
const uint kInfinity = 0x7F800000u;
const uint kSize = 0x7FFFFFFFu;
// 2^-80: beside such a tap, those that a driver flushes to 0 (below 2^-126) do not count.
const uint kLowBits = 0x17800000u;

struct Sum {
  float sum, lost;
  uint most;  // The largest tap's size, by its bits: NaN, infinity, then numbers.
};

void add(inout Sum s, uint bits) {
  precise float step = uintBitsToFloat(bits) - s.lost;
  precise float sum = s.sum + step;
  precise float lost = (sum - s.sum) - step;
  s.sum = sum;
  s.lost = lost;
  s.most = max(s.most, bits & kSize);
}

float divisor_of(Window row, Window col) {
  return (flags & kHasDivisor) != 0 ? divisor : float(row.divisor) * float(col.divisor);
}

// What a sum with infinities or NaN comes to: by the signs of the infinities, seen as 1 and 2.
uint special_sum(uint most, uint infinities) {
  if (most > kInfinity || infinities == 3u) return kNanBits;
  return infinities == 1u ? kInfinity : kInfinity | 0x80000000u;
}

// The same once more, slowly: a window with extreme taps.
uint exact_mean(Place at, Window row, Window col, uint most) {
  double sum = 0.0lf;
  uint infinities = 0u;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint bits = source[line + x];
      if ((bits & kSize) == kInfinity) infinities |= (bits >> 31) + 1u;
      if ((bits & kSize) < kInfinity) sum += double_of(bits);
    }
  }
  bool negative = divisor_of(row, col) < 0.0;
  if (most >= kInfinity) {
    uint special = special_sum(most, infinities);
    return negative && special != kNanBits ? special ^ 0x80000000u : special;
  }
  double by = (flags & kHasDivisor) != 0 ? double(divisor) : double(row.divisor) * double(col.divisor);
  return bits_of_double(sum / by);
}

uint mean(Place at, Window row, Window col) {
  Sum s = Sum(0.0, 0.0, 0u);
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) add(s, source[line + x]);
  }
  float by = divisor_of(row, col);
  if (by == 0.0 || s.most > kInfinity) return kNanBits;
  if (s.most == 0u) return 0u;
  if (s.most < kLowBits || s.most >= uint(top_bits)) return exact_mean(at, row, col, s.most);
  return floatBitsToUint(s.sum / by);
}

void reduce(Place at, Window row, Window col, int cell) { values[cell] = mean(at, row, col); }
