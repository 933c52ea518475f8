#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"
#include "tests/engines/windows.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Pipeline pipeline(const std::vector<std::string>& layers) {
  Pipeline result;
  for (const std::string& text : layers) result.push_back({*parse_layer(text)});
  return result;
}

Tensor counted(const Shape& shape) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.elements(); ++i) values.push_back(static_cast<float>(i));
  return *Tensor::copy_of(shape, values);
}

constexpr ArrayForm kGrid{2, DataFormat::unspecified};

Trace run(const Pipeline& layers, const Tensor& input, const ArrayForm& form,
          const RunOptions& options = {}) {
  return run_pipeline(ReferenceEngine(), layers, input, form, options);
}

TEST(RunPipeline, BeginsWithTheInput) {
  const Tensor input = counted({1, 1, 4, 4});
  const Trace trace = run({}, input, kGrid);
  ASSERT_EQ(trace.stages.size(), 1U);
  EXPECT_TRUE(trace.stages[0].values.same_buffer(input));
  EXPECT_TRUE(trace.stages[0].input.same_buffer(input));
  EXPECT_TRUE(trace.stages[0].engine.empty());
  EXPECT_FALSE(trace.error);
}

TEST(RunPipeline, EachLayerReadsTheStageBefore) {
  const Trace trace = run(pipeline({"MaxPool2d(2)", "AvgPool2d(2)"}), counted({1, 1, 4, 4}), kGrid);
  ASSERT_EQ(trace.stages.size(), 3U);
  EXPECT_EQ(values_of(trace.stages[1].values), (std::vector<float>{5, 7, 13, 15}));
  EXPECT_EQ(values_of(trace.stages[2].values), (std::vector<float>{10}));
  EXPECT_TRUE(trace.stages[2].input.same_buffer(trace.stages[1].values));
  EXPECT_EQ(trace.stages[2].engine, "reference");
  EXPECT_GE(trace.stages[2].seconds, 0.0);
}

TEST(RunPipeline, ADisabledLayerPassesItsInputOn) {
  Pipeline layers = pipeline({"MaxPool2d(2)", "AvgPool2d(2)"});
  layers[0].enabled = false;
  const Trace trace = run(layers, counted({1, 1, 4, 4}), kGrid);
  ASSERT_EQ(trace.stages.size(), 3U);
  EXPECT_TRUE(trace.stages[1].values.same_buffer(trace.stages[0].values));
  EXPECT_TRUE(trace.stages[1].engine.empty());
  EXPECT_EQ(values_of(trace.stages[2].values), (std::vector<float>{2.5, 4.5, 10.5, 12.5}));
}

TEST(RunPipeline, GivesWinnersWhereTheyAreAskedForAndExist) {
  const Pipeline layers = pipeline({"MaxPool2d(2)", "AvgPool2d(2)"});
  const Tensor input = counted({1, 1, 4, 4});
  const Trace with = run(layers, input, kGrid, {.winners = true});
  ASSERT_TRUE(with.stages[1].winners);
  EXPECT_EQ(with.stages[1].winners->at(0, 0, 1, 0), 13);
  EXPECT_FALSE(with.stages[2].winners);
  EXPECT_FALSE(run(layers, input, kGrid).stages[1].winners);
}

TEST(RunPipeline, ALayerThatCannotRunEndsTheTrace) {
  const Trace trace =
      run(pipeline({"MaxPool2d(2)", "MaxPool2d(9)", "AvgPool2d(2)"}), counted({1, 1, 4, 4}), kGrid);
  EXPECT_EQ(trace.stages.size(), 2U);
  EXPECT_EQ(trace.failed_layer, 1U);
  ASSERT_TRUE(trace.error);
  EXPECT_FALSE(trace.error->message.empty());
}

TEST(RunPipeline, AnEngineThatFailsEndsTheTrace) {
  const std::atomic<bool> cancelled = true;
  const Trace trace = run(pipeline({"MaxPool2d(2)", "MaxPool2d(2)"}), counted({1, 1, 4, 4}), kGrid,
                          {.cancelled = &cancelled});
  EXPECT_EQ(trace.stages.size(), 1U);
  EXPECT_EQ(trace.failed_layer, 0U);
  ASSERT_TRUE(trace.error);
  EXPECT_EQ(trace.error->message, "cancelled");
}

TEST(RunPipeline, AnArrayKeepsItsAxesBetweenLayersOfDifferentOrder) {
  // The array has 4 rows, 2 columns, 2 channels for the first layer; for the second, which takes
  // channels first, the same array has 2 channels, 2 rows, 2 columns.
  const Trace trace =
      run(pipeline({"MaxPooling2D(pool_size=(2, 1), strides=(2, 1), data_format=\"channels_last\")",
                    "MaxPooling2D(pool_size=2, data_format=\"channels_first\")"}),
          *from_array_order(counted({1, 1, 1, 16}), {1, 2, 4, 2}, {3, DataFormat::channels_last}),
          {3, DataFormat::channels_last});
  ASSERT_EQ(trace.stages.size(), 3U) << trace.error->message;
  EXPECT_EQ(values_of(*to_array_order(trace.stages[1].values, trace.stages[1].plan.form)),
            (std::vector<float>{4, 5, 6, 7, 12, 13, 14, 15}));
  EXPECT_EQ(trace.stages[2].input.shape(), (Shape{1, 2, 2, 2}));
  EXPECT_EQ(values_of(trace.stages[2].input), (std::vector<float>{4, 5, 6, 7, 12, 13, 14, 15}));
  EXPECT_EQ(values_of(trace.stages[2].values), (std::vector<float>{7, 15}));
}

TEST(RunPipeline, AnArrayWithoutAnOrderTakesTheLayers) {
  const Trace trace = run(pipeline({"MaxPooling2D(pool_size=2, data_format=\"channels_last\")"}),
                          counted({1, 2, 2, 2}), {3, DataFormat::unspecified});
  ASSERT_EQ(trace.stages.size(), 2U) << trace.error->message;
  EXPECT_EQ(values_of(trace.stages[1].values), (std::vector<float>{3, 7}));
}

TEST(Sliced, GivesThatPartOfTheWholeOutput) {
  const Tensor input = counted({1, 2, 9, 11});
  const LoweredPool pool = pool_of(input.shape(), {.kernel = 3, .stride = 2}, Reduction::max);
  const PoolOutput whole = *ReferenceEngine().run(input, pool, {.winners = true});
  const PoolOutput part =
      *ReferenceEngine().run(input, sliced(pool, 1, 3, 2, 5), {.winners = true});
  ASSERT_EQ(part.values.shape(), (Shape{1, 2, 2, 3}));
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::int64_t y = 0; y < 2; ++y) {
      for (std::int64_t x = 0; x < 3; ++x) {
        EXPECT_EQ(part.values.at(0, c, y, x), whole.values.at(0, c, y + 1, x + 2));
        EXPECT_EQ(part.winners->at(0, c, y, x), whole.winners->at(0, c, y + 1, x + 2));
      }
    }
  }
}

}  // namespace
}  // namespace poolscope
