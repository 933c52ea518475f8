// What kind of number a float is, by its bits: isnan() may be optimised away.
const int kFinite = 0;
const int kMinusInf = 1;
const int kPlusInf = 2;
const int kNan = 3;

int number_kind(float value) {
  uint bits = floatBitsToUint(value);
  if ((bits & 0x7F800000u) != 0x7F800000u) return kFinite;
  if ((bits & 0x007FFFFFu) != 0u) return kNan;
  return (bits >> 31) != 0u ? kMinusInf : kPlusInf;
}
