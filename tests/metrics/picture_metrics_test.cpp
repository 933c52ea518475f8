#include "core/metrics/picture_metrics.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/parity/parity.h"

namespace poolscope {
namespace {

Tensor plane(std::int64_t rows, std::int64_t cols, const std::vector<float>& values) {
  return *Tensor::copy_of({1, 1, rows, cols}, values);
}

/// Every value of `tensor` put through `change`.
template <class Change>
Tensor changed(const Tensor& tensor, Change change) {
  std::vector<float> values(tensor.values().begin(), tensor.values().end());
  for (float& value : values) value = change(value);
  return *Tensor::copy_of(tensor.shape(), values);
}

/// The paper's formulas taken literally: a weight for each of the 121 cells, and central moments.
double literal_ssim(const Tensor& a, const Tensor& b, double peak) {
  const Shape& shape = a.shape();
  double weights[11][11], total = 0.0;
  for (int y = 0; y < 11; ++y) {
    for (int x = 0; x < 11; ++x) {
      total += weights[y][x] = std::exp(-((y - 5) * (y - 5) + (x - 5) * (x - 5)) / (2 * 1.5 * 1.5));
    }
  }
  double sum = 0.0;
  int windows = 0;
  for (std::int64_t p = 0; p < shape.planes(); ++p) {
    for (std::int64_t top = 0; top + 11 <= shape.h; ++top) {
      for (std::int64_t left = 0; left + 11 <= shape.w; ++left, ++windows) {
        const auto each = [&](auto term) {
          double moment = 0.0;
          for (int y = 0; y < 11; ++y) {
            for (int x = 0; x < 11; ++x) {
              const auto at = static_cast<std::size_t>((top + y) * shape.w + left + x);
              moment += weights[y][x] / total * term(a.plane(p)[at], b.plane(p)[at]);
            }
          }
          return moment;
        };
        const double mean_a = each([](double x, double) { return x; });
        const double mean_b = each([](double, double y) { return y; });
        const double var_a = each([&](double x, double) { return (x - mean_a) * (x - mean_a); });
        const double var_b = each([&](double, double y) { return (y - mean_b) * (y - mean_b); });
        const double both = each([&](double x, double y) { return (x - mean_a) * (y - mean_b); });
        const double c1 = std::pow(0.01 * peak, 2), c2 = std::pow(0.03 * peak, 2);
        sum += (2 * mean_a * mean_b + c1) * (2 * both + c2) /
               ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
      }
    }
  }
  return sum / windows;
}

TEST(PictureMetrics, SsimIsThePapersWhereverWindowsAndStripsEnd) {
  for (const Shape& shape : {Shape{1, 1, 11, 11}, Shape{1, 2, 12, 17}, Shape{2, 1, 80, 13}}) {
    const Tensor a = filled(shape, Fill::random, 1), noise = filled(shape, Fill::random, 2);
    std::vector<float> values(a.values().begin(), a.values().end());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.5F * noise.values()[i];
    const Tensor b = *Tensor::copy_of(shape, values);
    const auto metrics = picture_metrics(a, b, 4.0);
    ASSERT_TRUE(metrics && metrics->ssim.value);
    EXPECT_NEAR(*metrics->ssim.value, literal_ssim(a, b, 4.0), 1e-12);
    EXPECT_LT(*metrics->ssim.value, 0.99);
  }
}

TEST(PictureMetrics, AStepOfTheWholePictureHasTheErrorAndPsnrOfItsHeight) {
  const Tensor a = changed(filled({1, 3, 20, 30}, Fill::random, 3),
                           [](float x) { return std::floor(x * 60.0F) + 120.0F; });
  const auto metrics = *picture_metrics(a, changed(a, [](float x) { return x + 5.0F; }), 255.0);
  EXPECT_EQ(metrics.changed, metrics.cells);
  EXPECT_EQ(metrics.mean_absolute.value, 5.0);
  EXPECT_EQ(metrics.largest.value, 5.0);
  EXPECT_NEAR(*metrics.psnr.value, 20.0 * std::log10(255.0 / 5.0), 1e-12);
}

TEST(PictureMetrics, ChangedCellsAreCounted) {
  const auto metrics =
      *picture_metrics(plane(2, 2, {1, 2, 3, -0.0F}), plane(2, 2, {1, 4, 3, 0}), 3);
  EXPECT_EQ(metrics.changed, 1);
  EXPECT_EQ(metrics.mean_absolute.value, 0.5);
  EXPECT_NEAR(*metrics.psnr.value, 10.0 * std::log10(9.0), 1e-12);
}

TEST(PictureMetrics, TheSamePictureIsAlikeAndItsPsnrInfiniteInWords) {
  const Tensor a = filled({1, 1, 16, 16}, Fill::random, 4);
  const auto metrics = *picture_metrics(a, a, 4.0);
  EXPECT_EQ(metrics.changed, 0);
  EXPECT_FALSE(metrics.psnr.value);
  EXPECT_EQ(metrics.psnr.reason, "infinite: the numbers are the same");
  EXPECT_NEAR(*metrics.ssim.value, 1.0, 1e-12);
}

TEST(PictureMetrics, WhatIsNotDefinedSaysWhy) {
  const auto small = *picture_metrics(plane(1, 2, {1, 2}), plane(1, 2, {2, 2}), 1.0);
  EXPECT_EQ(small.ssim.reason, "its window of 11x11 does not fit 1x2");
  const Tensor none = *Tensor::copy_of({0, 1, 2, 2}, {});
  EXPECT_EQ(picture_metrics(none, none, 1.0)->psnr.reason, "there are no cells");
  const Tensor flat = *Tensor::copy_of({1, 1, 11, 11}, std::vector<float>(121, 2.0F));
  EXPECT_FALSE(picture_metrics(flat, flat, common_range(flat, flat))->ssim.value);
  EXPECT_FALSE(picture_metrics(plane(1, 1, {1}), plane(1, 2, {1, 2}), 1.0));
}

TEST(PictureMetrics, CellsWithoutANumberAreCountedAndLeftOut) {
  const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  const auto metrics =
      *picture_metrics(plane(1, 5, {nan, inf, nan, 1, 2}), plane(1, 5, {nan, inf, 3, 1, 4}), 3.0);
  EXPECT_EQ(metrics.non_finite, 3);
  EXPECT_EQ(metrics.changed, 2);
  EXPECT_EQ(metrics.mean_absolute.value, 1.0);
  const auto nothing = *picture_metrics(plane(1, 1, {nan}), plane(1, 1, {1}), 1.0);
  EXPECT_EQ(nothing.psnr.reason, "no cell holds a number in both");
}

TEST(PictureMetrics, AWindowWithANanLeavesTheOthersToTheMean) {
  Tensor a = filled({1, 1, 11, 12}, Fill::random, 5);
  std::vector<float> values(a.values().begin(), a.values().end());
  values[11] = std::nanf("");  // Only the second window reads it.
  const Tensor b = *Tensor::copy_of(a.shape(), values);
  EXPECT_NEAR(*picture_metrics(a, b, 4.0)->ssim.value, 1.0, 1e-12);
}

TEST(PictureMetrics, TheDifferenceIsZeroWhereBothHoldTheSame) {
  const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  const auto apart = *difference(plane(1, 4, {nan, inf, 2, inf}), plane(1, 4, {nan, inf, -1, 0}));
  EXPECT_EQ(std::vector<float>(apart.values().begin(), apart.values().end()),
            (std::vector<float>{0, 0, -3, -inf}));
}

TEST(PictureMetrics, CancelledWorkEndsWithAnError) {
  const std::atomic<bool> cancelled = true;
  const Tensor a = filled({1, 1, 32, 32}, Fill::random, 6);
  EXPECT_EQ(picture_metrics(a, a, 1.0, &cancelled).error().message, "cancelled");
}

}  // namespace
}  // namespace poolscope
