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
  std::vector<float> weights = {};  ///< Of a kernel, one a tap; else none.
};

/// At most this many taps along an axis are drawn one by one and written out.
inline constexpr std::int64_t kMaxSpelledTaps = 8;

/// Whether the layer's windows can be spelled out: a pool's, a convolution's, single cells.
bool has_arithmetic(const StageView& view);

/// The arithmetic of the view's selection; the view has an output, and has_arithmetic().
Arithmetic arithmetic_of(const StageView& view, ExploreState& state);
Arithmetic arithmetic_of(const StageView& view, const Convolution& convolution);
Arithmetic arithmetic_of(const StageView& view, const Pointwise& pointwise);

/// Rows of the texts of a window's taps, each with its weight; where there are too many the middle
/// is left out. The view has a pool.
std::vector<std::string> tap_rows(const StageView& view, const WindowFacts& facts,
                                  std::string_view glue);

/// `rows 0…2, cols 1…3`.
std::string covers_text(const WindowFacts& facts);

}  // namespace poolscope
