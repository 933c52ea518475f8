// A part of a window reduced to its sum: a float's bits, that say so where a float does not do.
#include "common/mean.glsl"

struct Part {
  uint bits;
};

const uint kHuge = 0x7F900001u;      // Finite, but more than a float holds, or may soon be.
const uint kTiny = 1u;               // Not 0, but so small that floats may have lost it.
const uint kTinyBelow = 0x12800000u;   // 2^-90
const uint kGoodFrom = 0x26800000u;    // 2^-50: beside it, what kTiny stands for does not count.
const uint kHugeFrom = 0x71800000u;    // 2^100

Part nothing() { return Part(0u); }

bool is_number(uint bits) { return (bits & kSize) < kHugeFrom; }

// Of two, one of which is no number as is_number() has it.
uint special_sum(uint a, uint b) {
  uint size_a = a & kSize, size_b = b & kSize;
  bool nan_a = size_a > kInfinity && a != kHuge, nan_b = size_b > kInfinity && b != kHuge;
  bool inf_a = size_a == kInfinity, inf_b = size_b == kInfinity;
  if (nan_a || nan_b || (inf_a && inf_b && a != b)) return kNanBits;
  if (inf_a || inf_b) return inf_a ? a : b;
  return kHuge;
}

uint marked(float sum, bool nothing_but_zeros) {
  uint bits = floatBitsToUint(sum);
  if (nothing_but_zeros) return 0u;
  return (bits & kSize) < kTinyBelow ? kTiny : bits;
}

Part joined(Part a, Part b) {
  if (!is_number(a.bits) || !is_number(b.bits)) return Part(special_sum(a.bits, b.bits));
  if (((a.bits | b.bits) & kSize) == 0u) return nothing();
  return Part(marked(flushed(float_of(a.bits) + float_of(b.bits)), false));
}
Part joined_anyhow(Part a, Part b) { return joined(a, b); }

Part part_at(int y, int x, int index) { return Part(read_bits(index)); }

// Lanes of a group take turns at the taps; an invocation alone takes all.
Part part_of(Place at, int lane, int lanes) {
  Window row = row_window(at), col = col_window(at);
  Sum s = Sum(0.0, 0.0);
  uint special = 0u, sizes = 0u;
  for (int tap = lane; tap < row.count * col.count; tap += lanes) {
    int y = row.begin + tap / col.count * row.step;
    uint bits = read_bits(read_row_at(at, y) + col.begin + tap % col.count * col.step);
    if (is_number(bits)) {
      add(s, float_of(bits));
      sizes |= bits & kSize;
    } else {
      special = special == 0u ? special_sum(bits, 0u) : special_sum(special, bits);
    }
  }
  return Part(special != 0u ? special : marked(s.sum, sizes == 0u));
}

// The mean of a whole window by its sum; false where it must be summed again.
bool mean_by_sum(Place at, uint bits, out uint result) {
  float by = divisor_of(whole_row_window(at), whole_col_window(at));
  uint size = bits & kSize;
  result = kNanBits;
  if (by == 0.0 || (size > kInfinity && bits != kHuge)) return true;
  if (size == kInfinity) {
    result = by < 0.0 ? bits ^ kSign : bits;
    return true;
  }
  if (size != 0u && (size < kGoodFrom || size >= kHugeFrom)) return false;
  result = size == 0u ? 0u : floatBitsToUint(float_of(bits) / by);
  return true;
}

void store(Place at, Part part) {
#ifdef ALONG_ROWS
  values[cell_index(at)] = part.bits;
#else
  uint result;
  if (!mean_by_sum(at, part.bits, result)) {
    result = mean_bits(exact_mean(at, whole_row_window(at), whole_col_window(at)));
  }
  values[cell_index(at)] = result;
#endif
}
