#include <cmath>

#include "core/engines/run_layer.h"
#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"
#include "tests/values.h"

namespace poolscope {
namespace {

class ResearchPools : public EveryEngine {
 protected:
  /// The output of one layer on a plane.
  Values pooled(std::string_view text, const Tensor& input) const {
    const auto lowered = lower_layer(*parse_layer(text), input.shape());
    EXPECT_TRUE(lowered) << lowered.error().message;
    const auto output = run_layer(**find_engine(GetParam()), {input, *lowered}, {});
    EXPECT_TRUE(output) << output.error().message;
    return {output->values.values().begin(), output->values.values().end()};
  }
  void expect_near(std::string_view text, const Tensor& input, const Values& expected) const {
    const Values found = pooled(text, input);
    ASSERT_EQ(found.size(), expected.size()) << text;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i], expected[i], 1e-5F * (1.0F + std::abs(expected[i]))) << text;
    }
  }
};
POOLSCOPE_EVERY_ENGINE(ResearchPools);

const Tensor kSquare = grid(2, 2, {1, 2, 3, 6});

TEST_P(ResearchPools, FollowTheirFormulas) {
  expect_near("MinPool2d(2)", kSquare, {1});
  expect_near("MedianPool2d(2)", kSquare, {2});
  expect_near("L2Pool2d(2)", kSquare, {std::sqrt(50.0F)});
  expect_near("RMSPool2d(2)", kSquare, {std::sqrt(12.5F)});
  expect_near("MixedPool2d(2, alpha=0.25)", kSquare, {0.25F * 6 + 0.75F * 3});
  expect_near("StochasticPool2d(2)", kSquare, {50.0F / 12.0F});
  expect_near("GeMPool2d(2)", kSquare, {std::cbrt((1 + 8 + 27 + 216) / 4.0F)});
  const float sum = std::exp(1.0F) + std::exp(2.0F) + std::exp(3.0F) + std::exp(6.0F);
  const float soft = std::exp(1.0F) + 2 * std::exp(2.0F) + 3 * std::exp(3.0F) + 6 * std::exp(6.0F);
  expect_near("SoftPool2d(2)", kSquare, {soft / sum});
  expect_near("AttentionPool2d(2)", kSquare, {soft / sum});
  expect_near("LogSumExpPool2d(2)", kSquare, {std::log(sum)});
}

TEST_P(ResearchPools, TendToMeanAndMaximumAtTheirEnds) {
  expect_near("GeMPool2d(2, p=1)", kSquare, {3});
  expect_near("SoftPool2d(2, beta=0.000001)", kSquare, {3});
  expect_near("SoftPool2d(2, beta=100)", kSquare, {6});
  expect_near("AttentionPool2d(2, temperature=1000000)", kSquare, {3});
  expect_near("AttentionPool2d(2, temperature=0.01)", kSquare, {6});
  expect_near("LogSumExpPool2d(2, beta=100)", kSquare, {6});
  expect_near("MixedPool2d(2, alpha=0)", kSquare, {3});
  expect_near("MixedPool2d(2, alpha=1)", kSquare, {6});
}

TEST_P(ResearchPools, LeaveCellsOutsideOutOfValueAndDivisor) {
  expect_near("MinPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("RMSPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("GeMPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("MixedPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("SoftPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("LogSumExpPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
  expect_near("StochasticPool2d(2, 2, 1)", kSquare, {1, 2, 3, 6});
}

TEST_P(ResearchPools, MakeANanTheResult) {
  const Tensor input = grid(2, 2, {1, std::nanf(""), 3, 6});
  for (const char* text :
       {"MinPool2d(2)", "MedianPool2d(2)", "L2Pool2d(2)", "RMSPool2d(2)", "MixedPool2d(2)",
        "MixedPool2d(2, alpha=0)", "StochasticPool2d(2)", "StochasticPool2d(2, training=True)",
        "GeMPool2d(2)", "SoftPool2d(2)", "LogSumExpPool2d(2)", "StridedConv2d(2)"}) {
    EXPECT_TRUE(std::isnan(pooled(text, input).front())) << text;
  }
}

TEST_P(ResearchPools, TakeTheSofterOnesToTheirLimitsAtInfinities) {
  const float inf = HUGE_VALF;
  for (const char* text : {"SoftPool2d(2)", "LogSumExpPool2d(2)"}) {
    EXPECT_EQ(pooled(text, grid(2, 2, {1, inf, 3, -inf})), Values{inf}) << text;
    EXPECT_EQ(pooled(text, grid(2, 2, {-inf, -inf, -inf, -inf})), Values{-inf}) << text;
  }
  expect_near("SoftPool2d(2)", grid(2, 2, {-inf, 2, -inf, 2}), {2});
  expect_near("LogSumExpPool2d(2)", grid(2, 2, {-inf, 2, -inf, 2}), {2 + std::log(2.0F)});
}

TEST_P(ResearchPools, OfStochasticTakeNegativeCellsAsZero) {
  expect_near("StochasticPool2d(2)", grid(2, 2, {-5, 1, -1, 3}), {10.0F / 4.0F});
  expect_near("StochasticPool2d(2)", grid(2, 2, {-5, 0, -1, 0}), {0});
  expect_near("StochasticPool2d(2, training=True)", grid(2, 2, {-5, 0, -1, 0}), {0});
  expect_near("StochasticPool2d(2, training=True)", grid(2, 2, {-5, 0, 4, 0}), {4});
}

TEST_P(ResearchPools, DrawEachCellAboutAsOftenAsItsShare) {
  // Every window is 1 2 / 0 5.
  Values values(200 * 200);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool lower = i / 200 % 2 == 1, right = i % 2 == 1;
    values[i] = lower ? (right ? 5.0F : 0.0F) : (right ? 2.0F : 1.0F);
  }
  const Tensor input = grid(200, 200, values);
  int counts[6] = {};
  for (const float value : pooled("StochasticPool2d(2, training=True, seed=7)", input)) {
    ++counts[static_cast<int>(value)];
  }
  EXPECT_EQ(counts[0] + counts[3] + counts[4], 0);
  EXPECT_NEAR(counts[1], 10000 / 8, 120);
  EXPECT_NEAR(counts[2], 10000 / 4, 160);
  EXPECT_NEAR(counts[5], 10000 * 5 / 8, 180);
}

TEST_P(ResearchPools, DrawTheSameForASeedAndOthersForAnother) {
  Values values(40 * 40);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97 + 1);
  const Tensor input = grid(40, 40, values);
  const char* const seven = "StochasticPool2d(4, training=True, seed=7)";
  EXPECT_EQ(pooled(seven, input), pooled(seven, input));
  EXPECT_NE(pooled(seven, input), pooled("StochasticPool2d(4, training=True, seed=8)", input));
}

TEST_P(ResearchPools, BlurAsZhangsFigureDoes) {
  Values rows;
  for (int i = 0; i < 64; ++i) rows.push_back(i % 4 < 2 ? 0.0F : 1.0F);
  const Tensor input = grid(8, 8, rows);
  const Values max = pooled("MaxPool2d(2)", input);
  EXPECT_EQ(Values(max.begin(), max.begin() + 4), (Values{0, 1, 0, 1}));
  const Values blurred = pooled("MaxBlurPool2d(2)", input);
  ASSERT_EQ(blurred.size(), 16U);
  EXPECT_EQ(Values(blurred.begin(), blurred.begin() + 4), (Values{0.5F, 1, 0.5F, 1}));
}

TEST_P(ResearchPools, BlurWithReflectedBorders) {
  // Rows are constant, so only the columns' filter shows.
  const Tensor input = grid(3, 4, {1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8});
  const Values three = pooled("BlurPool2d(1, 1, 3)", input);
  EXPECT_EQ(Values(three.begin(), three.begin() + 4), (Values{1.5F, 2.25F, 4.5F, 6}));
  const Values four = pooled("BlurPool2d(1, 1, 4)", input);
  EXPECT_EQ(Values(four.begin(), four.begin() + 4),
            (Values{(2 + 3 * 1 + 3 * 2 + 4) / 8.0F, (1 + 3 * 2 + 3 * 4 + 8) / 8.0F,
                    (2 + 3 * 4 + 3 * 8 + 4) / 8.0F, (4 + 3 * 8 + 3 * 4 + 2) / 8.0F}));
}

TEST_P(ResearchPools, OfStridedConvolutionsAverageOrPick) {
  const Tensor input = grid(4, 4, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  expect_near("StridedConv2d(2)", input, pooled("AvgPool2d(2)", input));
  expect_near("StridedConv2d(3, 1, 1)", input, pooled("AvgPool2d(3, 1, 1)", input));
  EXPECT_EQ(pooled("StridedConv2d(2, weight=\"centre\")", input), (Values{1, 3, 9, 11}));
  expect_near("StridedConv2d(3, 1, weight=\"binomial\")", input, {6, 7, 10, 11});
}

TEST_P(ResearchPools, OfAPyramidFollowOneAnotherInARow) {
  const Tensor input = grid(4, 4, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  EXPECT_EQ(pooled("SpatialPyramidPool2d([1, 2])", input), (Values{16, 6, 8, 14, 16}));
}

}  // namespace
}  // namespace poolscope
