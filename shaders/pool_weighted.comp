#version 430 core
// The sum of taps by their weights, which count the taps outside the input too.
#include "common/pool_job.glsl"
#include "common/exact_sum.glsl"
#include "common/running_sum.glsl"

layout(std430, binding = 4) readonly buffer Weights { float weights[]; };

// Where a tap reads along an axis; -1 where it adds nothing.
int read_at(int tap, int size) {
#ifdef REFLECT
  if (tap < 0) tap = -tap;
  if (tap >= size) tap = 2 * (size - 1) - tap;
#endif
  return tap < 0 || tap >= size ? -1 : tap;
}

struct Weighted {
  Sum sum;
  double exact;
  uint most;        // The largest product's size, by its bits.
  uint sizes;       // The bits of all numbers' sizes.
  uint infinities;
  bool nan;
};

void add_tap(inout Weighted w, uint bits, float weight, bool exactly) {
  if ((bits & kSize) >= kInfinity) {
    w.nan = w.nan || (bits & kSize) > kInfinity || weight == 0.0;
    w.infinities |= infinity_of(bits ^ (floatBitsToUint(weight) & kSign));
  } else if (exactly) {
    w.exact += double_of(bits) * double(weight);
  } else {
    precise float product = flushed(float_of(bits) * weight);
    add(w.sum, product);
    w.most = max(w.most, floatBitsToUint(product) & kSize);
    w.sizes |= bits & kSize;
  }
}

Weighted sum_of(Place at, Window row, Window col, bool exactly) {
  Weighted w = Weighted(Sum(0.0, 0.0), 0.0lf, 0u, 0u, 0u, false);
  for (int i = 0; i < row.count; ++i) {
    int y = read_at(row.begin + i * row.step, source_height);
    for (int j = 0; j < col.count && y >= 0; ++j) {
      int x = read_at(col.begin + j * col.step, source_width);
      if (x < 0) continue;
      add_tap(w, source[source_row_at(at, y) + x], weights[i * col.count + j], exactly);
    }
  }
  return w;
}

void reduce(Place at) {
  Window row = row_window(at), col = col_window(at);
  int cell = cell_index(at);
  Weighted w = sum_of(at, row, col, false);
  if (w.nan || w.infinities != 0u) {
    values[cell] = w.nan ? kNanBits : infinite_sum(w.infinities);
  } else if (w.sizes == 0u) {
    values[cell] = 0u;
  } else if (w.most < uint(low_bits) || w.most >= uint(top_bits)) {
    values[cell] = bits_of_double(sum_of(at, row, col, true).exact);
  } else {
    values[cell] = floatBitsToUint(w.sum.sum);
  }
}

#include "common/each_cell.glsl"
