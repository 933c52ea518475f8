#include "core/analysis/border_ledger.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/analysis/coverage.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/axis_windows.h"
#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

WindowLedger window(std::string_view text, const Shape& input, std::int64_t row, std::int64_t col) {
  const Layer layer = *parse_layer(text);
  return window_ledger(layer, *lower(layer, input), input, {0, row, col});
}

PlaneLedger plane(std::string_view text, const Shape& input) {
  const Layer layer = *parse_layer(text);
  const LoweredPool pool = *lower(layer, input);
  return plane_ledger(layer, pool.planes.front(), input, pool.border);
}

std::vector<std::string> sentences(const AxisLedger& ledger) {
  std::vector<std::string> all;
  for (const UnreadLines& lines : ledger.unread) all.push_back(lines.sentence);
  return all;
}

using Sentences = std::vector<std::string>;

TEST(BorderLedger, CountsTapsInsideInThePaddingAndInTheOverhang) {
  // Window 3 begins at 5 of 6 rows: 5 inside, 6 padding, 7 overhang.
  const auto corner = window("AvgPool2d(3, 2, 1, ceil_mode=True)", {1, 1, 6, 6}, 3, 3);
  EXPECT_EQ(corner.inside, 1);
  EXPECT_EQ(corner.padding, 3);
  EXPECT_EQ(corner.overhang, 5);
  EXPECT_EQ(corner.around.padding, OutsideValue::zero);
  EXPECT_EQ(corner.around.overhang, OutsideValue::excluded);
  EXPECT_EQ(corner.divisor->value, 4);
  EXPECT_EQ(corner.divisor->formula, "2 rows × 2 columns");
  EXPECT_EQ(corner.divisor->reason,
            "count_include_pad is on: the 3 taps in the padding count as zeros, the overhang of "
            "ceil_mode does not count, so the mean is 1/4 of that of the cells inside.");
}

TEST(BorderLedger, NamesWhatEachReductionSeesOutside) {
  const Shape input{1, 1, 6, 6};
  const auto padding = [&](std::string_view text) {
    return window(text, input, 0, 0).around.padding;
  };
  EXPECT_EQ(padding("MaxPool2d(3, 2, 1)"), OutsideValue::minus_infinity);
  EXPECT_EQ(padding("MinPool2d(3, 2, 1)"), OutsideValue::plus_infinity);
  EXPECT_EQ(padding("AvgPool2d(3, 2, 1)"), OutsideValue::zero);
  EXPECT_EQ(padding("AvgPool2d(3, 2, 1, count_include_pad=False)"), OutsideValue::excluded);
  EXPECT_EQ(padding("AvgPool2d(3, 2, 1, divisor_override=2)"), OutsideValue::zero);
  EXPECT_EQ(padding("AveragePooling2D(3, padding=\"same\")"), OutsideValue::excluded);
  EXPECT_EQ(padding("AveragePool(kernel_shape=[3, 3], pads=[1, 1, 1, 1])"), OutsideValue::excluded);
  EXPECT_EQ(padding("LpPool(kernel_shape=[3, 3], pads=[1, 1, 1, 1])"), OutsideValue::zero);
  EXPECT_EQ(padding("StridedConv2d(3, 2, 1)"), OutsideValue::zero);
  EXPECT_EQ(padding("BlurPool2d(2)"), OutsideValue::mirrored);
  EXPECT_EQ(padding("SoftPool2d(3, 2, 1)"), OutsideValue::excluded);
}

TEST(BorderLedger, SaysWhyADivisorIsWhatItIs) {
  const Shape input{1, 1, 6, 6};
  const auto reason = [&](std::string_view text) {
    return window(text, input, 0, 0).divisor->reason;
  };
  EXPECT_EQ(reason("AvgPool2d(3, 2, 1)"),
            "count_include_pad is on: the 5 taps in the padding count as zeros, so the mean is 4/9 "
            "of that of the cells inside.");
  EXPECT_EQ(reason("AvgPool2d(3, 2, 1, count_include_pad=False)"),
            "count_include_pad is off: only the taps inside the input count.");
  EXPECT_EQ(reason("AvgPool2d(2)"), "All taps lie inside, and all of them count.");
  EXPECT_EQ(reason("AvgPool2d(2, divisor_override=3)"),
            "divisor_override takes the place of the number of cells.");
  EXPECT_EQ(reason("AveragePooling2D(3, strides=1, padding=\"same\")"),
            "Keras counts only the taps inside the input, whatever the padding.");
  EXPECT_EQ(window("MaxPool2d(3, 2, 1)", input, 0, 0).divisor, std::nullopt);
}

TEST(BorderLedger, AgreesWithTheLoweredWindowsTapByTap) {
  EXPECT_TRUE(rc::check([] {
    const auto* name = *rc::gen::element("AvgPool2d", "AveragePool", "AveragePooling2D",
                                         "RMSPool2d", "MaxPool2d", "AdaptiveAvgPool2d");
    const Layer layer = arbitrary_layer_of(*find_kind(name), 5);
    const Shape shape{1, 1, *rc::gen::inRange(1, 10), *rc::gen::inRange(1, 10)};
    const auto pool = lower(layer, shape);
    RC_PRE(pool.has_value());
    const Shape out = pool->output_shape(shape);
    const WindowPlace place{0, *rc::gen::inRange<std::int64_t>(0, out.h),
                            *rc::gen::inRange<std::int64_t>(0, out.w)};
    const WindowLedger ledger = window_ledger(layer, *pool, shape, place);
    const AxisWindow& row = pool->planes[0].rows[static_cast<std::size_t>(place.row)];
    const AxisWindow& col = pool->planes[0].cols[static_cast<std::size_t>(place.col)];
    const auto in = [](std::int64_t at, std::int64_t low, std::int64_t high) {
      return at >= low && at < high;
    };
    std::int64_t inside = 0, padding = 0, overhang = 0;
    for (std::int64_t r = 0; r < row.count; ++r) {
      for (std::int64_t c = 0; c < col.count; ++c) {
        const bool own = in(row.tap(r), 0, shape.h) && in(col.tap(c), 0, shape.w);
        const bool padded = in(row.tap(r), ledger.around.top, ledger.around.bottom) &&
                            in(col.tap(c), ledger.around.left, ledger.around.right);
        ++(own ? inside : padded ? padding : overhang);
      }
    }
    RC_ASSERT(ledger.inside == inside);
    RC_ASSERT(ledger.padding == padding);
    RC_ASSERT(ledger.overhang == overhang);
    if (!ledger.divisor || pool->divisor_override) return;
    const bool counted = ledger.around.padding == OutsideValue::zero;
    RC_ASSERT(ledger.divisor->value == inside + (counted ? padding : 0));
  }));
}

TEST(BorderLedger, TheValueOfAWindowIsWhatItsLedgerSays) {
  // Ones 6x6: each output of a mean is the cells inside, over the divisor.
  const Shape input{1, 1, 6, 6};
  const Tensor ones = grid(6, 6, std::vector<float>(36, 1.0F));
  for (const char* text :
       {"AvgPool2d(3, 2, 1, ceil_mode=True)", "AvgPool2d(3, 2, 1)",
        "AvgPool2d(3, 2, 1, count_include_pad=False)", "AvgPool2d(3, 2, 1, divisor_override=2)",
        "AveragePool(kernel_shape=[3, 3], pads=[0, 1, 1, 0], ceil_mode=1)"}) {
    const Layer layer = *parse_layer(text);
    const LoweredPool pool = *lower(layer, input);
    const Tensor output = ReferenceEngine().run(ones, pool, {})->values;
    for (std::int64_t row = 0; row < output.shape().h; ++row) {
      for (std::int64_t col = 0; col < output.shape().w; ++col) {
        const WindowLedger ledger = window_ledger(layer, pool, input, {0, row, col});
        EXPECT_FLOAT_EQ(output.at(0, 0, row, col), static_cast<float>(ledger.inside) /
                                                       static_cast<float>(ledger.divisor->value))
            << text;
      }
    }
  }
}

TEST(BorderLedger, SaysWhichRowsAreLostAndWhy) {
  EXPECT_EQ(sentences(plane("MaxPool2d(2)", {1, 1, 7, 6}).rows),
            Sentences{"Row 6 is read by no window: 7-2 = 5 is no multiple of stride 2"});
  EXPECT_TRUE(plane("MaxPool2d(2)", {1, 1, 7, 6}).cols.unread.empty());
  // 10+2-3 leaves one row over, but that is a row of padding.
  EXPECT_TRUE(plane("MaxPool2d(3, 2, 1)", {1, 1, 10, 10}).rows.unread.empty());
  EXPECT_EQ(sentences(plane("AvgPool2d(3, 4, 1)", {1, 1, 9, 9}).rows),
            (Sentences{"2 of 9 rows, from 2 to 6, are read by no window: stride 4 is larger than "
                       "the window of 3"}));
  EXPECT_EQ(sentences(plane("AvgPool2d(4, 4, 1)", {1, 1, 9, 9}).rows),
            (Sentences{"Rows 7 and 8 are read by no window: 9+1+1-4 = 7 is no multiple of stride "
                       "4"}));
  EXPECT_EQ(sentences(plane("MaxPool2d(2, 3)", {1, 1, 8, 10}).cols),
            (Sentences{"Column 9 is read by no window: 10-2 = 8 is no multiple of stride 3",
                       "3 of 10 columns, from 2 to 8, are read by no window: stride 3 is larger "
                       "than the window of 2"}));
  EXPECT_EQ(sentences(plane("MaxPool2d(2, 3)", {1, 1, 8, 10}).rows),
            (Sentences{"2 of 8 rows, from 2 to 5, are read by no window: stride 3 is larger than "
                       "the window of 2"}));
  EXPECT_EQ(sentences(plane("MaxPool2d(2, 4, dilation=2)", {1, 1, 7, 7}).rows),
            (Sentences{"Row 3 is read by no window: stride 4 is larger than the window of 3",
                       "2 of 7 rows, from 1 to 5, are read by no window: dilation 2 leaves gaps "
                       "between the taps, and stride 4 does not fill them"}));
}

TEST(BorderLedger, SaysWhatCeilModeDid) {
  const auto ceil = [](std::string_view text, std::int64_t rows) {
    return *plane(text, {1, 1, rows, 9}).rows.ceil;
  };
  const CeilEntry added = ceil("MaxPool2d(2, ceil_mode=True)", 7);
  EXPECT_EQ(added.effect, CeilEntry::Effect::added);
  EXPECT_EQ(added.window, 3);
  EXPECT_EQ(added.sentence,
            "ceil_mode adds window 3 along the rows: 7-2 = 5 is no multiple of stride 2. It stays "
            "because it starts before the input ends: 3·2 = 6 < 7+0 = 7 (size and padding before)");
  const CeilEntry dropped = ceil("MaxPool2d(2, 2, 1, ceil_mode=True)", 5);
  EXPECT_EQ(dropped.effect, CeilEntry::Effect::dropped);
  EXPECT_EQ(dropped.sentence,
            "ceil_mode asks for window 3 along the rows and drops it again: it would start behind "
            "the input, 3·2 = 6 ≥ 5+1 = 6 (size and padding before)");
  EXPECT_EQ(ceil("MaxPool2d(2, ceil_mode=True)", 6).effect, CeilEntry::Effect::none);
  EXPECT_FALSE(plane("MaxPool2d(2)", {1, 1, 7, 7}).rows.ceil);
}

TEST(BorderLedger, ExplainsEveryUnreadLineOnceAndFloorOnlyWhereCeilWouldReadIt) {
  EXPECT_TRUE(rc::check([] {
    const auto* name = *rc::gen::element("MaxPool2d", "MaxPooling2D", "MaxPool", "BlurPool2d",
                                         "FractionalMaxPool2d", "MaxRoiPool", "AvgPool2d");
    Layer layer = arbitrary_layer_of(*find_kind(name), 5);
    const Shape shape{1, 1, *rc::gen::inRange(1, 14), *rc::gen::inRange(1, 14)};
    const auto pool = lower(layer, shape);
    RC_PRE(pool.has_value());
    const auto unread = [&](const LoweredPool& of) {
      std::set<std::int64_t> cells;
      const auto counts = axis_coverage(of.planes[0].rows, shape.h, of.border);
      for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) cells.insert(static_cast<std::int64_t>(i));
      }
      return cells;
    };
    const std::set<std::int64_t> before = unread(*pool);
    std::int64_t explained = 0, floored = 0;
    for (const UnreadLines& lines :
         plane_ledger(layer, pool->planes[0], shape, pool->border).rows.unread) {
      for (const std::int64_t line : lines.lines) RC_ASSERT(before.contains(line));
      explained += static_cast<std::int64_t>(lines.lines.size());
      if (lines.cause == UnreadCause::floor)
        floored = static_cast<std::int64_t>(lines.lines.size());
    }
    RC_ASSERT(explained == static_cast<std::int64_t>(before.size()));
    if (find_parameter(*layer.kind, "ceil_mode") == nullptr) return;
    layer.ceil_mode = true;
    const std::set<std::int64_t> after = unread(*lower(layer, shape));
    RC_ASSERT(floored == static_cast<std::int64_t>(before.size() - after.size()));
  }));
}

}  // namespace
}  // namespace poolscope
