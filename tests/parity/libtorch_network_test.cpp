#include <fmt/format.h>

#include "core/analysis/gradient.h"
#include "core/engines/engine_list.h"
#include "core/engines/run_layer.h"
#include "core/engines/torch_room.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/network_parity.h"

namespace poolscope {
namespace {

const TorchRoom& room() { return **torch_room(); }

constexpr Shape kShapes[] = {{1, 4, 7, 9}, {2, 4, 12, 8}, {1, 4, 45, 40}};

constexpr const char* kTyped[] = {
    "Conv2d(weight=[[0, 1, 0], [1, -4, 1], [0, 1, 0]], padding=1)",
    "Conv2d(groups=2, weight=[[[1, 2]], [[3, -4]]], stride=2)",
    "Conv2d(groups=4, weight=[[[[1]]], [[[2]]], [[[3]]], [[[4]]]], bias=[1, 2, 3, 4])",
};

constexpr const char* kFunctions[] = {
    "ReLU()",
    "ReLU6()",
    "LeakyReLU(0.2)",
    "ELU(1.5)",
    "GELU()",
    "SiLU()",
    "Softplus(2)",
    "Sigmoid()",
    "Tanh()",
    "Hardtanh(-0.5, 0.25)",
    "Abs()",
    "Square()",
    "BatchNorm2d(4, 0.001, running_mean=[1, 2, 3, 4], running_var=0.5, weight=[1, 0, -1, 2], "
    "bias=3)"};

void expect_near(const Tensor& got, const Tensor& expected, const std::string& name) {
  ASSERT_EQ(got.shape(), expected.shape()) << name;
  for (std::int64_t i = 0; i < got.shape().elements(); ++i) {
    const float x = got.data()[i], y = expected.data()[i];
    ASSERT_NEAR(x, y, 2e-6 * std::max(1.0F, std::abs(y))) << name << ", cell " << i;
  }
}

TEST(LibTorchConvolution, IsWitnessAndEngineOfConv2d) {
  std::uint32_t seed = 0;
  const auto check = [&](const char* text) {
    const Layer layer = *parse_layer(text);
    for (const Shape& shape : kShapes) {
      if (!lower_layer(layer, shape)) continue;
      const Tensor input = filled(shape, Fill::random, ++seed);
      const Convolution convolution = convolution_of(layer, shape);
      const auto witness = room().witness(layer, input);
      ASSERT_TRUE(witness) << text << ": " << witness.error().message;
      EXPECT_TRUE(convolves(witness->values, input, convolution, kLibTorchBounds)) << text;
      const auto ran = room().engine().convolve(input, convolution, {});
      ASSERT_TRUE(ran) << text << ": " << ran.error().message;
      EXPECT_TRUE(convolves(ran->values, input, convolution, kLibTorchBounds)) << text;
    }
  };
  for (const char* text : kConvolutions) check(text);
  for (const char* text : kTyped) check(text);
}

TEST(LibTorchConvolution, RunsInPartsWhereItIsLarge) {
  const Tensor input = filled({1, 3, 900, 700}, Fill::random, 2);
  const Convolution convolution =
      convolution_of(*parse_layer("Conv2d(3, 6, 5, padding=2)"), input.shape());
  const auto ran = room().engine().convolve(input, convolution, {});
  const auto ours = (*find_engine("cpu"))->convolve(input, convolution, {});
  ASSERT_TRUE(ran && ours);
  const float most = 25.0F * 3.0F * 6e-8F * 30.0F;
  for (std::int64_t i = 0; i < ran->values.shape().elements(); ++i) {
    ASSERT_NEAR(ran->values.data()[i], ours->values.data()[i], most) << i;
  }
}

TEST(LibTorchPointwise, IsWitnessAndEngineOfEveryFunction) {
  const Shape shape{2, 4, 13, 17};
  for (const char* text : kFunctions) {
    const Layer layer = *parse_layer(text);
    const Pointwise pointwise = std::get<Pointwise>(*lower_layer(layer, shape));
    for (const Fill fill : {Fill::random, Fill::zeros}) {
      const Tensor input = filled(shape, fill, 11);
      const Tensor ours = ReferenceEngine().map(input, pointwise, {})->values;
      expect_near(ours, room().witness(layer, input)->values, text);
      expect_near(ours, room().engine().map(input, pointwise, {})->values, text);
    }
  }
}

/// The gradient at the input of a pipeline of one layer.
Tensor gradient_of(const Layer& layer, const Tensor& input, const Tensor& output) {
  const Trace trace = run_pipeline(**find_engine("reference"), {{layer}}, input, {}, {});
  return gradients(trace, output, TiePolicy::winner)->front();
}

TEST(LibTorchGradient, IsOursForNetworkLayers) {
  std::uint32_t seed = 20;
  const auto check = [&](const char* text) {
    const Layer layer = *parse_layer(text);
    const Tensor input = filled({2, 4, 12, 9}, Fill::random, ++seed);
    const Shape shape = output_shape(*lower_layer(layer, input.shape()), input.shape());
    const Tensor output = filled(shape, Fill::random, ++seed);
    const auto witness = room().witness_gradient(layer, input, output);
    ASSERT_TRUE(witness) << text << ": " << witness.error().message;
    const Tensor ours = gradient_of(layer, input, output);
    for (std::int64_t i = 0; i < input.shape().elements(); ++i) {
      const float x = witness->data()[i], y = ours.data()[i];
      ASSERT_NEAR(x, y, 1e-5 * std::max(1.0F, std::abs(y))) << text << ", cell " << i;
    }
  };
  for (const char* text : kConvolutions) check(text);
  for (const char* text : kTyped) check(text);
  for (const char* text : kFunctions) check(text);
}

}  // namespace
}  // namespace poolscope
