// The largest tap (NEGATED: the smallest), and with WINNERS its place.
#include "common/ordered_float.glsl"

#ifdef WINNERS
layout(std430, binding = 3) writeonly buffer Winners { int winners[]; };
#endif

#ifdef NEGATED
const uint kFlip = kSign;
#else
const uint kFlip = 0u;
#endif

void reduce(Place at, Window row, Window col, int cell) {
  int best = kMinusInfKey;
  int winner = -1;
  for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
    int line = source_row_at(at, y);
    for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
      int key = key_of(source[line + x] ^ kFlip);
      if (winner >= 0 && !beats(key, best)) continue;
      best = key;
      winner = y * source_width + x;
    }
  }
  values[cell] = bits_of(best) ^ kFlip;
#ifdef WINNERS
  winners[cell] = winner;
#endif
}
