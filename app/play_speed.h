#pragma once

#include <span>
#include <string_view>

#include "app/document.h"

namespace poolscope {

/// How fast windows follow one another.
struct Pace {
  PlaySpeed speed;
  std::string_view name;   ///< `rows4`: as sessions write it.
  std::string_view title;  ///< `4 rows/s`: on the screen.
  double rate;             ///< Windows a second, or rows of windows.
  bool by_rows;
};

/// Every pace there is, slowest first.
std::span<const Pace> paces();

/// Above this many windows, they are played by rows unless asked otherwise.
inline constexpr std::int64_t kManyWindows = 256;

/// The pace of a speed on an output of so many windows.
const Pace& pace_of(PlaySpeed speed, std::int64_t windows);

}  // namespace poolscope
