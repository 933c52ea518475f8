#include "app/canvas/color_map.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/values.h"

namespace poolscope {
namespace {

constexpr float kMax = std::numeric_limits<float>::max();

Color entry(const ColorMaps& maps, ColorMap map, int index) {
  const auto at =
      static_cast<std::size_t>((static_cast<int>(map) * ColorMaps::kEntries + index) * 3);
  return {maps.pixels()[at], maps.pixels()[at + 1], maps.pixels()[at + 2], 255};
}

/// CIE L*, 0 to 100: what is left of a colour for an eye that sees none, and most of what is left
/// for one that confuses some.
double lightness(Color color) {
  const double luminance = contrast(color, {0, 0, 0}) * 0.05 - 0.05;
  return luminance > 216.0 / 24389.0 ? 116.0 * std::cbrt(luminance) - 16.0
                                     : luminance * 24389.0 / 27.0;
}

TEST(ColorMaps, EndAndMidColoursAreThePublishedOnes) {
  const auto maps = ColorMaps::load();
  ASSERT_TRUE(maps) << maps.error().message;
  EXPECT_EQ(maps->color_of(ColorMap::viridis, 0.0F), (Color{68, 1, 84}));
  EXPECT_EQ(maps->color_of(ColorMap::viridis, 1.0F), (Color{253, 231, 37}));
  EXPECT_EQ(maps->color_of(ColorMap::grey, 0.0F), (Color{0, 0, 0}));
  EXPECT_EQ(maps->color_of(ColorMap::grey, 1.0F), (Color{255, 255, 255}));
  const Color middle = maps->color_of(ColorMap::diverging, 0.5F);
  EXPECT_GT(std::min({middle.r, middle.g, middle.b}), 220) << "0 of signed data is near white";
}

TEST(ColorMaps, ForSequencesGrowLighterAllTheWay) {
  const auto maps = ColorMaps::load();
  ASSERT_TRUE(maps) << maps.error().message;
  for (const ColorMap map :
       {ColorMap::viridis, ColorMap::magma, ColorMap::cividis, ColorMap::grey}) {
    const auto at = [&](int index) { return lightness(entry(*maps, map, index)); };
    for (int i = 1; i < ColorMaps::kEntries; ++i) {
      // Colours of 8 bits step back by less than an eye can see.
      EXPECT_GT(at(i), at(i - 1) - 0.3) << color_map_name(map) << " " << i;
      if (i >= 8) {
        EXPECT_GT(at(i), at(i - 8) + 1.0) << color_map_name(map) << " " << i;
      }
    }
    EXPECT_GT(at(ColorMaps::kEntries - 1) - at(0), 70.0) << color_map_name(map);
  }
}

TEST(ColorMaps, ForSignedDataGrowDarkerFromTheMiddleToBothEnds) {
  const auto maps = ColorMaps::load();
  ASSERT_TRUE(maps) << maps.error().message;
  const auto at = [&](int index) { return lightness(entry(*maps, ColorMap::diverging, index)); };
  for (int i = 8; i < 128; ++i) EXPECT_GT(at(i), at(i - 8)) << i;
  for (int i = 136; i < ColorMaps::kEntries; ++i) EXPECT_LT(at(i), at(i - 8)) << i;
}

TEST(ColorMaps, HitTheirEntriesAndStayBetweenThemElsewhere) {
  const auto maps = ColorMaps::load();
  ASSERT_TRUE(maps) << maps.error().message;
  for (const ColorMap map : kColorMaps) {
    for (int i = 0; i < ColorMaps::kEntries; ++i) {
      EXPECT_EQ(maps->color_of(map, static_cast<float>(i) / 255.0F), entry(*maps, map, i));
      if (i == 0) continue;
      const Color between = maps->color_of(map, (static_cast<float>(i) - 0.5F) / 255.0F);
      const auto [low, high] = std::minmax({entry(*maps, map, i - 1).g, entry(*maps, map, i).g});
      EXPECT_GE(between.g, low);
      EXPECT_LE(between.g, high);
    }
  }
}

TEST(ColorMaps, PositionsOutsideTakeTheEnds) {
  const auto maps = ColorMaps::load();
  ASSERT_TRUE(maps) << maps.error().message;
  const Color first = maps->color_of(ColorMap::magma, 0.0F);
  EXPECT_EQ(maps->color_of(ColorMap::magma, -3.0F), first);
  EXPECT_EQ(maps->color_of(ColorMap::magma, std::nanf("")), first);
  EXPECT_EQ(maps->color_of(ColorMap::magma, kInf), maps->color_of(ColorMap::magma, 1.0F));
}

TEST(ColorMaps, AreFoundByName) {
  for (const ColorMap map : kColorMaps) EXPECT_EQ(*color_map_named(color_map_name(map)), map);
  const auto none = color_map_named("jet");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("viridis, magma, cividis, grey, diverging"),
            std::string::npos);
}

TEST(TextColor, AlwaysReads) {
  EXPECT_TRUE(rc::check([](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    const Color background{r, g, b};
    const Color text = text_color_on(background);
    RC_ASSERT(contrast(text, background) >= 4.58);
  }));
  EXPECT_EQ(text_color_on({255, 255, 255}), (Color{0, 0, 0}));
  EXPECT_EQ(text_color_on({0, 0, 0}), (Color{255, 255, 255}));
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21.0, 1e-9);
}

TEST(DisplayRange, OfADivergingMapIsSymmetricAroundZero) {
  EXPECT_EQ(display_range(ColorMap::diverging, {-1.0F, 3.0F}), (ValueRange{-3.0F, 3.0F}));
  EXPECT_EQ(display_range(ColorMap::diverging, {-5.0F, -2.0F}), (ValueRange{-5.0F, 5.0F}));
  EXPECT_EQ(display_range(ColorMap::viridis, {-1.0F, 3.0F}), (ValueRange{-1.0F, 3.0F}));
}

TEST(PositionIn, SpansTheRangeAndClamps) {
  EXPECT_EQ(position_in({0.0F, 8.0F}, 2.0F), 0.25F);
  EXPECT_EQ(position_in({0.0F, 8.0F}, -2.0F), 0.0F);
  EXPECT_EQ(position_in({0.0F, 8.0F}, kInf), 1.0F);
  EXPECT_EQ(position_in({0.0F, 8.0F}, -kInf), 0.0F);
  EXPECT_EQ(position_in({0.0F, 8.0F}, std::nanf("")), 0.0F);
  EXPECT_EQ(position_in({-kMax, kMax}, 0.0F), 0.5F);
}

TEST(PositionIn, AnEmptyRangeHasItsValueInTheMiddle) {
  EXPECT_EQ(position_in({4.0F, 4.0F}, 4.0F), 0.5F);
  EXPECT_EQ(position_in({4.0F, 4.0F}, 5.0F), 1.0F);
  EXPECT_EQ(position_in({4.0F, 4.0F}, 3.0F), 0.0F);
}

}  // namespace
}  // namespace poolscope
