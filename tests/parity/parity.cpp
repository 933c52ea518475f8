#include "tests/parity/parity.h"

#include <random>

#include "core/engines/reference_engine.h"
#include "tests/values.h"

namespace poolscope {
namespace {

float special_value(std::uint32_t dice, float plain) {
  switch (dice % 24) {
    case 0:
      return kNan;
    case 1:
      return kInf;
    case 2:
      return -kInf;
    case 3:
      return -0.0F;
    case 4:
      return 0.0F;
    case 5:
      return -kNan;
    default:
      return plain;
  }
}

float value_of(Fill fill, std::mt19937& random) {
  const auto dice = static_cast<std::uint32_t>(random());
  const float unit = static_cast<float>(random()) * 0x1p-32F;
  const float plain = 4.0F * unit - 2.0F;
  switch (fill) {
    case Fill::random:
      return plain;
    case Fill::special:
      return special_value(dice, plain);
    case Fill::zeros:
      return dice % 5 == 0 ? plain - 2.0F : dice % 2 == 0 ? -0.0F : 0.0F;
    case Fill::denormals:
      return static_cast<float>(static_cast<int>(dice % 2001) - 1000) * 1e-45F;
    case Fill::offset:
      return 1e6F + plain;
    case Fill::equal:
      return 0.1F;
    case Fill::minus_inf:
      return -kInf;
    case Fill::huge:
      return 1.6e38F * plain;
  }
  return 0.0F;
}

}  // namespace

Tensor filled(const Shape& shape, Fill fill, std::uint32_t seed) {
  std::mt19937 random(seed);
  auto values = Buffer<float>::allocate(shape.elements());
  for (float& value : values->span()) value = value_of(fill, random);
  return Tensor(shape, std::move(*values));
}

testing::AssertionResult result_of(const Agreement& found) {
  if (found.holds()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << found.first;
}

testing::AssertionResult same_bits(const PoolOutput& a, const PoolOutput& b) {
  return result_of(bit_agreement(a, b));
}

testing::AssertionResult agrees(const PoolOutput& got, const Tensor& input, const LoweredPool& pool,
                                const Bounds& bounds) {
  const PoolOutput expected =
      *ReferenceEngine().run(input, pool, {.winners = got.winners.has_value()});
  return result_of(*agreement({got, expected, input, pool}, bounds));
}

}  // namespace poolscope
