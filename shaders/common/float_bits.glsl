// Parts of a float's bits.
const uint kSign = 0x80000000u;
const uint kSize = 0x7FFFFFFFu;
const uint kInfinity = 0x7F800000u;
const uint kNanBits = 0x7FC00000u;
