// A part of a window reduced to its largest tap (NEGATED: the smallest), and with WINNERS its
// place. Parts join in any grouping, so long as the first stays before the later one.
#include "common/ordered_float.glsl"

#ifdef WINNERS
layout(std430, binding = 3) writeonly buffer Winners { int winners[]; };
#ifdef ACROSS_ROWS
layout(std430, binding = 6) readonly buffer MiddleWinners { int middle_winners[]; };
#endif
#endif

#ifdef NEGATED
const uint kFlip = kSign;
#else
const uint kFlip = 0u;
#endif

struct Part {
  int key, place;
};

Part nothing() { return Part(kMinusInfKey - 1, -1); }

Part joined(Part first, Part later) {
  if (beats(later.key, first.key)) return later;
  return first;
}

// In any order: by the places.
Part joined_anyhow(Part a, Part b) {
  int rank_a = a.key == -1 ? 0 : a.key;
  int rank_b = b.key == -1 ? 0 : b.key;
  if (rank_a != rank_b) return rank_a > rank_b ? a : b;
  bool earlier = a.place < b.place;
  return earlier == (rank_a != kNanKey) ? a : b;
}

Part part_at(int y, int x, int index) {
  Part part = Part(key_of(read_bits(index) ^ kFlip), y * source_width + x);
#if defined(ACROSS_ROWS) && defined(WINNERS)
  part.place = middle_winners[index];
  if (part.place < 0) return nothing();
#endif
  return part;
}

void store(Place at, Part part) {
  int cell = cell_index(at);
  values[cell] = bits_of(max(part.key, kMinusInfKey)) ^ kFlip;
#ifdef WINNERS
  winners[cell] = part.place;
#endif
}

// Lanes of a group take turns at the taps; an invocation alone takes all, in order.
Part part_of(Place at, int lane, int lanes) {
  Window row = row_window(at), col = col_window(at);
  Part part = nothing();
  if (lanes == 1) {
    for (int i = 0, y = row.begin; i < row.count; ++i, y += row.step) {
      int line = read_row_at(at, y);
      for (int j = 0, x = col.begin; j < col.count; ++j, x += col.step) {
        part = joined(part, part_at(y, x, line + x));
      }
    }
    return part;
  }
  for (int tap = lane; tap < row.count * col.count; tap += lanes) {
    int y = row.begin + tap / col.count * row.step;
    int x = col.begin + tap % col.count * col.step;
    part = joined(part, part_at(y, x, read_row_at(at, y) + x));
  }
  return part;
}
