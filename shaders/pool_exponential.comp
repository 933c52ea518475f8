#version 430 core
// Sums of exp(scale * x) over a window, relative to its largest tap so that none overflows:
// SOFTMAX weighs the taps by them, otherwise they give log(sum) / scale.
#include "common/pool_job.glsl"
#include "common/ordered_float.glsl"
#include "common/running_sum.glsl"

// e^x for x <= 0, within 2 units in the last place: exp() is rougher on some drivers.
// Source: Cephes, expf.
float exp_of(float x) {
  if (!(x > -87.0)) return 0.0;
  float n = floor(x * 1.44269504 + 0.5);
  precise float f = x - n * 0.693359375;
  f -= n * -2.12194440e-4;
  precise float p = 1.9875691500e-4;
  p = p * f + 1.3981999507e-3;
  p = p * f + 8.3334519073e-3;
  p = p * f + 4.1665795894e-2;
  p = p * f + 1.6666665459e-1;
  p = p * f + 5.0000001201e-1;
  p = p * f * f + f + 1.0;
  return p * uintBitsToFloat(uint(int(n) + 127) << 23);
}

// The largest key; a window of nothing has kMinusInfKey - 1.
int largest(Place at, Window row, Window col) {
  int best = kMinusInfKey - 1;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      best = max(best, key_of(source[line + x]));
    }
  }
  return best;
}

const float kDown = 1.52587890625e-5;  // 2^-16: a weighted sum of the largest floats stays one.

uint of_largest(Place at, Window row, Window col, float top) {
  Sum weights = Sum(0.0, 0.0), weighted = Sum(0.0, 0.0);
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      float value = float_of(source[line + x]);
      float weight = exp_of(scale * (value - top));
      add(weights, weight);
      if (weight > 0.0) add(weighted, weight * (value * kDown));
    }
  }
#ifdef SOFTMAX
  return floatBitsToUint(weighted.sum / weights.sum / kDown);
#else
  return floatBitsToUint(top + log(weights.sum) / scale);
#endif
}

void reduce(Place at) {
  Window row = row_window(at), col = col_window(at);
  int cell = cell_index(at);
  int best = largest(at, row, col);
  uint top = bits_of(max(best, kMinusInfKey));
  if (best == kNanKey) {
    values[cell] = kNanBits;
#ifdef SOFTMAX
  } else if (best < kMinusInfKey) {
    values[cell] = kNanBits;
#endif
  } else if ((top & kSize) == kInfinity) {
    values[cell] = top;
  } else {
    values[cell] = of_largest(at, row, col, float_of(top));
  }
}

#include "common/each_cell.glsl"
