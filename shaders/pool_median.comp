#version 430 core
// The tap in the middle of the order, the lower one of two: found bit by bit of its key, from the
// top; then the first tap that has it. The last NaN wins.
#include "common/pool_job.glsl"
#include "common/ordered_float.glsl"

#ifdef WINNERS
layout(std430, binding = 3) writeonly buffer Winners { int winners[]; };
#endif

// Unsigned, in order, with one key for both zeros.
uint rank_of(uint bits) {
  int key = key_of(bits);
  return uint(key == -1 ? 0 : key) ^ kSign;
}

// How many taps have a rank whose upper bits are `prefix` (`shift` bits are left out).
int count_of(Place at, Window row, Window col, uint prefix, int shift) {
  int count = 0;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      if (rank_of(source[line + x]) >> shift == prefix) ++count;
    }
  }
  return count;
}

uint middle_rank(Place at, Window row, Window col) {
  int below = (row.count * col.count - 1) / 2;
  uint prefix = 0u;
  for (int shift = 31; shift >= 0; --shift) {
    prefix <<= 1;
    int zeros = count_of(at, row, col, prefix, shift);
    if (below < zeros) continue;
    below -= zeros;
    prefix |= 1u;
  }
  return prefix;
}

// The place of the first tap of that rank, or of the last NaN; -1 where there is neither.
ivec2 place_of_rank(Place at, Window row, Window col, uint rank, out bool found) {
  const uint nan_rank = uint(kNanKey) ^ kSign;
  found = false;
  bool nan = false;
  ivec2 place = ivec2(-1);
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      uint here = rank_of(source[line + x]);
      nan = nan || here == nan_rank;
      if (here != nan_rank && (here != rank || found)) continue;
      if (here != nan_rank && nan) continue;
      place = ivec2(x, y);
      found = true;
    }
  }
  return place;
}

void reduce(Place at) {
  Window row = row_window(at), col = col_window(at);
  int cell = cell_index(at);
  bool found;
  ivec2 place = place_of_rank(at, row, col, middle_rank(at, row, col), found);
  values[cell] = found ? source[source_row_at(at, place.y) + place.x] : kNanBits;
#ifdef WINNERS
  winners[cell] = found ? place.y * source_width + place.x : -1;
#endif
}

#include "common/each_cell.glsl"
