#include "app/canvas/line_chart.h"

#include <cmath>

namespace poolscope {
namespace {

using Ticks = std::vector<double>;

TEST(AxisTicks, AreRoundNumbersThatSpanTheValues) {
  EXPECT_EQ(axis_ticks(0, 100), (Ticks{0, 25, 50, 75, 100}));
  EXPECT_EQ(axis_ticks(0, 9), (Ticks{0, 2.5, 5, 7.5, 10}));
  EXPECT_EQ(axis_ticks(-3, 3), (Ticks{-4, -2, 0, 2, 4}));
  EXPECT_EQ(axis_ticks(130, 144), (Ticks{130, 135, 140, 145}));
}

TEST(AxisTicks, LeaveRoomAroundASingleValue) {
  for (const double value : {0.0, 7.0, -0.02, 1e-12, 3e38}) {
    const Ticks ticks = axis_ticks(value, value);
    ASSERT_GE(ticks.size(), 2U);
    EXPECT_LE(ticks.front(), value);
    EXPECT_GE(ticks.back(), value);
    EXPECT_LT(ticks.front(), ticks.back());
  }
}

TEST(AxisTicks, AreFewForAnyRange) {
  EXPECT_TRUE(rc::check([](std::int32_t low, std::uint32_t width, std::uint8_t power) {
    const double scale = std::pow(10.0, power % 40 - 20);
    const double high = (static_cast<double>(low) + width + 1.0) * scale;
    const Ticks ticks = axis_ticks(low * scale, high);
    RC_ASSERT(ticks.size() >= 2U);
    RC_ASSERT(ticks.size() <= 8U);
    const double slack = 1e-6 * (high - low * scale);
    RC_ASSERT(ticks.front() <= low * scale + slack);
    RC_ASSERT(ticks.back() >= high - slack);
  }));
}

}  // namespace
}  // namespace poolscope
