// Sums in float that carry the error of each step along: within 2 units in the last place of the
// sum of sizes, whatever the number of taps.
#include "common/float_bits.glsl"

struct Sum {
  float sum, lost;
};

void add(inout Sum s, float value) {
  precise float step = flushed(value - s.lost);
  precise float sum = flushed(s.sum + step);
  precise float lost = flushed(flushed(sum - s.sum) - step);
  s.sum = sum;
  s.lost = lost;
}

// What a sum with infinities comes to: kPlus and kMinus say which there are.
const uint kPlus = 1u, kMinus = 2u;

uint infinite_sum(uint infinities) {
  if (infinities == (kPlus | kMinus)) return kNanBits;
  return infinities == kPlus ? kInfinity : kInfinity | kSign;
}

uint infinity_of(uint bits) { return (bits & kSign) != 0u ? kMinus : kPlus; }
