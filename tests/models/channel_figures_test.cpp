#include "core/models/channel_figures.h"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/values.h"

namespace poolscope {
namespace {

Tensor map_of(std::int64_t channels, std::vector<float> values) {
  const auto cells = static_cast<std::int64_t>(values.size()) / channels;
  return *Tensor::copy_of({1, channels, 1, cells}, values);
}

TEST(ChannelFigures, AreThoseOfEachChannel) {
  const auto figures = channel_figures(map_of(2, {0, 2, 0, 6, -1, -1, -1, -1}));
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].min, 0.0F);
  EXPECT_EQ(figures[0].max, 6.0F);
  EXPECT_EQ(figures[0].mean, 2.0);
  EXPECT_EQ(figures[0].variance, 6.0);
  EXPECT_EQ(figures[0].zeros, 0.5);
  EXPECT_EQ(figures[1].max, -1.0F);
  EXPECT_EQ(figures[1].variance, 0.0);
}

TEST(ChannelFigures, LeaveOutWhatIsNoNumber) {
  const auto figures = channel_figures(map_of(2, {kNan, 4, kInf, 0, kNan, kNan, -kInf, kNan}));
  EXPECT_EQ(figures[0].mean, 2.0);
  EXPECT_EQ(figures[0].zeros, 0.5);
  EXPECT_EQ(figures[1].max, 0.0F);
  EXPECT_EQ(figures[1].zeros, 0.0);
}

TEST(OrderedChannels, PutTheLargestFirstAndKeepEqualOnesInOrder) {
  const auto figures = channel_figures(map_of(4, {1, 1, 0, 9, 1, 1, 0, 0}));
  using Channels = std::vector<std::int64_t>;
  EXPECT_EQ(ordered_channels(figures, ChannelOrder::index), (Channels{0, 1, 2, 3}));
  EXPECT_EQ(ordered_channels(figures, ChannelOrder::mean), (Channels{1, 0, 2, 3}));
  EXPECT_EQ(ordered_channels(figures, ChannelOrder::maximum), (Channels{1, 0, 2, 3}));
  EXPECT_EQ(ordered_channels(figures, ChannelOrder::dead), (Channels{3, 1, 0, 2}));
}

TEST(ChannelHistogram, CountsEachNumberOnce) {
  const auto histogram = channel_histogram(map_of(1, {0, 1, 2, 48, kNan}), 0);
  EXPECT_EQ(histogram.min, 0.0F);
  EXPECT_EQ(histogram.max, 48.0F);
  EXPECT_EQ(histogram.counts[0], 1);
  EXPECT_EQ(histogram.counts[1], 1);
  EXPECT_EQ(histogram.counts[2], 1);
  EXPECT_EQ(histogram.counts.back(), 1);
  EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}), 4);
}

TEST(ChannelHistogram, OfEqualNumbersHasOneBin) {
  const auto histogram = channel_histogram(map_of(1, {3, 3, 3}), 0);
  EXPECT_EQ(histogram.counts[0], 3);
}

}  // namespace
}  // namespace poolscope
