#include "core/pooling/pipeline.h"

#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"
#include "tests/values.h"

namespace poolscope {
namespace {

constexpr ArrayForm kNpy{4, DataFormat::channels_first, 2};
constexpr ArrayForm kImage{4, DataFormat::unspecified, 2};
constexpr ArrayForm kGrid{2, DataFormat::unspecified, 2};

std::string axes_of(const StagePlan& stage) {
  return axes_text(array_axes(stage.shape, stage.form));
}

TEST(PlanPipeline, GivesTheShapeOfEveryStage) {
  const auto plan =
      plan_pipeline(pipeline_of({"MaxPool2d(2)", "AvgPool2d(3, 1)"}), {2, 3, 10, 8}, kNpy);
  EXPECT_FALSE(plan.error);
  ASSERT_EQ(plan.stages.size(), 3U);
  EXPECT_EQ(plan.stages[0].shape, (Shape{2, 3, 10, 8}));
  EXPECT_FALSE(plan.stages[0].lowered);
  EXPECT_EQ(plan.stages[1].shape, (Shape{2, 3, 5, 4}));
  EXPECT_EQ(plan.stages[2].shape, (Shape{2, 3, 3, 2}));
  EXPECT_TRUE(plan.stages[2].lowered);
}

TEST(PlanPipeline, StopsAtTheLayerThatCannotRun) {
  const auto plan = plan_pipeline(pipeline_of({"MaxPool2d(2)", "MaxPool2d(4)", "MaxPool2d(2)"}),
                                  {1, 1, 6, 6}, kGrid);
  EXPECT_EQ(plan.stages.size(), 2U);
  EXPECT_EQ(plan.failed_layer, 1U);
  ASSERT_TRUE(plan.error);
  EXPECT_EQ(plan.error->parameter, "kernel_size");
}

TEST(PlanPipeline, ADisabledLayerPassesItsInputOn) {
  Pipeline pipeline = pipeline_of({"MaxPool2d(99)", "MaxPool2d(2)"});
  pipeline[0].enabled = false;
  const auto plan = plan_pipeline(pipeline, {1, 1, 6, 6}, kGrid);
  ASSERT_EQ(plan.stages.size(), 3U);
  EXPECT_EQ(plan.stages[1].shape, (Shape{1, 1, 6, 6}));
  EXPECT_EQ(plan.stages[1].form, kGrid);
  EXPECT_FALSE(plan.stages[1].lowered);
  EXPECT_EQ(plan.stages[2].shape, (Shape{1, 1, 3, 3}));
}

TEST(PlanPipeline, AnArrayWithoutOrderTakesTheLayersWithoutMoving) {
  const auto plan = plan_pipeline(pipeline_of({"MaxPooling2D(2, data_format='channels_last')"}),
                                  {1, 3, 10, 8}, kImage);
  const StagePlan& stage = plan.stages.back();
  EXPECT_EQ(stage.input_shape, (Shape{1, 3, 10, 8}));
  EXPECT_EQ(stage.input_form.format, DataFormat::channels_last);
  EXPECT_EQ(axes_of(stage), "1x5x4x3");
}

TEST(PlanPipeline, AStoredArrayKeepsItsAxesInTheOrderTheyHave) {
  const auto plan = plan_pipeline(pipeline_of({"MaxPooling2D(2, data_format='channels_last')"}),
                                  {1, 6, 8, 4}, kNpy);
  const StagePlan& stage = plan.stages.back();
  EXPECT_EQ(stage.input_shape, (Shape{1, 4, 6, 8}));
  EXPECT_EQ(stage.shape, (Shape{1, 4, 3, 4}));
  EXPECT_EQ(axes_of(stage), "1x3x4x4");
}

TEST(PlanPipeline, TwoLayersGiveWhatTwoRunsThroughFilesGive) {
  const auto plan =
      plan_pipeline(pipeline_of({"MaxPooling2D(2, data_format='channels_last')", "MaxPool2d(2)"}),
                    {1, 8, 8, 4}, kNpy);
  ASSERT_EQ(plan.stages.size(), 3U);
  // 1x8x8x4 gives 1x4x4x4 channels last; as a file it would be read as 4 channels of 4x4.
  EXPECT_EQ(axes_of(plan.stages[1]), "1x4x4x4");
  EXPECT_EQ(plan.stages[2].input_shape, (Shape{1, 4, 4, 4}));
  EXPECT_EQ(plan.stages[2].input_form.format, DataFormat::channels_first);
  EXPECT_EQ(axes_of(plan.stages[2]), "1x4x2x2");
}

TEST(PlanPipeline, KeepsTheRank) {
  const auto shape_after = [](const std::string& layer, const Shape& input, int rank) {
    const auto plan =
        plan_pipeline(pipeline_of({layer}), input, {rank, DataFormat::channels_first, 2});
    return axes_of(plan.stages.back());
  };
  EXPECT_EQ(shape_after("MaxPool2d(2)", {1, 1, 6, 8}, 2), "3x4");
  EXPECT_EQ(shape_after("MaxPool2d(2)", {1, 3, 6, 8}, 3), "3x3x4");
  EXPECT_EQ(shape_after("MaxPool2d(2)", {2, 3, 6, 8}, 4), "2x3x3x4");
  EXPECT_EQ(shape_after("GlobalMaxPool()", {2, 3, 6, 8}, 4), "2x3x1x1");
  EXPECT_EQ(shape_after("GlobalMaxPooling2D(keepdims=True)", {2, 3, 6, 8}, 4), "2x3x1x1");
  EXPECT_EQ(shape_after("GlobalMaxPooling2D()", {2, 3, 6, 8}, 4), "2x3");
  EXPECT_EQ(shape_after("GlobalMaxPooling2D()", {1, 3, 6, 8}, 3), "3");
  EXPECT_EQ(shape_after("GlobalMaxPooling2D()", {1, 1, 6, 8}, 2), "1");
  EXPECT_EQ(shape_after("GlobalMaxPooling2D('channels_last')", {2, 6, 8, 3}, 4), "2x3");
}

TEST(PlanPipeline, NothingFollowsAGlobalPoolThatDroppedItsAxes) {
  const auto plan =
      plan_pipeline(pipeline_of({"GlobalMaxPooling2D()", "MaxPool2d(1)"}), {1, 3, 6, 8}, kNpy);
  EXPECT_EQ(plan.failed_layer, 1U);
  ASSERT_TRUE(plan.error);
  EXPECT_EQ(plan.error->message,
            "MaxPool2d: the array has no rows and columns left; give the global layer before it "
            "keepdims=True");
}

TEST(PlanPipeline, SaysThatDataFormatIsLeftOut) {
  const auto notes = [](const std::string& layer, const ArrayForm& form) {
    return plan_pipeline(pipeline_of({layer}), {1, 1, 6, 6}, form).stages.back().notes;
  };
  EXPECT_EQ(notes("MaxPooling2D()", kNpy),
            std::vector<std::string>{"data_format left out: arrays are taken channels first"});
  EXPECT_TRUE(notes("MaxPooling2D(data_format='channels_first')", kNpy).empty());
  EXPECT_TRUE(notes("MaxPooling2D()", kGrid).empty());
  EXPECT_TRUE(notes("MaxPool2d(2)", kNpy).empty());
}

TEST(PlanPipeline, SaysWhichWindowsHoldNoCell) {
  const auto notes = [](const std::string& layer) {
    return plan_pipeline(pipeline_of({layer}), {1, 1, 3, 3}, kGrid).stages.back().notes;
  };
  EXPECT_EQ(notes("AveragePool(kernel_shape=[2, 2], pads=[2, 0, 0, 0])"),
            std::vector<std::string>{"2 windows hold no cell of the input: the mean is 0/0, NaN"});
  EXPECT_TRUE(
      notes("AveragePool(kernel_shape=[2, 2], pads=[2, 0, 0, 0], count_include_pad=1)").empty());
  EXPECT_EQ(notes("MaxPool(kernel_shape=[2, 2], pads=[2, 2, 0, 0])"),
            std::vector<std::string>{"7 windows hold no cell of the input: -inf, and no winner"});
  EXPECT_EQ(notes("MaxPool(kernel_shape=[2, 3], pads=[2, 0, 0, 0], strides=[2, 1])"),
            std::vector<std::string>{"1 window holds no cell of the input: -inf, and no winner"});
  EXPECT_EQ(notes("LPPool2d(2, 2, ceil_mode=True)"),
            std::vector<std::string>{
                "ceil_mode: windows over the edge are scaled as if full, as PyTorch does"});
}

}  // namespace
}  // namespace poolscope
