#include "tests/parity/network_parity.h"

#include "core/engines/cpu_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/instruction_sets.h"

namespace poolscope {
namespace {

/// Inputs of 4 channels: small ones, a row, a column, and one of several tiles.
constexpr Shape kShapes[] = {{1, 4, 7, 9}, {2, 4, 12, 8}, {1, 4, 8, 40}, {1, 4, 45, 17}};

TEST(CpuConvolution, AgreesWithTheReferenceOnEveryInstructionSet) {
  const CpuEngine one(1), three(3);
  std::uint32_t seed = 0;
  for (const std::int64_t set : instruction_sets()) {
    const ForcedInstructionSet forced(set);
    for (const char* text : kConvolutions) {
      for (const Shape& shape : kShapes) {
        for (const Fill fill : {Fill::random, Fill::offset, Fill::special}) {
          const Tensor input = filled(shape, fill, ++seed);
          const auto lowered = lower_layer(*parse_layer(text), shape);
          if (!lowered) continue;
          const Convolution& convolution = std::get<Convolution>(*lowered);
          for (const CpuEngine* engine : {&one, &three}) {
            ASSERT_TRUE(
                convolves(engine->convolve(input, convolution, {})->values, input, convolution))
                << text << ", " << seed;
          }
        }
      }
    }
  }
}

TEST(CpuConvolution, CutsWideAndTallInputsIntoTiles) {
  const CpuEngine engine(2);
  for (const Shape& shape : {Shape{1, 4, 3, 1300}, {1, 4, 200, 9}}) {
    const Tensor input = filled(shape, Fill::random, 3);
    const Convolution convolution = convolution_of(
        *parse_layer("Conv2d(out_channels=5, padding=1, stride=(1, 2), bias=1)"), shape);
    EXPECT_TRUE(convolves(engine.convolve(input, convolution, {})->values, input, convolution));
  }
}

TEST(CpuConvolution, LeavesWindowsFarOutsideToTheReference) {
  const Tensor input = filled({1, 1, 3, 3}, Fill::random, 1);
  const Convolution convolution = convolution_of(
      *parse_layer("Conv2d(kernel_size=2, dilation=1000000, padding=500000, stride=500000, "
                   "out_channels=1)"),
      input.shape());
  EXPECT_TRUE(convolves(CpuEngine(1).convolve(input, convolution, {})->values, input, convolution));
}

TEST(CpuPointwise, AgreesWithTheReference) {
  for (const LayerKind* kind : layer_kinds()) {
    const Shape shape{2, 3, 150, 131};
    const auto lowered = lower_layer(starting_layer(*kind), shape);
    const Pointwise* pointwise = lowered ? std::get_if<Pointwise>(&*lowered) : nullptr;
    if (pointwise == nullptr) continue;
    for (const Fill fill : {Fill::random, Fill::special, Fill::huge}) {
      const Tensor input = filled(shape, fill, 7);
      const Tensor got = CpuEngine(2).map(input, *pointwise, {})->values;
      const Tensor expected = ReferenceEngine().map(input, *pointwise, {})->values;
      for (std::int64_t i = 0; i < shape.elements(); ++i) {
        const float x = got.data()[i], y = expected.data()[i];
        ASSERT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << kind->name << ", " << i;
      }
    }
  }
}

}  // namespace
}  // namespace poolscope
