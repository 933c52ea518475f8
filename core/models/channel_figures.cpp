#include "core/models/channel_figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace poolscope {
namespace {

ChannelFigures figures_of(std::span<const float> values) {
  ChannelFigures figures;
  std::int64_t count = 0, zeros = 0;
  double sum = 0.0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    figures.min = count == 0 ? value : std::min(figures.min, value);
    figures.max = count == 0 ? value : std::max(figures.max, value);
    sum += static_cast<double>(value);
    zeros += value == 0.0F ? 1 : 0;
    ++count;
  }
  if (count == 0) return figures;
  figures.mean = sum / static_cast<double>(count);
  figures.zeros = static_cast<double>(zeros) / static_cast<double>(count);
  double squares = 0.0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double away = static_cast<double>(value) - figures.mean;
    squares += away * away;
  }
  figures.variance = squares / static_cast<double>(count);
  return figures;
}

}  // namespace

std::vector<ChannelFigures> channel_figures(const Tensor& map, std::int64_t sample) {
  std::vector<ChannelFigures> all;
  if (map.empty()) return all;
  all.reserve(static_cast<std::size_t>(map.shape().c));
  for (std::int64_t c = 0; c < map.shape().c; ++c) all.push_back(figures_of(map.plane(sample, c)));
  return all;
}

ChannelHistogram channel_histogram(const Tensor& map, std::int64_t channel, std::int64_t sample) {
  ChannelHistogram histogram;
  const auto values = map.plane(sample, channel);
  const ChannelFigures figures = figures_of(values);
  histogram.min = figures.min;
  histogram.max = figures.max;
  const double low = static_cast<double>(figures.min);
  const double span = static_cast<double>(figures.max) - low;
  constexpr double kCount = static_cast<double>(ChannelHistogram::kBins);
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double share = span > 0.0 ? (static_cast<double>(value) - low) / span : 0.0;
    const auto bin = static_cast<std::size_t>(std::min(share * kCount, kCount - 1.0));
    ++histogram.counts[bin];
  }
  return histogram;
}

double ordering_figure(const ChannelFigures& figures, ChannelOrder order) {
  switch (order) {
    case ChannelOrder::maximum:
      return static_cast<double>(figures.max);
    case ChannelOrder::variance:
      return figures.variance;
    case ChannelOrder::dead:
      return figures.zeros;
    case ChannelOrder::index:
    case ChannelOrder::mean:
      break;
  }
  return figures.mean;
}

std::vector<std::int64_t> ordered_channels(const std::vector<ChannelFigures>& figures,
                                           ChannelOrder order) {
  std::vector<std::int64_t> channels(figures.size());
  std::iota(channels.begin(), channels.end(), 0);
  if (order == ChannelOrder::index) return channels;
  std::ranges::stable_sort(channels, std::greater(), [&](std::int64_t channel) {
    return ordering_figure(figures[static_cast<std::size_t>(channel)], order);
  });
  return channels;
}

}  // namespace poolscope
