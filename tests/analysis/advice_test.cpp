#include "core/analysis/advice.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/analysis/specks.h"
#include "core/engines/engine.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/analysis/labs.h"
#include "tests/engines/every_engine.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

constexpr std::size_t kChecks = 8;

Tensor ramp(std::int64_t height, std::int64_t width) {
  std::vector<float> values(static_cast<std::size_t>(height * width));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i + 1);
  return grid(height, width, values);
}

Advice advice_on(const Pipeline& pipeline, const Tensor& input) {
  const std::atomic<bool> cancelled = false;
  const Trace trace = run_pipeline(ReferenceEngine(), pipeline, input, {}, {});
  return advise(pipeline, trace, cancelled);
}

/// The findings by the names of their checks.
std::vector<std::string> found_in(const std::vector<std::string>& layers, const Tensor& input) {
  std::vector<std::string> names;
  for (const Finding& finding : advice_on(pipeline_of(layers), input).findings) {
    names.emplace_back(finding.check);
  }
  return names;
}

/// The one finding of a layer.
Finding finding(const std::string& layer, const Tensor& input) {
  const Advice advice = advice_on(pipeline_of({layer}), input);
  EXPECT_EQ(advice.findings.size(), 1U) << layer;
  EXPECT_EQ(advice.findings.size() + advice.passed.size(), kChecks);
  return advice.findings.empty() ? Finding{} : advice.findings.front();
}

std::string remedied(const Finding& finding) {
  return finding.remedy ? layer_text(finding.remedy->pipeline.front().layer) : "none";
}

using Names = std::vector<std::string>;

TEST(Advice, HasNothingAgainstAPlainPool) {
  const Advice advice = advice_on(pipeline_of({"MaxPool2d(2)"}), ramp(6, 6));
  EXPECT_TRUE(advice.findings.empty());
  EXPECT_EQ(advice.passed.size(), kChecks);
}

TEST(Advice, TellsOfRowsLostToRoundingAndOffersCeilMode) {
  const Finding found = finding("MaxPool2d(2)", ramp(7, 7));
  EXPECT_EQ(found.check, "lost-edge");
  EXPECT_EQ(
      found.reason,
      "Row 6 is read by no window: 7-2 = 5 is no multiple of stride 2. Column 6 is read by no "
      "window: 7-2 = 5 is no multiple of stride 2.");
  EXPECT_EQ(remedied(found), "MaxPool2d(kernel_size=2, ceil_mode=True)");
  EXPECT_EQ(remedied(finding("MaxPooling2D(2)", ramp(7, 7))), "MaxPooling2D(padding=\"same\")");
}

TEST(Advice, TellsWhyAPaddedAverageIsDarkAtTheBorder) {
  const Finding found = finding("AvgPool2d(3, 1, 1)", grid(6, 6, std::vector<float>(36, 9.0F)));
  EXPECT_EQ(found.check, "dark-border");
  // 16 full windows of 9; corners hold 4 of 9 cells and the other 16 hold 6.
  EXPECT_EQ(
      found.reason,
      "count_include_pad counts the padding as zeros. Window (0, 0) holds 4 cells of the input "
      "and divides by 9: 4/9 of the mean it would be. Here windows at the border average 5.6, "
      "the others 9.");
  EXPECT_EQ(remedied(found),
            "AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)");
}

TEST(Advice, TellsOfAStrideThatSkipsCells) {
  const Finding found = finding("MaxPool2d(2, 3)", ramp(8, 8));
  EXPECT_EQ(found.check, "skipped-cells");
  EXPECT_NE(found.reason.find("43.8 % of all cells"), std::string::npos) << found.reason;
  EXPECT_EQ(remedied(found), "MaxPool2d(kernel_size=2, stride=2)");
  EXPECT_EQ(finding("MaxPool2d(2, 4, dilation=2)", ramp(7, 7)).title, "The stride skips cells");
}

TEST(Advice, TellsOfALargeWindowThatMovesBySingleCells) {
  const Finding found = finding("MaxPool2d(5, 1)", ramp(10, 10));
  EXPECT_EQ(found.check, "dense-window");
  EXPECT_NE(found.reason.find("up to 25 times and keeps 36 %"), std::string::npos) << found.reason;
  EXPECT_EQ(remedied(found), "MaxPool2d(kernel_size=5, stride=5)");
}

TEST(Advice, TellsOfAWindowLargerThanTheMapThatItLeavesWithoutOutput) {
  const Finding found = finding("MaxPool2d(7)", ramp(6, 5));
  EXPECT_EQ(found.check, "large-window");
  EXPECT_EQ(found.reason,
            "It spans 7×7 cells and the map has 6×5: no window fits, so there is no output.");
  EXPECT_EQ(remedied(found), "MaxPool2d(kernel_size=(6, 5))");
  EXPECT_EQ(finding("MaxPool2d(4, 4, 1)", ramp(3, 3)).check, "large-window");
}

TEST(Advice, TellsOfLayersThatShrinkTheMapToAlmostNothingOnce) {
  EXPECT_EQ(
      found_in({"MaxPool2d(2)", "MaxPool2d(2)", "MaxPool2d(2)", "MaxPool2d(2)"}, ramp(16, 16)),
      Names{"shrunk-map"});
  EXPECT_EQ(found_in({"MaxPool2d(2)", "MaxPool2d(2)"}, ramp(16, 16)), Names{});
  EXPECT_EQ(found_in({"MaxPool2d(2)", "AdaptiveAvgPool2d(1)"}, ramp(16, 16)), Names{});
  const Advice advice =
      advice_on(pipeline_of({"MaxPool2d(2)", "MaxPool2d(2)", "MaxPool2d(2)"}), ramp(16, 16));
  EXPECT_EQ(advice.findings.at(0).layer, 2U);
  EXPECT_FALSE(advice.findings.at(0).remedy->pipeline.at(2).enabled);
}

Tensor salted(std::int64_t every) {
  std::vector<float> values(400, 10.0F);
  for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(every))
    values[i] = 255.0F;
  return grid(20, 20, values);
}

TEST(Advice, TellsOfAMaximumOnNoiseAndPutsAMedianBeforeIt) {
  const Finding found = finding("MaxPool2d(2)", salted(37));
  EXPECT_EQ(found.check, "noise");
  EXPECT_NE(found.reason.find("2.75 % of the cells (11)"), std::string::npos) << found.reason;
  ASSERT_EQ(found.remedy->pipeline.size(), 2U);
  EXPECT_EQ(layer_text(found.remedy->pipeline[0].layer),
            "MedianPool2d(kernel_size=3, stride=1, padding=1)");
  EXPECT_TRUE(advice_on(found.remedy->pipeline, salted(37)).findings.empty());
  EXPECT_EQ(found_in({"AvgPool2d(2)"}, salted(37)), Names{});
  EXPECT_EQ(found_in({"MinPool2d(2)"}, salted(37)), Names{});
}

TEST(Advice, TellsOfLayersThatDrawAtRandom) {
  const Finding found = finding("StochasticPool2d(2, training=True)", ramp(6, 6));
  EXPECT_EQ(found.check, "random");
  EXPECT_EQ(remedied(found), "StochasticPool2d(kernel_size=2)");
  EXPECT_EQ(remedied(finding("FractionalMaxPool2d(2, output_size=3)", ramp(6, 6))),
            "AdaptiveMaxPool2d(output_size=3)");
}

TEST(Advice, IsSilentOnLayersThatAreOff) {
  Pipeline pipeline = pipeline_of({"MaxPool2d(2)"});
  pipeline[0].enabled = false;
  EXPECT_TRUE(advice_on(pipeline, ramp(7, 7)).findings.empty());
}

TEST(Advice, OffersOnlyRemediesThatRunAndCureTheFinding) {
  EXPECT_TRUE(rc::check([] {
    Pipeline pipeline{{arbitrary_layer(4)}};
    const Tensor input = ramp(*rc::gen::inRange(1, 9), *rc::gen::inRange(1, 9));
    for (const Finding& finding : advice_on(pipeline, input).findings) {
      if (!finding.remedy) continue;
      const PipelinePlan plan = plan_pipeline(finding.remedy->pipeline, input.shape(), {});
      RC_ASSERT(!plan.failed_layer.has_value());
      for (const Finding& left : advice_on(finding.remedy->pipeline, input).findings) {
        RC_ASSERT(left.title != finding.title);
      }
    }
  }));
}

TEST(Specks, AreCellsThatStandAboveAllTheirNeighboursByAQuarterOfTheRange) {
  const std::atomic<bool> cancelled = false;
  const Tensor input = grid(3, 4, {0, 0, 0, 9, 0, 5, 0, 0, 0, 0, 0, 2});
  EXPECT_EQ(count_specks(input, SpeckSide::bright, cancelled).count, 2);
  EXPECT_EQ(count_specks(input, SpeckSide::dark, cancelled).count, 0);
  const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(count_specks(grid(1, 4, {inf, 1, 9, nan}), SpeckSide::bright, cancelled).count, 1);
  EXPECT_EQ(count_specks(grid(1, 1, {3}), SpeckSide::bright, cancelled).count, 0);
}

}  // namespace
}  // namespace poolscope
