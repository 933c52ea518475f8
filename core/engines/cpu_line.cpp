#include "core/engines/cpu_line.h"

#include <algorithm>
#include <bit>

namespace poolscope::cpu {
namespace {

/// So few are joined at once.
constexpr int kMostFan = 8;

void add_level(LinePlan& plan, int fan) {
  const auto below = static_cast<std::size_t>(plan.levels++);
  plan.fans[below + 1] = fan;
  plan.widths[below + 1] = plan.widths[below] * fan;
}

/// How many parts windows of `taps` cells take.
std::int64_t parts_of(const LinePlan& plan, std::int64_t taps, bool overlap) {
  const auto top = static_cast<std::size_t>(plan.levels);
  if (overlap) return (taps + plan.widths[top] - 1) / plan.widths[top];
  std::int64_t parts = 0;
  for (std::size_t level = top + 1; level-- > 0; taps %= plan.widths[level]) {
    parts += taps / plan.widths[level];
  }
  return parts;
}

/// Vectors read and written for each vector of windows.
std::int64_t cost(const LinePlan& plan, std::int64_t taps, bool overlap) {
  std::int64_t vectors = parts_of(plan, taps, overlap);
  for (int level = 1; level <= plan.levels; ++level) {
    vectors += plan.fans[static_cast<std::size_t>(level)] + 2;
  }
  return vectors;
}

/// Adds the levels that make it cheapest, up to two after one another.
void add_best_levels(LinePlan& plan, std::int64_t taps, bool overlap) {
  LinePlan best = plan;
  for (int low = 2; low <= kMostFan; ++low) {
    for (int high = 1; high <= kMostFan; ++high) {
      LinePlan tried = plan;
      add_level(tried, low);
      if (high > 1) add_level(tried, high);
      if (tried.widths[static_cast<std::size_t>(tried.levels)] > taps) break;
      if (cost(tried, taps, overlap) < cost(best, taps, overlap)) best = tried;
    }
  }
  plan = best;
}

bool add_part(LinePlan& plan, std::size_t level, std::int64_t offset) {
  if (plan.part_count == LinePlan::kMostParts) return false;
  plan.parts[static_cast<std::size_t>(plan.part_count++)] = {static_cast<int>(level), offset};
  return true;
}

/// Parts that cover `taps` cells of level 0.
bool add_parts(LinePlan& plan, std::int64_t taps, bool overlap) {
  const auto top = static_cast<std::size_t>(plan.levels);
  std::int64_t done = 0;
  for (std::size_t level = top + 1; level-- > (overlap ? top : 0);) {
    const std::int64_t width = plan.widths[level];
    for (; done < taps && (overlap || done + width <= taps); done += width) {
      if (!add_part(plan, level, std::min(done, taps - width) * plan.dilation)) return false;
    }
  }
  return true;
}

}  // namespace

int tree_depth(std::int64_t count) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count - 1)));
}

std::int64_t LinePlan::cells(int level) const {
  const std::int64_t own = pairs ? taps / 2 : taps;
  return starts() + (own - widths[static_cast<std::size_t>(level)]) * dilation;
}

int LinePlan::roundings() const {
  if (across) {
    // Four cells at a time within a block, then block by block, what is left, and the four.
    const std::int64_t fours = taps / 4, blocks = (4 * fours + kBlock - 1) / kBlock;
    return static_cast<int>(std::min<std::int64_t>(fours - 1, 2) + blocks - 1 + 1 + 2);
  }
  if (doubles) {
    const std::int64_t whole = taps / kWidest;
    return tree_depth(kWidest) + (whole > 0 ? tree_depth(whole) + 1 : 0);
  }
  int all = (pairs ? 1 : 0) + tree_depth(part_count);
  for (int level = 1; level <= levels; ++level)
    all += tree_depth(fans[static_cast<std::size_t>(level)]);
  return all;
}

LinePlan line_plan(const SlidingAxis& axis, bool overlap, bool doubles) {
  /// Windows so short that more levels are not worth looking for, and so long that a few are needed
  /// before one looks for the best.
  constexpr std::int64_t kShort = 6, kLong = 512;
  /// Longer windows are rounded less often where they are joined level by level.
  constexpr std::int64_t kMostAcross = 64;
  /// The rest makes doubling sums dearer than adding up so few cells.
  constexpr std::int64_t kFewToAdd = 8;
  LinePlan plan{.taps = axis.taps,
                .dilation = axis.taps > 1 ? axis.dilation : 1,
                .stride = axis.stride,
                .outputs = axis.outputs};
  plan.across = plan.dilation == 1 && plan.stride > 3 && plan.taps > 3 &&
                plan.taps < 2 * plan.stride && plan.taps <= kMostAcross;
  plan.doubles = doubles && plan.stride == 1 && plan.dilation == 1 &&
                 plan.taps > (overlap ? kShort : kFewToAdd) && plan.taps <= LinePlan::kMostDoubled;
  if (plan.across || plan.doubles) {
    plan.part_count = 1;
    return plan;
  }
  plan.pairs = plan.stride == 2 && plan.dilation == 1;
  const std::int64_t taps = plan.pairs ? plan.taps / 2 : plan.taps;
  while (overlap && taps > kLong * plan.widths[static_cast<std::size_t>(plan.levels)]) {
    add_level(plan, 4);
  }
  if (taps > kShort) add_best_levels(plan, taps, overlap);
  bool fits = add_parts(plan, taps, overlap);
  if (plan.pairs && plan.taps % 2 == 1) {
    fits = fits && plan.part_count < LinePlan::kMostParts;
    if (fits) plan.parts[static_cast<std::size_t>(plan.part_count++)] = {LinePlan::kEven, taps};
  }
  if (!fits) plan.part_count = 0;
  return plan;
}

}  // namespace poolscope::cpu
