#include "core/analysis/coverage.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/analysis/gradient.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/analysis/labs.h"
#include "tests/engines/every_engine.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

using Counts = std::vector<std::int64_t>;

/// The cells each window of an axis reads, tap by tap.
std::vector<std::set<std::int64_t>> cells_read(const std::vector<AxisWindow>& windows,
                                               std::int64_t size, Border border) {
  std::vector<std::set<std::int64_t>> all;
  for (const AxisWindow& window : windows) {
    std::set<std::int64_t>& cells = all.emplace_back();
    for (std::int64_t k = 0; k < window.count; ++k) {
      std::int64_t tap = window.tap(k);
      if (border == Border::reflect) tap = reflected(tap, size);
      if (tap >= 0 && tap < size) cells.insert(tap);
    }
  }
  return all;
}

void expect_axis(const std::vector<AxisWindow>& windows, std::int64_t size, Border border) {
  const auto read = cells_read(windows, size, border);
  const Counts found = axis_coverage(windows, size, border);
  for (std::int64_t cell = 0; cell < size; ++cell) {
    Counts readers;
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (read[i].contains(cell)) readers.push_back(static_cast<std::int64_t>(i));
    }
    RC_ASSERT(axis_readers(windows, cell, size, border) == readers);
    RC_ASSERT(found[static_cast<std::size_t>(cell)] == static_cast<std::int64_t>(readers.size()));
  }
}

LoweredPool arbitrary_pool(const Shape& shape) {
  const auto* name = *rc::gen::element("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d",
                                       "FractionalMaxPool2d", "BlurPool2d", "AveragePooling2D",
                                       "AveragePool", "MaxPool", "MaxRoiPool", "StridedConv2d");
  const auto pool = lower(arbitrary_layer_of(*find_kind(name), 5), shape);
  RC_PRE(pool.has_value());
  return *pool;
}

TEST(Coverage, CountsTheWindowsThatReadEachCellAsTapByTap) {
  EXPECT_TRUE(rc::check([] {
    const Shape shape{1, 2, *rc::gen::inRange(1, 14), *rc::gen::inRange(1, 14)};
    const LoweredPool pool = arbitrary_pool(shape);
    const PlaneWindows& windows = pool.windows(1);
    expect_axis(windows.rows, shape.h, pool.border);
    expect_axis(windows.cols, shape.w, pool.border);
  }));
}

TEST(Coverage, SummariesAgreeWithTheCellsOneByOne) {
  EXPECT_TRUE(rc::check([] {
    const Shape shape{1, 2, *rc::gen::inRange(1, 14), *rc::gen::inRange(1, 14)};
    const LoweredPool pool = arbitrary_pool(shape);
    const Coverage found = coverage(pool.windows(0), shape, pool.border);
    CoverageCounts expected;
    for (std::int64_t row = 0; row < shape.h; ++row) {
      for (std::int64_t col = 0; col < shape.w; ++col) {
        const std::int64_t count = found.at(row, col);
        ++expected.cells;
        expected.dead += count == 0 ? 1 : 0;
        expected.shared += count > 1 ? 1 : 0;
        expected.most = std::max(expected.most, count);
      }
    }
    RC_ASSERT(count_cells(found) == expected);
  }));
}

TEST(Coverage, MeansOfARectangleAgreeWithItsCellsOneByOne) {
  EXPECT_TRUE(rc::check([] {
    const Shape shape{1, 2, *rc::gen::inRange(1, 14), *rc::gen::inRange(1, 14)};
    const LoweredPool pool = arbitrary_pool(shape);
    const Coverage found = coverage(pool.windows(0), shape, pool.border);
    const auto y0 = *rc::gen::inRange<std::int64_t>(0, shape.h);
    const auto x0 = *rc::gen::inRange<std::int64_t>(0, shape.w);
    const auto y1 = *rc::gen::inRange<std::int64_t>(y0 + 1, shape.h + 1);
    const auto x1 = *rc::gen::inRange<std::int64_t>(x0 + 1, shape.w + 1);
    CoverageSums::Mean sum;
    for (std::int64_t row = y0; row < y1; ++row) {
      for (std::int64_t col = x0; col < x1; ++col) {
        const std::int64_t count = found.at(row, col);
        sum.windows += static_cast<double>(count);
        sum.dead += count == 0 ? 1.0 : 0.0;
        sum.shared += count > 1 ? 1.0 : 0.0;
      }
    }
    const auto cells = static_cast<double>((y1 - y0) * (x1 - x0));
    const auto place = [](std::int64_t at) { return static_cast<double>(at); };
    const auto mean = CoverageSums(found).mean(place(y0), place(y1), place(x0), place(x1));
    RC_ASSERT(std::abs(mean.windows - sum.windows / cells) < 1e-9);
    RC_ASSERT(std::abs(mean.dead - sum.dead / cells) < 1e-9);
    RC_ASSERT(std::abs(mean.shared - sum.shared / cells) < 1e-9);
  }));
}

TEST(Coverage, OfAWideWindowCostsNoMoreThanItsEnds) {
  // Tap by tap this would be 2^40 steps.
  const std::int64_t size = std::int64_t{1} << 20;
  const LoweredPool pool = pool_of("MaxPool2d((1, 1048575), (1, 1), (0, 524287))", {1, 1, 1, size});
  const Counts found = axis_coverage(pool.planes[0].cols, size);
  EXPECT_EQ(found.front(), 524288);
  EXPECT_EQ(found[static_cast<std::size_t>(size / 2)], size - 1);
}

TEST(Coverage, NamesTheDeadCellsOfAStrideThatSkipsThem) {
  const LoweredPool pool = pool_of("MaxPool2d(1, 2)", {1, 1, 5, 4});
  EXPECT_EQ(count_cells(coverage(pool.planes[0], {1, 1, 5, 4})), (CoverageCounts{20, 14, 0, 1}));
}

std::map<std::pair<std::int64_t, std::int64_t>, CellShare> shares(const LoweredPool& pool,
                                                                  const Tensor& input,
                                                                  const InputCell& cell) {
  const std::atomic<bool> cancelled = false;
  const auto found = census(pool, input, cell, 1000, cancelled);
  std::map<std::pair<std::int64_t, std::int64_t>, CellShare> all;
  for (const CellReading& reading : found->readings) {
    all[{reading.row, reading.col}] = reading.share;
  }
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), found->windows);
  return all;
}

TEST(Census, TellsWinnersLosersAndTiesOfAMaximum) {
  const Tensor input = grid(3, 3, {5, 1, 1, 1, 5, 1, 1, 1, 9});
  const auto found = shares(pool_of("MaxPool2d(2, 1)", input.shape()), input, {0, 1, 1});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found.at({0, 0}).part, 0.0);
  EXPECT_TRUE(found.at({0, 0}).tied);
  EXPECT_EQ(found.at({0, 1}).part, 1.0);
  EXPECT_EQ(found.at({1, 0}).part, 1.0);
  EXPECT_EQ(found.at({1, 1}).part, 0.0);
  EXPECT_FALSE(found.at({1, 1}).tied);
}

TEST(Census, NamesAsManyReadersAsAskedForAndCountsThemAll) {
  const Tensor input = grid(4, 4, std::vector<float>(16, 1.0F));
  const LoweredPool pool = pool_of("AvgPool2d(2, 1)", input.shape());
  const std::atomic<bool> cancelled = false;
  const auto found = census(pool, input, {0, 1, 1}, 3, cancelled);
  EXPECT_EQ(found->windows, 4);
  EXPECT_EQ(found->readings.size(), 3U);
}

TEST(Census, SharesOfAPickAMeanAndAFilterAreWhatTheGradientSends) {
  EXPECT_TRUE(rc::check([] {
    const auto* text = *rc::gen::element(
        "MaxPool2d(3, 2, 1)", "MinPool2d(2, 1)", "MedianPool2d(3)", "AvgPool2d(3, 2, 1)",
        "AvgPool2d(2, 1, divisor_override=3)", "MixedPool2d(3, 1, alpha=0.25)",
        "BlurPool2d(2, filter_size=5)", "StridedConv2d(3, 2, 1, weight=\"binomial\")",
        "LogSumExpPool2d(3, 2)", "StochasticPool2d(2, 1, training=True, seed=4)");
    const Shape shape{1, 1, *rc::gen::inRange(4, 8), *rc::gen::inRange(4, 8)};
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (float& value : values) value = static_cast<float>(*rc::gen::inRange(-4, 5)) / 2.0F;
    const Tensor input = *Tensor::copy_of(shape, values);
    const LoweredPool pool = pool_of(text, shape);
    const Shape out = pool.output_shape(shape);
    const InputCell cell{0, *rc::gen::inRange<std::int64_t>(0, shape.h),
                         *rc::gen::inRange<std::int64_t>(0, shape.w)};
    for (const auto& [place, share] : shares(pool, input, cell)) {
      std::vector<float> one(static_cast<std::size_t>(out.elements()), 0.0F);
      one[static_cast<std::size_t>(place.first * out.w + place.second)] = 1.0F;
      const auto slopes = gradient(pool, input, *Tensor::copy_of(out, one), TiePolicy::winner);
      const double slope = static_cast<double>(slopes->at(0, 0, cell.row, cell.col));
      RC_ASSERT(std::abs(slope - share.part) < 1e-6);
    }
  }));
}

TEST(Census, SharesOfAPowerASoftmaxAndADrawAreItsPartsOfTheSum) {
  const Tensor input = grid(2, 2, {1, 2, 3, 4});
  const auto share = [&](std::string_view layer) {
    return shares(pool_of(layer, input.shape()), input, {0, 1, 0}).at({0, 0}).part;
  };
  EXPECT_DOUBLE_EQ(share("LPPool2d(2, 2)"), 9.0 / 30.0);
  EXPECT_DOUBLE_EQ(share("GeMPool2d(2, p=3, eps=2.5)"), 27.0 / (2 * 15.625 + 27.0 + 64.0));
  EXPECT_DOUBLE_EQ(share("StochasticPool2d(2)"), 0.3);
  const double sum = std::exp(-3.0) + std::exp(-2.0) + std::exp(-1.0) + 1.0;
  EXPECT_NEAR(share("SoftPool2d(2)"), std::exp(-1.0) / sum, 1e-12);
  const Tensor zeros = grid(2, 2, {0, 0, 0, 0});
  EXPECT_TRUE(
      std::isnan(shares(pool_of("L2Pool2d(2)", zeros.shape()), zeros, {0, 0, 0}).at({0, 0}).part));
}

TEST(Census, OfAMirroredCellAddsUpAllItsTaps) {
  // Window 0 reads cells 1 0 1 of each axis, with the weights 1 2 1 / 4.
  const Tensor input = grid(4, 4, std::vector<float>(16, 1.0F));
  const auto found =
      shares(pool_of("BlurPool2d(2, filter_size=3)", input.shape()), input, {0, 1, 1});
  EXPECT_DOUBLE_EQ(found.at({0, 0}).part, 0.25);
}

TEST(Census, EndsEarlyWhenItIsCancelled) {
  const Tensor input = grid(4, 4, std::vector<float>(16, 1.0F));
  const std::atomic<bool> cancelled = true;
  const auto found =
      census(pool_of("AvgPool2d(2, 1)", input.shape()), input, {0, 1, 1}, 9, cancelled);
  EXPECT_TRUE(found->readings.empty());
}

}  // namespace
}  // namespace poolscope
