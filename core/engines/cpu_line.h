#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/engines/cpu_sliding.h"

namespace poolscope::cpu {

/// How the even windows along a line are made: level 0 is the line itself (or its pairs, see
/// below), each level above holds a few windows of the one below, joined end to end, and parts of
/// some levels, shifted, make the windows of all taps. Where a cell may be joined twice (a
/// maximum), the parts are of the top level and overlap.
struct LinePlan {
  static constexpr int kMostLevels = 13;
  static constexpr int kMostParts = 16;
  /// Floats of the widest vector.
  static constexpr std::int64_t kWidest = 16;
  /// Cells of a window whose sums are added up before they join the other ones, of `across`.
  static constexpr std::int64_t kBlock = 16;
  /// Windows of kWidest cells, one vector apart, in the longest window that is made by doubling.
  static constexpr std::int64_t kMostRing = 8;
  static constexpr std::int64_t kMostDoubled = (kMostRing + 1) * kWidest - 1;
  /// Level of the cells at even places of a line whose level 0 is its pairs.
  static constexpr int kEven = -1;
  struct Part {
    int level = 0;
    std::int64_t offset = 0;
  };

  std::int64_t taps = 1, dilation = 1, stride = 1, outputs = 1;
  /// For stride 2: level 0 holds cells 2i and 2i + 1 joined; windows of pairs lie one pair apart.
  bool pairs = false;
  /// Windows that share few cells: a vector takes the same cell of as many windows as it has lanes,
  /// and neither levels nor parts are needed.
  bool across = false;
  /// Windows that begin at every cell and are made by doubling shorter ones within registers, so
  /// that neither levels nor parts are needed.
  bool doubles = false;
  int levels = 0;                                       ///< Above level 0.
  std::array<int, kMostLevels + 1> fans{};              ///< Windows that a level joins.
  std::array<std::int64_t, kMostLevels + 1> widths{1};  ///< Cells of level 0 that a level joins.
  int part_count = 0;
  std::array<Part, kMostParts> parts{};

  /// Cells of the line from the first window's first tap to the last one's last.
  std::int64_t span() const { return (outputs - 1) * stride + dilation * (taps - 1) + 1; }
  /// Whether windows are three cells side by side and share none.
  bool is_threes() const { return taps == 3 && stride == 3 && dilation == 1; }
  /// Whether windows are picked from those that begin at every cell.
  bool picks() const { return stride > 1 && !pairs && !across && !is_threes(); }
  /// Cells further behind the line than kSlack that may be read: a vector's windows where there are
  /// fewer outputs, or the vectors that doubling is ahead.
  std::int64_t reads_behind() const {
    if (doubles) return kWidest;
    return across ? std::max<std::int64_t>(kWidest - outputs, 0) * stride : 0;
  }
  /// Windows that begin one cell after the other, to have those at every `stride`-th.
  std::int64_t starts() const { return pairs ? outputs : (outputs - 1) * stride + 1; }
  /// Cells that a level has to give.
  std::int64_t cells(int level) const;
  /// How often a cell is rounded on its way into a sum.
  int roundings() const;
};

/// Depth of a tree over so many.
int tree_depth(std::int64_t count);

/// The plan for an axis. `overlap`: whether a cell may be joined twice; `doubles`: whether windows
/// may be doubled within registers. part_count is 0 where more than kMostParts would be needed.
LinePlan line_plan(const SlidingAxis& axis, bool overlap, bool doubles);

}  // namespace poolscope::cpu
