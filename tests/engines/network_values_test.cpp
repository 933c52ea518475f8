#include <cmath>

#include "core/engines/run_layer.h"
#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"

namespace poolscope {
namespace {

class NetworkLayers : public EveryEngine {
 protected:
  std::vector<float> values(std::string_view text, const Tensor& input) const {
    const auto lowered = lower_layer(*parse_layer(text), input.shape());
    EXPECT_TRUE(lowered) << lowered.error().message;
    const auto output = run_layer(**find_engine(GetParam()), {input, *lowered}, {});
    EXPECT_TRUE(output) << output.error().message;
    return {output->values.values().begin(), output->values.values().end()};
  }
};
POOLSCOPE_EVERY_ENGINE(NetworkLayers);

const Tensor kGrid = grid(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 10});

TEST_P(NetworkLayers, ConvolveAsPrintedWithZerosAround) {
  EXPECT_EQ(values("Conv2d(weight=\"sobel_x\")", kGrid), std::vector<float>{9});
  EXPECT_EQ(values("Conv2d(weight=\"laplacian\", padding=1)", kGrid),
            (std::vector<float>{2, 1, -4, -3, 0, -6, -16, -10, -26}));
  EXPECT_EQ(values("Conv2d(weight=[[1, 0], [0, -1]], stride=2, padding=1, bias=0.5)", kGrid),
            (std::vector<float>{-0.5F, -2.5F, -6.5F, -4.5F}));
}

TEST_P(NetworkLayers, SumOverTheChannelsOfAGroup) {
  const Tensor input = *Tensor::copy_of({1, 2, 1, 2}, std::vector<float>{1, 2, 10, 20});
  EXPECT_EQ(values("Conv2d(weight=[[1]])", input), (std::vector<float>{11, 22}));
  EXPECT_EQ(values("Conv2d(groups=None, weight=[[2]])", input), (std::vector<float>{2, 4, 20, 40}));
  EXPECT_EQ(values("Conv2d(weight=[[[[1]], [[0]]], [[[1]], [[-1]]]], bias=[0, 100])", input),
            (std::vector<float>{1, 2, 91, 82}));
}

TEST_P(NetworkLayers, LetANanIntoItsWindowsOnly) {
  const std::vector<float> found =
      values("Conv2d(kernel_size=1, weight=\"box\")", grid(1, 3, {NAN, 1, INFINITY}));
  EXPECT_TRUE(std::isnan(found[0]));
  EXPECT_EQ(found[1], 1.0F);
  EXPECT_EQ(found[2], INFINITY);
}

TEST_P(NetworkLayers, MapEachValue) {
  const Tensor input = grid(1, 4, {-2, -0.5F, 0, 8});
  EXPECT_EQ(values("ReLU()", input), (std::vector<float>{0, 0, 0, 8}));
  EXPECT_EQ(values("ReLU6()", input), (std::vector<float>{0, 0, 0, 6}));
  EXPECT_EQ(values("LeakyReLU(0.5)", input), (std::vector<float>{-1, -0.25F, 0, 8}));
  EXPECT_EQ(values("Abs()", input), (std::vector<float>{2, 0.5F, 0, 8}));
  EXPECT_EQ(values("Square()", input), (std::vector<float>{4, 0.25F, 0, 64}));
  EXPECT_EQ(values("Hardtanh()", input), (std::vector<float>{-1, -0.5F, 0, 1}));
  EXPECT_EQ(values("BatchNorm2d(eps=0, running_mean=2, running_var=4, bias=1)", input),
            (std::vector<float>{-1, -0.25F, 0, 4}));
}

TEST_P(NetworkLayers, KeepANan) {
  for (const char* layer : {"ReLU()", "ReLU6()", "LeakyReLU()", "Sigmoid()", "Tanh()", "Abs()"}) {
    EXPECT_TRUE(std::isnan(values(layer, grid(1, 1, {NAN}))[0])) << layer;
  }
}

}  // namespace
}  // namespace poolscope
