// Parts of a float's bits.
const uint kSign = 0x80000000u;
const uint kSize = 0x7FFFFFFFu;
const uint kInfinity = 0x7F800000u;
const uint kNanBits = 0x7FC00000u;

// A float as arithmetic gets it: a driver may take denormals for 0. FLUSHES does so on any driver,
// for tests of what follows.
float float_of(uint bits) {
#ifdef FLUSHES
  if ((bits & kInfinity) == 0u) return 0.0;
#endif
  return uintBitsToFloat(bits);
}
float flushed(float value) { return float_of(floatBitsToUint(value)); }
