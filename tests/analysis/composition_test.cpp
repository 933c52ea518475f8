#include "core/analysis/composition.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/analysis/labs.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

std::vector<StagePlan> plans_of(const Pipeline& pipeline, const Shape& input) {
  PipelinePlan plan = plan_pipeline(pipeline, input, {});
  EXPECT_FALSE(plan.error) << plan.error->message;
  return plan.stages;
}

Tensor run(const Pipeline& pipeline, const Tensor& input) {
  return run_pipeline(ReferenceEngine(), pipeline, input, {}, {}).stages.back().values;
}

/// The input of zeros with `value` in one cell.
Tensor with_cell(const Shape& shape, std::int64_t cell, float value) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()), 0.0F);
  values[static_cast<std::size_t>(cell)] = value;
  return *Tensor::copy_of(shape, values);
}

/// Layers whose outputs are NaN as soon as a cell they read is.
constexpr const char* kReading[] = {"MaxPool2d(2)",
                                    "MaxPool2d(3, 2, 1)",
                                    "MaxPool2d(2, 1, dilation=2)",
                                    "AvgPool2d(3, 1, 1)",
                                    "AvgPool2d(2, ceil_mode=True)",
                                    "AdaptiveAvgPool2d((3, 2))",
                                    "BlurPool2d(2)",
                                    "MaxBlurPool2d(2)",
                                    "StridedConv2d(3, 2)",
                                    "Conv2d(padding=2, dilation=2, weight=\"box\", groups=None)",
                                    "Conv2d(kernel_size=2, out_channels=2, seed=3)",
                                    "ReLU()",
                                    "BatchNorm2d(running_mean=1, running_var=2)"};

constexpr const char* kLinear[] = {"AvgPool2d(2)",
                                   "AvgPool2d(3, 1, 1)",
                                   "AvgPool2d(3, 2, 1, count_include_pad=False)",
                                   "AdaptiveAvgPool2d((3, 2))",
                                   "BlurPool2d(2)",
                                   "StridedConv2d(2, weight=\"binomial\")",
                                   "Conv2d(padding=1, groups=None, weight=\"sobel_x\")",
                                   "Conv2d(kernel_size=2, out_channels=3, stride=2, seed=1)",
                                   "BatchNorm2d(running_var=4, weight=3)"};

template <std::size_t Count>
Pipeline arbitrary_pipeline(const char* const (&layers)[Count]) {
  Pipeline pipeline;
  const auto length = *rc::gen::inRange<std::size_t>(1, 4);
  for (std::size_t i = 0; i < length; ++i) {
    const auto index = *rc::gen::inRange<std::size_t>(0, Count);
    pipeline.push_back({*parse_layer(layers[index]), *rc::gen::inRange(0, 5) != 0});
  }
  return pipeline;
}

/// Some cell of the last stage.
StageCell arbitrary_cell(const std::vector<StagePlan>& plans) {
  const Shape& shape = plans.back().shape;
  return {plans.size() - 1, *rc::gen::inRange<std::int64_t>(0, shape.c),
          *rc::gen::inRange<std::int64_t>(0, shape.h), *rc::gen::inRange<std::int64_t>(0, shape.w)};
}

TEST(StageReaches, GrowByTheJumpBeforeThem) {
  const auto plans = plans_of(pipeline_of({"MaxPool2d(3, 2)", "AvgPool2d(3, 2)", "ReLU()",
                                           "Conv2d(dilation=2, weight=\"box\")"}),
                              {1, 1, 40, 50});
  const auto reaches = stage_reaches(plans);
  ASSERT_EQ(reaches.size(), 5U);
  EXPECT_EQ(reaches[0].rows, (AxisReach{1, 1, 0}));
  EXPECT_EQ(reaches[1].rows, (AxisReach{3, 2, 0}));
  EXPECT_EQ(reaches[2].rows, (AxisReach{7, 4, 0}));
  EXPECT_EQ(reaches[3], reaches[2]);
  EXPECT_EQ(reaches[4].cols, (AxisReach{23, 4, 0}));
}

TEST(StageReaches, BeginInThePadding) {
  const auto plans =
      plans_of(pipeline_of({"MaxPool2d(3, 2, 1)", "AvgPool2d((3, 5), 1, (1, 2))"}), {1, 1, 20, 20});
  const auto reaches = stage_reaches(plans);
  EXPECT_EQ(reaches[2].rows, (AxisReach{7, 2, -3}));
  EXPECT_EQ(reaches[2].cols, (AxisReach{11, 2, -5}));
}

TEST(StageReaches, EndWhereWindowsAreUneven) {
  const auto plans =
      plans_of(pipeline_of({"AdaptiveMaxPool2d((3, 7))", "MaxPool2d(2)"}), {1, 1, 9, 10});
  EXPECT_EQ(stage_reaches(plans)[2].rows, (AxisReach{6, 6, 0}));
  EXPECT_EQ(stage_reaches(plans)[2].cols, std::nullopt);
}

TEST(ReceptiveField, IsEveryCellThatCanReachTheOutput) {
  EXPECT_TRUE(rc::check([] {
    const Pipeline pipeline = arbitrary_pipeline(kReading);
    const Shape shape{1, 1, *rc::gen::inRange<std::int64_t>(4, 10),
                      *rc::gen::inRange<std::int64_t>(4, 10)};
    const PipelinePlan plan = plan_pipeline(pipeline, shape, {});
    RC_PRE(!plan.error);
    const StageCell cell = arbitrary_cell(plan.stages);
    const auto field = receptive_field(plan.stages, cell);
    RC_ASSERT(field.has_value());
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      const float value =
          run(pipeline, with_cell(shape, i, NAN)).at(0, cell.channel, cell.row, cell.col);
      const bool inside = std::ranges::binary_search(field->rows, i / shape.w) &&
                          std::ranges::binary_search(field->cols, i % shape.w);
      RC_ASSERT(std::isnan(value) == inside);
    }
  }));
}

TEST(SpannedWindows, HoldTheReceptiveFieldOfEachOutput) {
  EXPECT_TRUE(rc::check([] {
    const Pipeline pipeline = arbitrary_pipeline(kReading);
    const PipelinePlan plan = plan_pipeline(pipeline, {1, 1, 11, 9}, {});
    RC_PRE(!plan.error);
    const StageCell cell = arbitrary_cell(plan.stages);
    const auto source = *rc::gen::inRange<std::size_t>(0, cell.stage + 1);
    const auto windows = spanned_windows(plan.stages, source, cell.stage);
    const auto field = receptive_field(plan.stages, cell, source);
    RC_ASSERT(windows.has_value() && field.has_value());
    const AxisWindow& row = windows->rows[static_cast<std::size_t>(cell.row)];
    const AxisWindow& col = windows->cols[static_cast<std::size_t>(cell.col)];
    if (!field->rows.empty()) {
      RC_ASSERT(row.begin == field->rows.front() && row.last() == field->rows.back());
    }
    if (!field->cols.empty()) {
      RC_ASSERT(col.begin == field->cols.front() && col.last() == field->cols.back());
    }
  }));
}

TEST(ReceptiveField, IsUnknownBehindLayersWithoutWindows) {
  const auto plans =
      plans_of(pipeline_of({"SpatialPyramidPool2d()", "MaxPool2d((1, 2))"}), {1, 1, 8, 8});
  EXPECT_EQ(receptive_field(plans, {2, 0, 0, 1}), std::nullopt);
  EXPECT_EQ(stage_reaches(plans)[2], StageReach{});
}

TEST(WeightMap, IsWhatEachCellAloneGives) {
  EXPECT_TRUE(rc::check([] {
    const Pipeline pipeline = arbitrary_pipeline(kLinear);
    const Shape shape{1, *rc::gen::inRange<std::int64_t>(1, 3),
                      *rc::gen::inRange<std::int64_t>(4, 9), *rc::gen::inRange<std::int64_t>(4, 9)};
    const PipelinePlan plan = plan_pipeline(pipeline, shape, {});
    RC_PRE(!plan.error);
    const StageCell cell = arbitrary_cell(plan.stages);
    const auto map = weight_map(pipeline, plan.stages, cell);
    RC_ASSERT(map.has_value());
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      const std::int64_t channel = i / shape.plane_size(), y = i / shape.w % shape.h,
                         x = i % shape.w;
      const auto row = std::ranges::find(map->cells.rows, y);
      const auto col = std::ranges::find(map->cells.cols, x);
      const bool inside = row != map->cells.rows.end() && col != map->cells.cols.end();
      const double weight =
          inside ? map->at(channel, static_cast<std::size_t>(row - map->cells.rows.begin()),
                           static_cast<std::size_t>(col - map->cells.cols.begin()))
                 : 0.0;
      const double value =
          run(pipeline, with_cell(shape, i, 1.0F)).at(0, cell.channel, cell.row, cell.col);
      RC_ASSERT(std::abs(value - weight) <= 1e-6 * std::max(1.0, std::abs(weight)));
    }
  }));
}

TEST(WeightMap, NamesTheLayerThatIsNotLinear) {
  const auto error = [](const std::vector<std::string>& layers) {
    const Pipeline pipeline = pipeline_of(layers);
    const auto plans = plans_of(pipeline, {1, 1, 8, 8});
    const auto map = weight_map(pipeline, plans, {plans.size() - 1, 0, 0, 0});
    return map ? std::string() : map.error().message;
  };
  EXPECT_EQ(error({"AvgPool2d(2)", "MaxPool2d(2)"}),
            "layer 2, MaxPool2d is not a fixed weighted sum: how much a cell counts depends on the "
            "values");
  EXPECT_EQ(error({"ReLU()"}),
            "layer 1, ReLU is not linear: how much a cell counts depends on the values");
}

std::vector<std::string> found(const std::vector<std::string>& layers, const Shape& shape) {
  const Pipeline pipeline = pipeline_of(layers);
  std::vector<std::string> texts;
  for (const Identity& identity : identities(pipeline, plans_of(pipeline, shape))) {
    std::string text;
    for (const Layer& layer : identity.replacement) text += layer_text(layer);
    texts.push_back(text);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Identities, MergeMaximaOfTheSameCells) {
  EXPECT_EQ(found({"MaxPool2d(3, 2)", "MaxPool2d(3, 2)"}, {1, 1, 15, 31}),
            Texts{"MaxPool2d(kernel_size=7, stride=4)"});
  EXPECT_EQ(found({"MaxPool2d(2)", "MaxPool2d(2)", "MaxPool2d(2)"}, {1, 1, 16, 24}),
            Texts{"MaxPool2d(kernel_size=8)"});
  EXPECT_EQ(found({"MaxPool2d(3, 1, 1)", "MaxPool2d(3, 1, 1)"}, {1, 1, 9, 9}),
            Texts{"MaxPool2d(kernel_size=5, stride=1, padding=2)"});
  EXPECT_EQ(found({"MaxPool2d(2, 3)", "MaxPool2d(2, 1)"}, {1, 1, 15, 15}), Texts{});
}

TEST(Identities, MergeAveragesThatShareNoCell) {
  EXPECT_EQ(found({"AvgPool2d(2)", "AvgPool2d(2)"}, {1, 1, 8, 12}),
            Texts{"AvgPool2d(kernel_size=4)"});
  EXPECT_EQ(found({"AvgPool2d(3, 2)", "AvgPool2d(3, 2)"}, {1, 1, 15, 15}), Texts{});
}

TEST(Identities, DropWhatDoesNothing) {
  EXPECT_EQ(found({"ReLU()", "ReLU()"}, {1, 1, 4, 4}), Texts{""});
  EXPECT_EQ(found({"Sigmoid()", "ReLU()"}, {1, 1, 4, 4}), Texts{""});
  EXPECT_EQ(found({"ReLU()", "ReLU6()"}, {1, 1, 4, 4}), Texts{});
  EXPECT_EQ(found({"MaxPool2d(1)"}, {1, 1, 4, 4}), Texts{""});
}

TEST(Identities, SayWhatEqualsWhat) {
  const Pipeline pipeline = pipeline_of({"MaxPool2d(3, 2)", "MaxPool2d(3, 2)"});
  const auto list = identities(pipeline, plans_of(pipeline, {1, 1, 15, 15}));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].sentence,
            "MaxPool2d k3 s2 twice = MaxPool2d k7 s4: each output is the maximum of the same "
            "cells.");
}

TEST(Identities, KeepEveryOutput) {
  constexpr const char* kPools[] = {"MaxPool2d(2)",
                                    "MaxPool2d(3, 2)",
                                    "MaxPool2d(3, 2, 1)",
                                    "MaxPool2d(2, 1)",
                                    "MaxPool2d(1)",
                                    "MaxPool2d(3, 2, ceil_mode=True)",
                                    "AvgPool2d(2)",
                                    "AvgPool2d(3)",
                                    "AvgPool2d(3, 2, 1)",
                                    "ReLU()",
                                    "Abs()",
                                    "MaxPool2d(2, 2, dilation=2)",
                                    "AvgPool2d(2, 2, 1, count_include_pad=False)"};
  int replacements = 0;
  EXPECT_TRUE(rc::check([&] {
    const Pipeline pipeline = arbitrary_pipeline(kPools);
    const Shape shape{1, 1, *rc::gen::inRange<std::int64_t>(5, 20),
                      *rc::gen::inRange<std::int64_t>(5, 20)};
    const PipelinePlan plan = plan_pipeline(pipeline, shape, {});
    RC_PRE(!plan.error);
    std::vector<float> values;
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      values.push_back(static_cast<float>(*rc::gen::inRange(-50, 50)));
    }
    const Tensor input = *Tensor::copy_of(shape, values);
    const Tensor before = run(pipeline, input);
    for (const Identity& identity : identities(pipeline, plan.stages)) {
      const Tensor after = run(replaced(pipeline, identity), input);
      RC_ASSERT(after.shape() == before.shape());
      for (std::int64_t i = 0; i < before.shape().elements(); ++i) {
        RC_ASSERT(std::abs(after.data()[i] - before.data()[i]) <= 1e-4F);
      }
      ++replacements;
    }
  }));
  EXPECT_GT(replacements, 5);
}

}  // namespace
}  // namespace poolscope
