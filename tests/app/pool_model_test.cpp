#include "app/workspaces/feature_maps/pool_model.h"

#include <gtest/gtest.h>

#include "tests/app/documents.h"

namespace poolscope {
namespace {

Tensor maps(Shape shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return *Tensor::copy_of(shape, values);
}

TEST(PoolModel, PoolsWhatItIsGiven) {
  const Tensor input = maps({2, 3, 4, 6});
  const auto model = pool_model(input.shape());
  ASSERT_EQ(model->layers().size(), 1U);
  EXPECT_TRUE(model->layers().front().is_pooling);
  const auto run = model->run({input, {2, 3, 4, 6}});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->output.axes, (std::vector<std::int64_t>{2, 3, 2, 3}));
  EXPECT_EQ(run->output.values.at(1, 2, 0, 0), input.at(1, 2, 1, 1));
  EXPECT_EQ(run->maps.front().axes, run->output.axes);
}

TEST(PoolModel, RunsAnotherPoolInItsPlace) {
  const Tensor input = maps({1, 1, 2, 2});
  const auto model = pool_model(input.shape());
  ModelRequest request{input, {1, 1, 2, 2}};
  request.swaps = {{0, layer_of("AvgPool2d(2)")}};
  EXPECT_EQ(model->run(request)->output.values.values()[0], 1.5F);
  request.swaps = {{0, layer_of("MaxPool2d(5)")}};
  EXPECT_FALSE(model->run(request));
}

TEST(PoolModel, FitsMapsOfASingleCell) {
  const Tensor input = maps({1, 5, 1, 1});
  const auto run = pool_model(input.shape())->run({input, {1, 5, 1, 1}});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->output.values.shape(), (Shape{1, 5, 1, 1}));
}

TEST(PoolModel, CannotBeSaved) {
  EXPECT_EQ(pool_model({1, 1, 2, 2})->save({}, "/tmp/never.pt").error().message,
            "no model is open that could be saved");
}

}  // namespace
}  // namespace poolscope
