#include "core/models/top_k.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace poolscope {

Result<std::vector<RankedClass>> top_classes(const ModelMap& output, std::size_t count,
                                             std::size_t sample) {
  const std::span<const float> values = output.values.values();
  if (output.axes.empty() || output.axes.size() > 2 || values.empty()) {
    return failure(fmt::format("the output is {}; classes lie on the last of at most 2 axes",
                               axes_text(output.axes)));
  }
  const auto classes = static_cast<std::size_t>(output.axes.back());
  if (sample >= values.size() / classes) {
    return failure(fmt::format("no sample {}; there are {}", sample, values.size() / classes));
  }
  const auto scores = values.subspan(sample * classes, classes);
  // fmax passes over NaN, so that one NaN does not hide the others' order.
  const double largest = std::accumulate(scores.begin(), scores.end(), -HUGE_VAL,
                                         [](double a, float b) { return std::fmax(a, b); });
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0, [&](double a, float b) {
    return a + std::exp(static_cast<double>(b) - largest);
  });
  std::vector<std::size_t> order(classes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::isnan(scores[b]) ? !std::isnan(scores[a]) : scores[a] > scores[b];
  });
  order.resize(std::min(count, classes));
  std::vector<RankedClass> ranked;
  for (const std::size_t i : order) {
    ranked.push_back({i, scores[i], std::exp(static_cast<double>(scores[i]) - largest) / sum});
  }
  return ranked;
}

}  // namespace poolscope
