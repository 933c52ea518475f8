#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/tensor.h"

namespace poolscope {

/// What a channel's values are like. NaN and infinite values are left out; without any other, all
/// figures are 0.
struct ChannelFigures {
  float min = 0.0F, max = 0.0F;
  double mean = 0.0;
  double variance = 0.0;  ///< Of all values, not of a sample: divided by their number.
  double zeros = 0.0;     ///< Share of values that are exactly 0, from 0 to 1.
};

/// Of each channel of one sample.
std::vector<ChannelFigures> channel_figures(const Tensor& map, std::int64_t sample = 0);

/// How often values fall into equal parts of their range.
struct ChannelHistogram {
  static constexpr std::size_t kBins = 48;
  float min = 0.0F, max = 0.0F;
  std::array<std::int64_t, kBins> counts{};
};
/// Of one channel; the largest value belongs to the last bin.
ChannelHistogram channel_histogram(const Tensor& map, std::int64_t channel,
                                   std::int64_t sample = 0);

/// What channels are put in order by.
enum class ChannelOrder { index, mean, maximum, variance, dead };

/// All channels: the largest figure first, equal ones by their index; `dead` by the share of zeros.
std::vector<std::int64_t> ordered_channels(const std::vector<ChannelFigures>& figures,
                                           ChannelOrder order);
/// The figure that a channel is ordered by; its mean where that is its index.
double ordering_figure(const ChannelFigures& figures, ChannelOrder order);

}  // namespace poolscope
