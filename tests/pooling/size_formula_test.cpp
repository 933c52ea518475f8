#include "core/pooling/size_formula.h"

#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

using Lines = std::vector<std::string>;

Lines texts(const std::vector<FormulaLine>& lines) {
  Lines result;
  for (const FormulaLine& line : lines) {
    result.emplace_back();
    for (const FormulaSegment& segment : line) result.back() += segment.text;
  }
  return result;
}

SizeFormula formula_of(std::string_view text, std::int64_t rows, std::int64_t cols) {
  const auto formula = size_formula(parse_layer(text).value(), {1, 1, rows, cols});
  EXPECT_TRUE(formula) << (formula ? "" : formula.error().message);
  return formula.value_or(SizeFormula{});
}

TEST(SizeFormula, FillsInTheNumbers) {
  const SizeFormula formula = formula_of("MaxPool2d(2)", 6, 4);
  EXPECT_EQ(texts(formula.symbolic), Lines{"out = ⌊(in+2p-d(k-1)-1)/s⌋+1"});
  EXPECT_EQ(texts(formula.rows), (Lines{"H = ⌊(6+2·0-1·(2-1)-1)/2⌋+1", "  = ⌊4/2⌋+1 = 3"}));
  EXPECT_EQ(texts(formula.cols), (Lines{"W = ⌊(4+2·0-1·(2-1)-1)/2⌋+1", "  = ⌊2/2⌋+1 = 2"}));
}

TEST(SizeFormula, TellsParametersAndResultFromStructure) {
  using enum FormulaRole;
  const SizeFormula formula = formula_of("LPPool2d(2, 3, 2)", 7, 7);
  EXPECT_EQ(formula.rows.front(), (FormulaLine{{"H = ⌊(", structure},
                                               {"7", parameter},
                                               {"-", structure},
                                               {"3", parameter},
                                               {")/", structure},
                                               {"2", parameter},
                                               {"⌋+1", structure}}));
  EXPECT_EQ(formula.rows.back(), (FormulaLine{{"  = ⌊4/2⌋+1 = ", structure}, {"3", result}}));
}

TEST(SizeFormula, SaysThatCeilModeDropsAWindow) {
  const SizeFormula formula = formula_of("MaxPool2d(2, padding=1, ceil_mode=True)", 5, 6);
  EXPECT_EQ(texts(formula.symbolic), Lines{"out = ⌊(in+2p-d(k-1)-1+s-1)/s⌋+1"});
  EXPECT_EQ(texts(formula.rows),
            (Lines{"H = ⌊(5+2·1-1·(2-1)-1+2-1)/2⌋+1", "  = ⌊6/2⌋+1 = 4",
                   "  last window would start in the padding: dropped", "  = 4-1 = 3"}));
  EXPECT_EQ(texts(formula.cols).size(), 2U);
}

TEST(SizeFormula, OfKeras) {
  EXPECT_EQ(texts(formula_of("MaxPooling2D(3)", 7, 7).rows),
            (Lines{"H = ⌊(7-3)/3⌋+1", "  = ⌊4/3⌋+1 = 2"}));
  const SizeFormula same = formula_of("MaxPooling2D(padding=\"same\")", 5, 4);
  EXPECT_EQ(texts(same.symbolic), (Lines{"out = ⌈in/s⌉", "pad = max((out-1)s+k-in, 0)"}));
  EXPECT_EQ(texts(same.rows),
            (Lines{"H = ⌈5/2⌉ = 3", "  pad = max((3-1)·2+2-5, 0) = 1: 0 before, 1 after"}));
}

TEST(SizeFormula, OfOnnxHasPaddingOfTwoSides) {
  const SizeFormula formula =
      formula_of("AveragePool(kernel_shape=[3, 3], pads=[0, 1, 2, 3])", 6, 6);
  EXPECT_EQ(texts(formula.symbolic), Lines{"out = ⌊(in+pb+pa-d(k-1)-1)/s⌋+1"});
  EXPECT_EQ(texts(formula.cols), (Lines{"W = ⌊(6+1+3-1·(3-1)-1)/1⌋+1", "  = ⌊7/1⌋+1 = 8"}));
}

TEST(SizeFormula, OfAdaptiveAndGlobalPools) {
  const SizeFormula adaptive = formula_of("AdaptiveAvgPool2d((7, None))", 10, 4);
  EXPECT_EQ(texts(adaptive.rows), (Lines{"H = 7", "  window i = [⌊i·10/7⌋, ⌈(i+1)·10/7⌉)"}));
  EXPECT_EQ(texts(adaptive.cols), (Lines{"W = in = 4", "  window i = [⌊i·4/4⌋, ⌈(i+1)·4/4⌉)"}));
  EXPECT_EQ(texts(formula_of("GlobalMaxPool()", 6, 1).rows),
            Lines{"H = 1: one window over 6 rows"});
}

TEST(SizeFormula, GivesTheErrorOfLowering) {
  const Layer layer = parse_layer("MaxPool2d(7)").value();
  const Shape input{1, 1, 6, 6};
  EXPECT_EQ(size_formula(layer, input).error().message, lower(layer, input).error().message);
}

TEST(SizeFormula, EndsWithTheNumberOfLoweredWindows) {
  const auto result = [](const std::vector<FormulaLine>& lines) {
    std::vector<std::string> results;
    for (const FormulaLine& line : lines) {
      for (const FormulaSegment& segment : line) {
        if (segment.role == FormulaRole::result) results.push_back(segment.text);
      }
    }
    return results;
  };
  EXPECT_TRUE(rc::check([&] {
    const Layer layer = arbitrary_layer(6);
    const Shape input{1, 1, *rc::gen::inRange(1, 30), *rc::gen::inRange(1, 30)};
    const auto lowered = lower_layer(layer, input);
    RC_PRE(lowered.has_value());
    const Shape output = output_shape(*lowered, input);
    const auto formula = size_formula(layer, input);
    RC_ASSERT(formula.has_value());
    RC_ASSERT(result(formula->rows) ==
              (layer.kind->axes == 2 ? Lines{std::to_string(output.h)} : Lines{}));
    RC_ASSERT(result(formula->cols) == Lines{std::to_string(output.w)});
  }));
}

}  // namespace
}  // namespace poolscope
