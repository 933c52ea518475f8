#version 430 core
// alpha * max + (1 - alpha) * mean.
#include "common/pool_job.glsl"
#include "common/mean.glsl"
#include "common/ordered_float.glsl"

int largest(Place at, Window row, Window col) {
  int best = kMinusInfKey;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      best = max(best, key_of(source[line + x]));
    }
  }
  return best;
}

Mean mean_in_double(Place at, Window row, Window col) {
  uint most;
  float sum = sum_of(at, row, col, most).sum;
  double by = divisor_of_double(row, col);
  if (by == 0.0lf || most > kInfinity) return Mean(0.0lf, kNanBits);
  return keeps(most) ? Mean(double(sum) / by, 0u) : exact_mean(at, row, col);
}

void reduce(Place at) {
  Window row = row_window(at), col = col_window(at);
  int cell = cell_index(at);
  Mean average = mean_in_double(at, row, col);
  uint top = bits_of(largest(at, row, col));
  if (average.special == kNanBits || (average.special != 0u && alpha < 1.0lf)) {
    values[cell] = average.special;
  } else if (alpha == 0.0lf) {
    values[cell] = bits_of_double(average.number);
  } else if (alpha == 1.0lf || (top & kSize) == kInfinity) {
    values[cell] = top;
  } else {
    values[cell] = bits_of_double(alpha * double_of(top) + (1.0lf - alpha) * average.number);
  }
}

#include "common/each_cell.glsl"
