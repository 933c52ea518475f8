// Doubles, for windows whose taps are so small or so large that floats would lose them. Denormals
// are taken apart by hand: a driver may flush them.
#include "common/float_bits.glsl"

double double_of(uint bits) {
  if ((bits & kInfinity) != 0u) return double(uintBitsToFloat(bits));
  double size = double(bits & 0x7FFFFFu) * 1.40129846432481707e-45lf;
  return (bits & kSign) != 0u ? -size : size;
}

// The nearest float's bits; a denormal's or infinity's too.
uint bits_of_double(double value) {
  uint sign = unpackDouble2x32(value).y & kSign;
  double size = abs(value);
  if (size >= 3.40282356779733662e38lf) return sign | kInfinity;
  if (size >= 1.17549435082228751e-38lf) return floatBitsToUint(float(value));
  return sign | uint(roundEven(size * 7.13623846352979940e44lf));
}

double divisor_of_double(Window row, Window col) {
  return (flags & kHasDivisor) != 0 ? double(divisor) : double(row.divisor) * double(col.divisor);
}
