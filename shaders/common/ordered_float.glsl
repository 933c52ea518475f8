// Floats by their bits, as ints in the same order: drivers may flush denormals, and need not know
// NaN. -0 becomes -1 and +0 becomes 0, so that the sign survives although they tie.
#include "common/float_bits.glsl"

const int kNanKey = 0x7FFFFFFF;
const int kMinusInfKey = int(0x807FFFFFu);

int key_of(uint bits) {
  int key = int(bits ^ (uint(int(bits) >> 31) & kSize));
  return (bits & kSize) > kInfinity ? kNanKey : key;
}

uint bits_of(int key) { return uint(key) ^ (uint(key >> 31) & kSize); }

// Whether a later tap beats the best one so far: a tie goes to the first, the last NaN wins.
bool beats(int later, int best) {
  return later > (best == -1 ? 0 : best) || later == kNanKey;
}
