#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <rapidcheck.h>

#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Tensor pooled(const Engine& engine, const std::string& layer, const Tensor& input) {
  return engine.run(input, *lower(*parse_layer(layer), input.shape()), {})->values;
}

Tensor mapped(const Tensor& input, float (*function)(float)) {
  std::vector<float> values = values_of(input);
  std::ranges::transform(values, values.begin(), function);
  return *Tensor::copy_of(input.shape(), values);
}

/// The input with its columns in opposite order.
Tensor flipped(const Tensor& input) {
  std::vector<float> values = values_of(input);
  for (auto row = values.begin(); row != values.end(); row += input.shape().w) {
    std::reverse(row, row + input.shape().w);
  }
  return *Tensor::copy_of(input.shape(), values);
}

/// Whole numbers, so that sums are exact in any order.
Tensor any_input(std::int64_t height, std::int64_t width) {
  const auto planes = *rc::gen::inRange<std::int64_t>(1, 4);
  const auto cells = *rc::gen::container<std::vector<int>>(
      static_cast<std::size_t>(planes * height * width), rc::gen::inRange(-99, 100));
  return *Tensor::copy_of({1, planes, height, width},
                          std::vector<float>(cells.begin(), cells.end()));
}

Tensor any_input() {
  return any_input(*rc::gen::inRange<std::int64_t>(1, 30), *rc::gen::inRange<std::int64_t>(1, 40));
}

/// Of a size that `cell` divides.
Tensor any_tiled(std::int64_t cell) {
  return any_input(cell * *rc::gen::inRange<std::int64_t>(1, 6),
                   cell * *rc::gen::inRange<std::int64_t>(1, 9));
}

class Identities : public EveryEngine {
 protected:
  Tensor pool(const std::string& layer, const Tensor& input) const {
    return pooled(**find_engine(GetParam()), layer, input);
  }
  /// Both pipelines give the same on the input.
  void same(const std::vector<std::string>& a, const std::vector<std::string>& b,
            const Tensor& input) const {
    Tensor left = input;
    Tensor right = input;
    for (const auto& layer : a) left = pool(layer, left);
    for (const auto& layer : b) right = pool(layer, right);
    RC_ASSERT(left.shape() == right.shape());
    RC_ASSERT(values_of(left) == values_of(right));
  }
};
POOLSCOPE_EVERY_ENGINE(Identities);

TEST_P(Identities, TwoTiledMaximaAreOne) {
  EXPECT_TRUE(rc::check([&] {
    same({"MaxPool2d(2)", "MaxPool2d(2)"}, {"MaxPool2d(4)"}, any_tiled(4));
  }));
}

TEST_P(Identities, TwoOverlappingMaximaAreOne) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_input(7 + 4 * *rc::gen::inRange<std::int64_t>(0, 5),
                                   7 + 4 * *rc::gen::inRange<std::int64_t>(0, 9));
    same({"MaxPool2d(3, 2)", "MaxPool2d(3, 2)"}, {"MaxPool2d(7, 4)"}, input);
  }));
}

TEST_P(Identities, TwoTiledMeansAreOne) {
  EXPECT_TRUE(rc::check([&] {
    same({"AvgPool2d(2)", "AvgPool2d(2)"}, {"AvgPool2d(4)"}, any_tiled(4));
  }));
}

TEST_P(Identities, TwoOverlappingMeansAreNotOne) {
  std::vector<float> cells(49, 0.0F);
  cells[24] = 1.0F;  // The middle cell lies in four of the small windows.
  const Tensor input = grid(7, 7, cells);
  EXPECT_NE(values_of(pool("AvgPool2d(3, 2)", pool("AvgPool2d(3, 2)", input))),
            values_of(pool("AvgPool2d(7, 4)", input)));
}

TEST_P(Identities, ANonDecreasingFunctionCommutesWithMax) {
  EXPECT_TRUE(rc::check([&] {
    const auto rectified = [](float x) { return std::max(x, 0.0F); };
    const auto cubed = [](float x) { return x * x * x; };
    const Tensor input = any_input(9, *rc::gen::inRange<std::int64_t>(3, 40));
    for (float (*function)(float) : {+rectified, +cubed}) {
      RC_ASSERT(values_of(pool("MaxPool2d(3, 1, 1)", mapped(input, function))) ==
                values_of(mapped(pool("MaxPool2d(3, 1, 1)", input), function)));
    }
  }));
}

TEST_P(Identities, AFunctionDoesNotCommuteWithTheMean) {
  const Tensor input = grid(1, 2, {-1, 1});
  const auto rectified = [](float x) { return std::max(x, 0.0F); };
  EXPECT_NE(values_of(pool("AvgPool2d((1, 2))", mapped(input, rectified))),
            values_of(mapped(pool("AvgPool2d((1, 2))", input), rectified)));
}

TEST_P(Identities, FlippingTheInputFlipsTheOutput) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_tiled(3);
    for (const char* layer : {"MaxPool2d(3)", "AvgPool2d(3)", "MaxPool2d(3, 1, 1)",
                              "AvgPool2d(3, 3)", "LPPool2d(2, 3)"}) {
      RC_ASSERT(values_of(pool(layer, flipped(input))) == values_of(flipped(pool(layer, input))));
    }
  }));
}

TEST_P(Identities, GlobalIsAdaptiveToOne) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_input();
    same({"GlobalMaxPool()"}, {"AdaptiveMaxPool2d(1)"}, input);
    same({"GlobalAveragePool()"}, {"AdaptiveAvgPool2d(1)"}, input);
  }));
}

TEST_P(Identities, AdaptiveIsPlainWhereTheSizesDivide) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_tiled(3);
    const auto size = fmt::format("({}, {})", input.shape().h / 3, input.shape().w / 3);
    same({"AdaptiveMaxPool2d(" + size + ")"}, {"MaxPool2d(3)"}, input);
    same({"AdaptiveAvgPool2d(" + size + ")"}, {"AvgPool2d(3)"}, input);
  }));
}

TEST_P(Identities, AMeanDividedByOneIsASum) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_input(5, *rc::gen::inRange<std::int64_t>(4, 40));
    same({"AvgPool2d((2, 4), 1, divisor_override=1)"}, {"LPPool2d(1, (2, 4), 1)"}, input);
  }));
}

TEST_P(Identities, PowerInfinityIsTheMaximum) {
  EXPECT_TRUE(rc::check([&] {
    const Tensor input = any_input(6, *rc::gen::inRange<std::int64_t>(4, 40));
    same({"LPPool2d(float(\"inf\"), 3, 2)"}, {"MaxPool2d(3, 2)"}, input);
  }));
}

}  // namespace
}  // namespace poolscope
