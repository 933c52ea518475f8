#include "app/play_speed.h"

#include <algorithm>

namespace poolscope {
namespace {

constexpr Pace kPaces[] = {
    {PlaySpeed::half, "half", "0.5×", 0.5, false},
    {PlaySpeed::normal, "normal", "1×", 1.0, false},
    {PlaySpeed::twice, "twice", "2×", 2.0, false},
    {PlaySpeed::fourfold, "fourfold", "4×", 4.0, false},
    {PlaySpeed::row, "row", "1 row/s", 1.0, true},
    {PlaySpeed::rows4, "rows4", "4 rows/s", 4.0, true},
    {PlaySpeed::rows16, "rows16", "16 rows/s", 16.0, true},
    {PlaySpeed::rows64, "rows64", "64 rows/s", 64.0, true},
};

}  // namespace

std::span<const Pace> paces() { return kPaces; }

std::string_view play_speed_name(PlaySpeed speed) {
  const auto pace = std::ranges::find(kPaces, speed, &Pace::speed);
  return pace == std::end(kPaces) ? "automatic" : pace->name;
}

const Pace& pace_of(PlaySpeed speed, std::int64_t windows) {
  const auto chosen = std::ranges::find(kPaces, speed, &Pace::speed);
  if (chosen != std::end(kPaces)) return *chosen;
  const PlaySpeed suited = windows > kManyWindows ? PlaySpeed::row : PlaySpeed::normal;
  return *std::ranges::find(kPaces, suited, &Pace::speed);
}

}  // namespace poolscope
