#pragma once

#include <string>
#include <vector>

#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// The current window in words and numbers, as the inspector and the band show it.
struct Arithmetic {
  /// The reduction spelled out, one string a row of taps; `result` follows the last.
  std::vector<std::string> lines;
  std::string result;
  /// Label and value of each fact.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string sentence;  ///< What to take from it.
  std::int64_t winner = -1;
};

/// At most this many taps along an axis are drawn one by one and written out.
inline constexpr std::int64_t kMaxSpelledTaps = 8;

/// The arithmetic of the view's selection; the view has an output and a pool.
Arithmetic arithmetic_of(const StageView& view, ExploreState& state);

}  // namespace poolscope
