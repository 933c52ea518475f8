// Floats by their bits, as ints in the same order: drivers may flush denormals, and need not know
// NaN. -0 becomes -1 and +0 becomes 0, so that the sign survives although they tie.
const uint kSign = 0x80000000u;
const uint kInfBits = 0x7F800000u;
const int kNanKey = 0x7FFFFFFF;
const int kMinusInfKey = int(0x807FFFFFu);

bool is_nan(uint bits) { return (bits & ~kSign) > kInfBits; }

int key_of(uint bits) {
  int key = int(bits ^ (uint(int(bits) >> 31) & ~kSign));
  return is_nan(bits) ? kNanKey : key;
}

uint bits_of(int key) { return uint(key) ^ (uint(key >> 31) & ~kSign); }

// Whether a later tap beats the best one so far: a tie goes to the first, the last NaN wins.
bool beats(int later, int best) {
  return later > (best == -1 ? 0 : best) || later == kNanKey;
}
