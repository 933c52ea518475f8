#include "core/metrics/changed_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace poolscope {
namespace {

bool differs(float before, float after) {
  return before != after && !(std::isnan(before) && std::isnan(after));
}

std::string size_text(const Shape& shape) {
  return fmt::format("{}×{}×{}", shape.c, shape.h, shape.w);
}

/// Puts a cell in its place in a list that stays short.
void insert(std::vector<ChangedCell>& largest, const ChangedCell& cell, std::size_t count) {
  if (count == 0 || (largest.size() == count && cell.size() <= largest.back().size())) return;
  const auto place = std::ranges::upper_bound(largest, cell.size(), std::greater{},
                                              [](const ChangedCell& c) { return c.size(); });
  largest.insert(place, cell);
  if (largest.size() > count) largest.pop_back();
}

}  // namespace

double ChangedCell::size() const {
  const double size = std::abs(static_cast<double>(after) - static_cast<double>(before));
  return std::isnan(size) ? std::numeric_limits<double>::infinity() : size;
}

Result<MapChange> changed_cells(const Tensor& before, const Tensor& after, std::int64_t sample,
                                std::int64_t channel, std::size_t count) {
  const Shape &was = before.shape(), &is = after.shape();
  if (was.c != is.c || was.h != is.h || was.w != is.w) {
    return failure(fmt::format("{} before and {} after: cells cannot be compared one by one",
                               size_text(was), size_text(is)));
  }
  if (sample < 0 || sample >= std::min(was.n, is.n))
    return failure(fmt::format("no sample {}; there are {}", sample, std::min(was.n, is.n)));
  if (channel < -1 || channel >= was.c)
    return failure(fmt::format("no channel {}; there are {}", channel, was.c));
  MapChange change;
  change.cells = was.c * was.plane_size();
  for (std::int64_t c = 0; c < was.c; ++c) {
    const auto old_plane = before.plane(sample, c), new_plane = after.plane(sample, c);
    const std::int64_t changed_before = change.changed;
    for (std::size_t i = 0; i < old_plane.size(); ++i) {
      if (!differs(old_plane[i], new_plane[i])) continue;
      ++change.changed;
      const auto at = static_cast<std::int64_t>(i);
      if (channel == -1 || channel == c)
        insert(change.largest, {c, at / was.w, at % was.w, old_plane[i], new_plane[i]}, count);
    }
    change.channels += change.changed > changed_before ? 1 : 0;
  }
  return change;
}

}  // namespace poolscope
