#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/analysis/gradient.h"
#include "core/engines/torch_room.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// Autograd adds floats in an order of its own: as many as windows share the cell.
void compare(const std::string& text, const Tensor& input, std::uint32_t seed) {
  const Layer layer = *parse_layer(text);
  const auto pool = lower(layer, input.shape());
  ASSERT_TRUE(pool) << pool.error().message;
  const Tensor output = filled(pool->output_shape(input.shape()), Fill::random, seed);
  const auto witness = (*torch_room())->witness_gradient(layer, input, output);
  ASSERT_TRUE(witness) << text << ": " << witness.error().message;
  const Tensor ours = *gradient(*pool, input, output, TiePolicy::winner);
  ASSERT_EQ(ours.shape(), witness->shape());
  for (std::size_t i = 0; i < ours.values().size(); ++i) {
    const float x = witness->values()[i], y = ours.values()[i];
    ASSERT_NEAR(x, y, 1e-5 * std::max(1.0F, std::abs(y))) << text << ", cell " << i;
  }
}

TEST(LibTorchGradient, IsOursForEveryLayerThatItHas) {
  std::uint32_t n = 0;
  for (const char* layer :
       {"MaxPool2d(2)", "MaxPool2d(3, 1, 1)", "MaxPool2d((2, 3), (1, 2), (1, 0), (2, 1))",
        "MaxPool2d(3, 2, 1, ceil_mode=True)", "AvgPool2d(2)", "AvgPool2d(3, 2, 1, True, False)",
        "AvgPool2d(3, 1, 1)", "AvgPool2d(2, divisor_override=3)", "LPPool2d(1, 2)",
        "AdaptiveAvgPool2d((3, 5))", "AdaptiveMaxPool2d((4, 3))", "AdaptiveMaxPool2d(1)",
        "FractionalMaxPool2d(2, output_size=(5, 6), seed=3)"}) {
    for (const Shape& shape : {Shape{1, 1, 8, 9}, {2, 3, 7, 12}}) {
      for (const Fill fill : {Fill::random, Fill::zeros, Fill::equal}) {
        compare(layer, filled(shape, fill, n), n + 1);
        ++n;
      }
    }
  }
  for (const char* layer : {"MaxPool1d(3, 2, 1)", "AvgPool1d(2)", "AdaptiveMaxPool1d(4)",
                            "AdaptiveAvgPool1d(3)", "LPPool1d(1, 3)"}) {
    compare(layer, filled({2, 3, 1, 17}, Fill::random, n), n + 1);
    ++n;
  }
}

/// The root's slope has no end at 0, so inputs keep their distance from it.
TEST(LibTorchGradient, IsOursForPowers) {
  for (const char* layer : {"LPPool2d(2, 3)", "LPPool2d(3, 2, 1)", "LPPool2d(1.5, (2, 3))"}) {
    Tensor input = filled({2, 2, 9, 11}, Fill::random, 5);
    std::vector<float> values(input.values().begin(), input.values().end());
    for (float& value : values) value = std::abs(value) + 0.5F;
    compare(layer, *Tensor::copy_of(input.shape(), values), 6);
  }
}

}  // namespace
}  // namespace poolscope
