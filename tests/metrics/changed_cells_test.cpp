#include "core/metrics/changed_cells.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace poolscope {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor tensor(Shape shape, const std::vector<float>& values) {
  return *Tensor::copy_of(shape, values);
}

TEST(ChangedCells, CountsThemAndListsTheLargest) {
  const Shape shape{1, 2, 2, 2};
  const Tensor before = tensor(shape, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor after = tensor(shape, {1, 2.5F, 3, 1, 5, 6, 7, 8});
  const auto change = changed_cells(before, after, 0, -1, 5);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->cells, 8);
  EXPECT_EQ(change->changed, 2);
  EXPECT_EQ(change->channels, 1);
  ASSERT_EQ(change->largest.size(), 2U);
  const ChangedCell& first = change->largest.front();
  EXPECT_EQ(first.channel, 0);
  EXPECT_EQ(first.row, 1);
  EXPECT_EQ(first.col, 1);
  EXPECT_EQ(first.before, 4.0F);
  EXPECT_EQ(first.after, 1.0F);
  EXPECT_DOUBLE_EQ(first.size(), 3.0);
}

TEST(ChangedCells, OfOneChannelAndNoMoreThanAskedFor) {
  const Shape shape{1, 2, 1, 3};
  const Tensor before = tensor(shape, {0, 0, 0, 0, 0, 0});
  const Tensor after = tensor(shape, {9, 9, 9, 1, -3, 1});
  const auto change = changed_cells(before, after, 0, 1, 2);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->changed, 6);
  EXPECT_EQ(change->channels, 2);
  ASSERT_EQ(change->largest.size(), 2U);
  EXPECT_EQ(change->largest[0].col, 1);
  EXPECT_EQ(change->largest[1].col, 0) << "of equal ones the first";
}

TEST(ChangedCells, NaNIsOneValueAndZeroHasNoSign) {
  const Shape shape{1, 1, 1, 4};
  const Tensor before = tensor(shape, {kNaN, 0.0F, kNaN, 1.0F});
  const Tensor after = tensor(shape, {kNaN, -0.0F, 2.0F, 5.0F});
  const auto change = changed_cells(before, after, 0, -1, 5);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->changed, 2);
  EXPECT_EQ(change->largest.front().col, 2) << "what was no number is the largest change";
  EXPECT_TRUE(std::isinf(change->largest.front().size()));
}

TEST(ChangedCells, LooksAtOneSample) {
  const Shape shape{2, 1, 1, 2};
  const Tensor before = tensor(shape, {1, 1, 2, 2});
  const Tensor after = tensor(shape, {0, 0, 2, 2});
  EXPECT_EQ(changed_cells(before, after, 0, -1, 5)->changed, 2);
  EXPECT_EQ(changed_cells(before, after, 1, -1, 5)->changed, 0);
}

TEST(ChangedCells, RefusesWhatCannotBeCompared) {
  const Tensor small = tensor({1, 1, 1, 2}, {1, 2}), tall = tensor({1, 1, 2, 1}, {1, 2});
  EXPECT_EQ(changed_cells(small, tall, 0, -1, 5).error().message,
            "1×1×2 before and 1×2×1 after: cells cannot be compared one by one");
  EXPECT_EQ(changed_cells(small, small, 1, -1, 5).error().message, "no sample 1; there are 1");
  EXPECT_EQ(changed_cells(small, small, 0, 1, 5).error().message, "no channel 1; there are 1");
}

}  // namespace
}  // namespace poolscope
