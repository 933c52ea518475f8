#include "core/analysis/window_probe.h"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/pooling/arbitrary_layer.h"
#include "tests/values.h"

namespace poolscope {
namespace {

/// Any NaN equals any NaN; the sign of zero counts.
bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Few different numbers, so that ties are common, with every special one among them.
Tensor arbitrary_input(const Shape& shape) {
  const auto values = *rc::gen::container<std::vector<float>>(
      static_cast<std::size_t>(shape.elements()),
      rc::gen::element(0.0F, -0.0F, 1.0F, 2.0F, -3.0F, 0.1F, 7.7F, kNan, kInf, -kInf));
  return *Tensor::copy_of(shape, values);
}

Shape arbitrary_shape() {
  const auto planes = rc::gen::inRange<std::int64_t>(1, 3);
  const auto axis = rc::gen::inRange<std::int64_t>(1, 10);
  return {*planes, *planes, *axis, *axis};
}

CellRange arbitrary_range(const Shape& output) {
  const auto between = [](std::int64_t low, std::int64_t high) {
    return *rc::gen::inRange(low, high + 1);
  };
  CellRange range;
  range.row_begin = between(0, output.h);
  range.row_end = between(range.row_begin, output.h);
  range.col_begin = between(0, output.w);
  range.col_end = between(range.col_begin, output.w);
  return range;
}

/// True where a block holds that part of a whole run's plane, values and winners.
bool is_part_of(const WindowBlock& block, const PoolOutput& whole, std::int64_t plane) {
  const Shape& out = whole.values.shape();
  if (block.winners.has_value() != whole.winners.has_value()) return false;
  for (std::int64_t row = block.range.row_begin; row < block.range.row_end; ++row) {
    for (std::int64_t col = block.range.col_begin; col < block.range.col_end; ++col) {
      const auto at = static_cast<std::size_t>(row * out.w + col);
      const float value =
          block.values.at(0, 0, row - block.range.row_begin, col - block.range.col_begin);
      if (!same(value, whole.values.plane(plane)[at])) return false;
      if (whole.winners && block.winner(row, col) != whole.winners->plane(plane)[at]) return false;
    }
  }
  return block.values.shape() == Shape{1, 1, block.range.rows(), block.range.cols()};
}

/// Every part of a plane that an engine runs for itself is what the reference gives for all of it.
void expect_parts_as_whole(const Engine& engine, const Tensor& input, const LoweredPool& pool) {
  const auto whole = ReferenceEngine().run(input, pool, {.winners = true});
  ASSERT_TRUE(whole);
  const Shape out = pool.output_shape(input.shape());
  for (std::int64_t top = 0; top < out.h; ++top) {
    for (std::int64_t bottom = top; bottom <= out.h; ++bottom) {
      for (std::int64_t left = 0; left < out.w; ++left) {
        for (std::int64_t right = left; right <= out.w; ++right) {
          const CellRange range{top, bottom, left, right};
          const auto block = probe_windows(engine, input, pool, 0, range);
          ASSERT_TRUE(block);
          EXPECT_TRUE(is_part_of(*block, *whole, 0))
              << top << ".." << bottom << " x " << left << ".." << right;
        }
      }
    }
  }
}

LoweredPool lowered(std::string_view text, const Shape& shape) {
  const auto layer = parse_layer(text);
  EXPECT_TRUE(layer) << layer.error().message;
  auto pool = lower(*layer, shape);
  EXPECT_TRUE(pool) << pool.error().message;
  return *pool;
}

TEST(ProbeWindows, GiveWhatTheReferenceGivesForTheWholePlane) {
  for (const LayerKind* kind : layer_kinds()) {
    if (!lower(starting_layer(*kind), {1, 1, 4, 4})) continue;
    EXPECT_TRUE(rc::check(std::string(kind->name), [kind] {
      const Shape shape = arbitrary_shape();
      const Layer layer = arbitrary_layer_of(*kind, 5);
      const auto pool = lower(layer, shape);
      RC_PRE(pool.has_value());
      const Tensor input = arbitrary_input(shape);
      const ReferenceEngine engine;
      const auto whole = engine.run(input, *pool, {.winners = true});
      RC_ASSERT(whole.has_value());
      const auto plane = *rc::gen::inRange<std::int64_t>(0, shape.planes());
      const CellRange range = arbitrary_range(whole->values.shape());
      const auto block = probe_windows(engine, input, *pool, plane, range);
      RC_ASSERT(block.has_value());
      RC_ASSERT(block->range == range);
      RC_ASSERT(is_part_of(*block, *whole, plane));
    }));
  }
}

TEST(ProbeWindows, OfAMaxAreTheSameOnTheFastEngine) {
  const Engine& engine = **find_engine("cpu");
  for (const char* name : {"MaxPool2d", "AdaptiveMaxPool2d", "MaxPooling2D", "MaxPool"}) {
    EXPECT_TRUE(rc::check(name, [&] {
      const Shape shape = arbitrary_shape();
      const auto pool = lower(arbitrary_layer_of(*find_kind(name), 5), shape);
      RC_PRE(pool.has_value());
      const Tensor input = arbitrary_input(shape);
      const auto whole = ReferenceEngine().run(input, *pool, {.winners = true});
      const auto plane = *rc::gen::inRange<std::int64_t>(0, shape.planes());
      const auto block =
          probe_windows(engine, input, *pool, plane, arbitrary_range(whole->values.shape()));
      RC_ASSERT(block.has_value());
      RC_ASSERT(is_part_of(*block, *whole, plane));
    }));
  }
}

TEST(ProbeWindows, LeaveOutWhatADilatedWindowJumpsOver) {
  const Shape shape{1, 1, 7, 6};
  std::vector<float> values(42);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 29 % 42);
  const Tensor input = *Tensor::copy_of(shape, values);
  for (const char* text :
       {"MaxPool2d(2, stride=1, padding=1, dilation=3)", "MaxPool2d(3, stride=2, dilation=2)",
        "MaxPool(kernel_shape=[2, 3], dilations=[4, 2], pads=[3, 0, 5, 4])",
        "AveragePool(kernel_shape=[3, 2], dilations=[2, 3], pads=[0, 4, 4, 1])"}) {
    expect_parts_as_whole(ReferenceEngine(), input, lowered(text, shape));
  }
}

TEST(ProbeWindows, MayLieInThePaddingAltogether) {
  const Shape shape{1, 1, 2, 3};
  const std::vector<float> values{1, -2, kNan, 4, 4, -0.0F};
  const Tensor input = *Tensor::copy_of(shape, values);
  for (const char* text :
       {"MaxPool(kernel_shape=[1, 1], pads=[3, 2, 4, 5])",
        "MaxPool(kernel_shape=[2, 2], strides=[2, 2], pads=[5, 4, 5, 4])",
        "AveragePool(kernel_shape=[1, 2], pads=[2, 3, 2, 3])",
        "AveragePool(kernel_shape=[2, 2], pads=[3, 3, 3, 3], count_include_pad=1)",
        "LpPool(kernel_shape=[1, 1], pads=[2, 2, 2, 2])"}) {
    expect_parts_as_whole(ReferenceEngine(), input, lowered(text, shape));
  }
}

TEST(ProbeWindows, TellNoWinnerOutsideTheirRange) {
  const Tensor input = *Tensor::copy_of({1, 1, 2, 4}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  const LoweredPool pool = lowered("MaxPool2d(1)", input.shape());
  const auto block = probe_windows(ReferenceEngine(), input, pool, 0, {0, 2, 1, 3});
  ASSERT_TRUE(block);
  EXPECT_EQ(block->winner(1, 2), 6);
  EXPECT_EQ(block->winner(1, 3), -1);
  EXPECT_EQ(block->winner(0, 0), -1);
  EXPECT_EQ(block->winner(2, 1), -1);
}

TEST(ProbeWindows, PassOnTheErrorOfTheEngine) {
  class Broken final : public Engine {
    std::string name() const override { return "broken"; }
    std::string title() const override { return "Broken"; }
    Result<PoolOutput> run(const Tensor&, const LoweredPool&, const RunOptions&) const override {
      return failure("no can do");
    }
  };
  const Tensor input = *Tensor::copy_of({1, 1, 1, 1}, std::vector<float>{1});
  const auto block =
      probe_windows(Broken(), input, lowered("MaxPool2d(1)", input.shape()), 0, {0, 1, 0, 1});
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().message, "no can do");
}

/// Facts found by asking each cell of the plane whether the window reads it.
WindowFacts facts_by_cell(const Tensor& input, const LoweredPool& pool, std::int64_t plane,
                          const WindowFacts& asked, std::int64_t winner) {
  const auto reads = [](const AxisWindow& window, std::int64_t cell) {
    return cell >= window.begin && (cell - window.begin) % window.step == 0 &&
           (cell - window.begin) / window.step < window.count;
  };
  WindowFacts facts{asked.row, asked.col};
  facts.taps = asked.row.count * asked.col.count;
  const auto values = input.plane(plane);
  for (std::int64_t i = 0; i < std::ssize(values); ++i) {
    const std::int64_t width = input.shape().w;
    if (!reads(asked.row, i / width) || !reads(asked.col, i % width)) continue;
    const float value = values[static_cast<std::size_t>(i)];
    ++facts.inside;
    facts.sum += static_cast<double>(value);
    const bool tie = pool.has_winners() && winner >= 0 && i != winner &&
                     value == values[static_cast<std::size_t>(winner)];
    facts.ties += tie ? 1 : 0;
  }
  return facts;
}

TEST(WindowFacts, CountTheCellsThatTheWindowReads) {
  for (const LayerKind* kind : layer_kinds()) {
    if (!lower(starting_layer(*kind), {1, 1, 4, 4})) continue;
    EXPECT_TRUE(rc::check(std::string(kind->name), [kind] {
      const Shape shape = arbitrary_shape();
      const auto pool = lower(arbitrary_layer_of(*kind, 5), shape);
      RC_PRE(pool.has_value());
      const Tensor input = arbitrary_input(shape);
      const auto whole = ReferenceEngine().run(input, *pool, {.winners = true});
      const Shape out = whole->values.shape();
      const auto plane = *rc::gen::inRange<std::int64_t>(0, shape.planes());
      const auto row = *rc::gen::inRange<std::int64_t>(0, out.h);
      const auto col = *rc::gen::inRange<std::int64_t>(0, out.w);
      const std::int64_t winner =
          whole->winners ? whole->winners->plane(plane)[static_cast<std::size_t>(row * out.w + col)]
                         : -1;
      const WindowFacts facts = window_facts(input, *pool, plane, row, col, winner);
      const WindowFacts expected = facts_by_cell(input, *pool, plane, facts, winner);
      RC_ASSERT(facts.row == pool->windows(plane).rows[static_cast<std::size_t>(row)]);
      RC_ASSERT(facts.col == pool->windows(plane).cols[static_cast<std::size_t>(col)]);
      RC_ASSERT(facts.taps == expected.taps);
      RC_ASSERT(facts.inside == expected.inside);
      RC_ASSERT(facts.ties == expected.ties);
      RC_ASSERT((std::isnan(facts.sum) && std::isnan(expected.sum)) || facts.sum == expected.sum);
    }));
  }
}

TEST(WindowFacts, CallZerosOfBothSignsATie) {
  const Tensor input = *Tensor::copy_of({1, 1, 2, 2}, std::vector<float>{-0.0F, 0, -1, 0});
  const LoweredPool pool = lowered("MaxPool2d(2)", input.shape());
  const auto block = probe_windows(ReferenceEngine(), input, pool, 0, {0, 1, 0, 1});
  ASSERT_EQ(block->winner(0, 0), 0);
  EXPECT_EQ(window_facts(input, pool, 0, 0, 0, 0).ties, 2);
}

}  // namespace
}  // namespace poolscope
