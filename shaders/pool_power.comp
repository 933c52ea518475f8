#version 430 core
// (gain * sum of x^EXPONENT / divisor)^(1 / EXPONENT), with a whole EXPONENT from 1 to 8:
// multiplied out, for pow() is undefined below 0 and rough elsewhere. MAGNITUDE takes |x|, LEAST
// raises x to `least` first.
#include "common/pool_job.glsl"
#include "common/mean.glsl"
#include "common/ordered_float.glsl"

uint raised(uint bits) {
#ifdef LEAST
  uint lowest = floatBitsToUint(least);
  if (key_of(bits) < key_of(lowest)) bits = lowest;
#endif
#ifdef MAGNITUDE
  bits &= kSize;
#endif
  return bits;
}

float power_of(float x) {
  precise float power = x;
  for (int i = 1; i < EXPONENT; ++i) power = flushed(power * x);
  return power;
}

double power_of_double(double x) {
  double power = x;
  for (int i = 1; i < EXPONENT; ++i) power *= x;
  return power;
}

double two_to(int exponent) { return packDouble2x32(uvec2(0u, uint(exponent + 1023) << 20)); }

// Of a positive number: the exponent is shared out, then Newton's steps from a float's root.
uint root_bits(double x) {
  int up = 0;
  if (x < 1e-290lf) {
    x *= two_to(200);
    up = 200;
  }
  int exponent = int((unpackDouble2x32(x).y >> 20) & 0x7FFu) - 1023 - up;
  int shared_out = int(floor(float(exponent) / float(EXPONENT)));
  int down = -shared_out * EXPONENT - up;
  x *= two_to(down / 2);
  x *= two_to(down - down / 2);
  double root = double(pow(float(x), 1.0 / float(EXPONENT)));
  for (int i = 0; i < 3; ++i) {
    double others = power_of_double(root) / root;
    root += (x / others - root) / double(EXPONENT);
  }
  return bits_of_double(root * two_to(shared_out));
}

uint power_mean_bits(double x) {
  if (EXPONENT == 1) return bits_of_double(x);
  if (x < 0.0lf) return kNanBits;
  if (x > 1.797e308lf) return kInfinity;
  return x == 0.0lf ? 0u : root_bits(x);
}

uint exact_power(Place at, Window row, Window col) {
  double sum = 0.0lf;
  uint infinities = 0u;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint bits = raised(source[line + x]);
      if ((bits & kSize) == kInfinity) {
        infinities |= EXPONENT % 2 == 0 ? kPlus : infinity_of(bits);
      } else {
        sum += power_of_double(double_of(bits));
      }
    }
  }
  double by = divisor_of_double(row, col);
  if (infinities == 0u) return power_mean_bits(double(gain) * sum / by);
  uint bits = infinite_sum(infinities);
  // pow(-inf, 1/p) is +inf.
  return EXPONENT == 1 || bits == kNanBits ? bits : kInfinity;
}

// A number's root in float; x lies well within a float's range.
float root_of(float x) {
  precise float root = EXPONENT == 2 ? sqrt(x) : pow(x, 1.0 / float(EXPONENT));
  for (int i = 0; i < 2; ++i) {
    precise float others = power_of(root) / root;
    root += (x / others - root) / float(EXPONENT);
  }
  return root;
}

void reduce(Place at) {
  Window row = row_window(at), col = col_window(at);
  int cell = cell_index(at);
  Sum s = Sum(0.0, 0.0);
  uint most = 0u;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint bits = source[line + x];
      if ((bits & kSize) <= kInfinity) bits = raised(bits);
      add(s, power_of(float_of(bits)));
      most = max(most, bits & kSize);
    }
  }
  float by = divisor_of(row, col);
  float scaled = gain * s.sum / by;
  bool safe = abs(scaled) > 1e-30 && abs(scaled) < 1e37;
  if (by == 0.0 || most > kInfinity) {
    values[cell] = kNanBits;
  } else if (most == 0u) {
    values[cell] = 0u;
  } else if (most < uint(low_bits) || most >= uint(top_bits) || !safe) {
    values[cell] = exact_power(at, row, col);
  } else if (EXPONENT == 1) {
    values[cell] = floatBitsToUint(scaled);
  } else {
    values[cell] = scaled < 0.0 ? kNanBits : floatBitsToUint(root_of(scaled));
  }
}

#include "common/each_cell.glsl"
