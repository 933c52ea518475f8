#include "app/canvas/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/values.h"

namespace poolscope {
namespace {

constexpr float kMax = std::numeric_limits<float>::max();

Tensor tensor_of(Shape shape, const std::vector<float>& values) {
  return *Tensor::copy_of(shape, values);
}

std::vector<float> whole_level(const Picture& picture, std::int64_t plane, int level) {
  const TexelRect all{0, 0, picture.cols(level), picture.rows(level)};
  std::vector<float> values(static_cast<std::size_t>(all.width * all.height));
  picture.crop(plane, level, all, values);
  return values;
}

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// A shape that spans several strips and odd ends, and values, some of which may be no numbers.
Tensor arbitrary_tensor() {
  const Shape shape{*rc::gen::inRange(1, 3), *rc::gen::inRange(1, 4), *rc::gen::inRange(1, 150),
                    *rc::gen::inRange(1, 70)};
  const auto share = *rc::gen::element(0, 2, 20, 400);
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  auto state = static_cast<std::uint32_t>(*rc::gen::inRange(1, 1 << 30));
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    const std::array special{kNan, kInf, -kInf};
    value = share > 0 && (state >> 8) % share == 0
                ? special[(state >> 20) % 3]
                : static_cast<float>(state >> 16) / 256.0F - 100.0F;
  }
  return tensor_of(shape, values);
}

TEST(Picture, CountsAndMeasuresEachPlane) {
  const auto picture =
      make_picture(tensor_of({1, 2, 2, 3}, {1, 2, kNan, kInf, -4, -kInf, 10, 20, 30, 40, 50, 60}));
  const PlaneStats& first = picture->stats(0);
  EXPECT_EQ(first.finite, 3);
  EXPECT_EQ(first.nans, 1);
  EXPECT_EQ(first.plus_infs, 1);
  EXPECT_EQ(first.minus_infs, 1);
  EXPECT_EQ(first.min, -4.0F);
  EXPECT_EQ(first.max, 2.0F);
  EXPECT_DOUBLE_EQ(first.mean, -1.0 / 3);
  EXPECT_EQ(picture->stats(1).min, 10.0F);
  EXPECT_EQ(picture->overall().finite, 9);
  EXPECT_EQ(picture->overall().max, 60.0F);
  EXPECT_DOUBLE_EQ(picture->overall().mean, (210.0 - 1.0) / 9);
}

TEST(Picture, HasNoRangeWithoutNumbers) {
  const auto picture = make_picture(tensor_of({1, 1, 1, 2}, {kNan, kInf}));
  EXPECT_EQ(picture->overall().min, 0.0F);
  EXPECT_EQ(picture->overall().max, 0.0F);
  EXPECT_TRUE(std::isnan(picture->overall().mean));
}

TEST(Picture, OfAnEmptyTensorHasNothing) {
  const auto picture = make_picture(Tensor());
  EXPECT_EQ(picture->levels(), 1);
  EXPECT_EQ(picture->overall().finite, 0);
  const auto empty_batch = make_picture(tensor_of({0, 3, 4, 4}, {}));
  EXPECT_EQ(empty_batch->levels(), 1);
}

TEST(Picture, HalvesDownToOneTexel) {
  const auto picture = make_picture(tensor_of({1, 1, 3, 5}, std::vector<float>(15, 7.0F)));
  ASSERT_EQ(picture->levels(), 4);
  EXPECT_EQ(picture->rows(1), 2);
  EXPECT_EQ(picture->cols(1), 3);
  EXPECT_EQ(picture->rows(3), 1);
  EXPECT_EQ(picture->cols(3), 1);
  for (int level = 0; level < 4; ++level) {
    for (const float value : whole_level(*picture, 0, level)) EXPECT_EQ(value, 7.0F);
  }
}

TEST(Picture, AveragesTheNumbersOfATexel) {
  const auto picture = make_picture(tensor_of({1, 1, 3, 3}, {1, 2, 10,     //
                                                             3, kNan, 20,  //
                                                             5, 7, kNan}));
  const auto level = whole_level(*picture, 0, 1);
  EXPECT_EQ(level[0], 2.0F);
  EXPECT_EQ(level[1], 15.0F);
  EXPECT_EQ(level[2], 6.0F);
  EXPECT_TRUE(std::isnan(level[3]));
}

TEST(Picture, KeepsTheInfinityThatAllOfATexelShare) {
  const auto picture =
      make_picture(tensor_of({1, 1, 2, 8}, {kInf, kInf, -kInf, -kInf, kInf, -kInf, kInf, kInf,  //
                                            kInf, kInf, -kInf, -kInf, kInf, kInf, kNan, kInf}));
  const auto level = whole_level(*picture, 0, 1);
  EXPECT_EQ(level[0], kInf);
  EXPECT_EQ(level[1], -kInf);
  EXPECT_TRUE(std::isnan(level[2]));
  EXPECT_TRUE(std::isnan(level[3]));
}

TEST(Picture, TheLargestNumbersDoNotOverflow) {
  const auto picture =
      make_picture(tensor_of({1, 1, 4, 4}, {kMax, kMax, kMax, kMax, kMax, kMax, kNan, kMax,  //
                                            kMax, kMax, kMax, kMax, kMax, kMax, kMax, kMax}));
  for (int level = 1; level < picture->levels(); ++level) {
    for (const float value : whole_level(*picture, 0, level)) EXPECT_EQ(value, kMax);
  }
  EXPECT_DOUBLE_EQ(picture->overall().mean, static_cast<double>(kMax));
}

TEST(Picture, TheLargestNumbersOfWholeVectorsDoNotOverflow) {
  for (const Shape& shape : {Shape{1, 1, 4, 32}, {1, 1, 5, 37}, {1, 1, 8, 64}}) {
    for (const bool numbers : {true, false}) {
      for (const float largest : {kMax, -kMax}) {
        std::vector<float> values(static_cast<std::size_t>(shape.elements()), largest);
        if (!numbers) values[static_cast<std::size_t>(shape.w - 1)] = kNan;
        const auto picture = make_picture(tensor_of(shape, values));
        for (int level = 1; level < picture->levels(); ++level) {
          for (const float value : whole_level(*picture, 0, level)) EXPECT_EQ(value, largest);
        }
        EXPECT_DOUBLE_EQ(picture->overall().mean, static_cast<double>(largest));
        EXPECT_EQ(picture->overall().finite, shape.elements() - (numbers ? 0 : 1));
      }
    }
  }
}

/// The texel of a level by the rule, from the level below.
float expected_texel(const std::vector<float>& below, std::int64_t rows, std::int64_t cols,
                     std::int64_t y, std::int64_t x) {
  double sum = 0;
  float rest = 0;
  int count = 0;
  for (std::int64_t v = 2 * y; v < std::min(2 * y + 2, rows); ++v) {
    for (std::int64_t u = 2 * x; u < std::min(2 * x + 2, cols); ++u) {
      const float value = below[static_cast<std::size_t>(v * cols + u)];
      if (std::isfinite(value)) {
        sum += static_cast<double>(value);
        ++count;
      } else {
        rest += value;
      }
    }
  }
  return count > 0 ? static_cast<float>(sum / count) : rest;
}

TEST(Picture, EachLevelFollowsFromTheOneBelow) {
  EXPECT_TRUE(rc::check([] {
    const Tensor tensor = arbitrary_tensor();
    const auto picture = make_picture(tensor);
    const std::int64_t plane = *rc::gen::inRange<std::int64_t>(0, tensor.shape().planes());
    for (int level = 1; level < picture->levels(); ++level) {
      const auto below = whole_level(*picture, plane, level - 1);
      const auto values = whole_level(*picture, plane, level);
      for (std::int64_t i = 0; i < std::ssize(values); ++i) {
        const std::int64_t cols = picture->cols(level);
        const float expected = expected_texel(below, picture->rows(level - 1),
                                              picture->cols(level - 1), i / cols, i % cols);
        const float value = values[static_cast<std::size_t>(i)];
        RC_ASSERT(same(value, expected) || std::abs(value - expected) < 1e-4F);
      }
    }
  }));
}

TEST(Picture, FiguresAreThoseOfAPlainLoop) {
  EXPECT_TRUE(rc::check([] {
    const Tensor tensor = arbitrary_tensor();
    const auto picture = make_picture(tensor);
    for (std::int64_t plane = 0; plane < tensor.shape().planes(); ++plane) {
      PlaneStats expected{0, 0, 0, 0, kInf, -kInf, 0.0};
      for (const float value : tensor.plane(plane)) {
        expected.nans += std::isnan(value);
        expected.plus_infs += value == kInf;
        expected.minus_infs += value == -kInf;
        if (!std::isfinite(value)) continue;
        ++expected.finite;
        expected.min = std::min(expected.min, value);
        expected.max = std::max(expected.max, value);
        expected.mean += static_cast<double>(value);
      }
      const PlaneStats& stats = picture->stats(plane);
      RC_ASSERT(stats.finite == expected.finite);
      RC_ASSERT(stats.nans == expected.nans);
      RC_ASSERT(stats.plus_infs == expected.plus_infs);
      RC_ASSERT(stats.minus_infs == expected.minus_infs);
      if (expected.finite == 0) continue;
      RC_ASSERT(stats.min == expected.min);
      RC_ASSERT(stats.max == expected.max);
      RC_ASSERT(std::abs(stats.mean - expected.mean / static_cast<double>(expected.finite)) < 1e-9);
    }
  }));
}

TEST(Picture, ACropIsThatPartOfTheLevel) {
  EXPECT_TRUE(rc::check([] {
    const Tensor tensor = arbitrary_tensor();
    const auto picture = make_picture(tensor);
    const int level = *rc::gen::inRange(0, picture->levels());
    const auto rows = picture->rows(level);
    const auto cols = picture->cols(level);
    const auto x = *rc::gen::inRange<std::int64_t>(0, cols);
    const auto y = *rc::gen::inRange<std::int64_t>(0, rows);
    const TexelRect rect{x, y, *rc::gen::inRange<std::int64_t>(1, cols - x + 1),
                         *rc::gen::inRange<std::int64_t>(1, rows - y + 1)};
    std::vector<float> part(static_cast<std::size_t>(rect.width * rect.height));
    picture->crop(0, level, rect, part);
    const auto whole = whole_level(*picture, 0, level);
    for (std::int64_t i = 0; i < std::ssize(part); ++i) {
      const auto at = (rect.y + i / rect.width) * cols + rect.x + i % rect.width;
      RC_ASSERT(same(part[static_cast<std::size_t>(i)], whole[static_cast<std::size_t>(at)]));
    }
  }));
}

TEST(PlaneStats, CombineAsIfMeasuredTogether) {
  const auto parts = make_picture(tensor_of({1, 3, 1, 2}, {1, 2, kNan, kInf, 9, 6}));
  const PlaneStats sum = combined(combined(parts->stats(0), parts->stats(1)), parts->stats(2));
  EXPECT_EQ(sum.finite, 4);
  EXPECT_EQ(sum.non_finite(), 2);
  EXPECT_EQ(sum.min, 1.0F);
  EXPECT_EQ(sum.max, 9.0F);
  EXPECT_DOUBLE_EQ(sum.mean, 4.5);
}

}  // namespace
}  // namespace poolscope
