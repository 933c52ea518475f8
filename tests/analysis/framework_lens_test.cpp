#include "core/analysis/framework_lens.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {
namespace {

const ReferenceEngine kReference;

FrameworkLens look(std::string_view text, const Tensor& input) {
  auto lens = look_at_frameworks(kReference, *parse_layer(text), input, {}, {});
  EXPECT_TRUE(lens) << lens.error().message;
  return *lens;
}

FrameworkLens look(std::string_view text, std::int64_t rows, std::int64_t cols) {
  return look(text, filled({1, 2, rows, cols}, Fill::random, 7));
}

const FrameworkColumn& column(const FrameworkLens& lens, Framework framework) {
  return lens.columns[static_cast<std::size_t>(framework)];
}
const FrameworkColumn& pytorch(const FrameworkLens& lens) {
  return column(lens, Framework::pytorch);
}
const FrameworkColumn& keras(const FrameworkLens& lens) { return column(lens, Framework::keras); }
const FrameworkColumn& onnx(const FrameworkLens& lens) { return column(lens, Framework::onnx); }

std::string all_rules(const FrameworkColumn& column) {
  return fmt::format("{}", fmt::join(column.rules, "\n"));
}

testing::AssertionResult says(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "`" << text << "` lacks `" << part << "`";
}

/// Powers are reckoned in another order where a recipe pads; all else has to have the same bits.
::testing::AssertionResult same_values(const Tensor& a, const Tensor& b, bool rounded) {
  if (!rounded) return same_bits({.values = a}, {.values = b});
  if (a.shape() != b.shape()) return ::testing::AssertionFailure() << "shapes differ";
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const double x = a.values()[i], y = b.values()[i];
    if (std::isnan(x) && std::isnan(y)) continue;
    if (x == y || std::abs(x - y) <= 1e-6 * std::max(std::abs(x), std::abs(y))) continue;
    return ::testing::AssertionFailure() << "cell " << i << ": " << x << ", " << y;
  }
  return ::testing::AssertionSuccess();
}

TEST(FrameworkLens, KerasSamePadsAfterWherePyTorchPadsBothSides) {
  const FrameworkLens lens = look("MaxPool2d(3, stride=2, padding=1)", 6, 6);
  const FrameworkColumn& other = keras(lens);
  EXPECT_EQ(layer_text(*other.layer), "MaxPooling2D(pool_size=3, strides=2, padding=\"same\")");
  EXPECT_TRUE(other.comparable);
  EXPECT_FALSE(other.same);
  EXPECT_GT(other.differing, 0);
  ASSERT_EQ(other.rules.size(), 1U);
  EXPECT_EQ(
      other.rules[0],
      "Rows and columns: PyTorch pads 1 on both sides; Keras \"same\" needs 1 cell of "
      "padding, so 0 before and 1 after. So the first window reads cells -1…1 in PyTorch, 0…2 in "
      "Keras.");
  ASSERT_TRUE(other.recipe);
  EXPECT_EQ(recipe_text(*other.recipe),
            "layers.MaxPooling2D(pool_size=3, strides=2)(ops.pad(x, ((0, 0), (1, 0), (1, 0), "
            "(0, 0)), constant_values=float(\"-inf\")))");
  EXPECT_TRUE(onnx(lens).same);
}

TEST(FrameworkLens, PyTorchSaysKerasSameByCeilModeAndByExplicitPadding) {
  const FrameworkLens lens = look("MaxPooling2D(3, strides=2, padding=\"same\")", 6, 6);
  const FrameworkColumn& other = pytorch(lens);
  EXPECT_EQ(layer_text(*other.layer), "MaxPool2d(kernel_size=3, stride=2, padding=1)");
  EXPECT_FALSE(other.same);
  ASSERT_TRUE(other.recipe && other.padded);
  EXPECT_EQ(recipe_text(*other.recipe), "nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)");
  EXPECT_EQ(recipe_text(*other.padded),
            "nn.Sequential(nn.ConstantPad2d((0, 1, 0, 1), float(\"-inf\")), "
            "nn.MaxPool2d(kernel_size=3, stride=2))");
  EXPECT_EQ(layer_text(*onnx(lens).layer),
            "MaxPool(kernel_shape=[3, 3], strides=[2, 2], auto_pad=\"SAME_UPPER\")");
}

TEST(FrameworkLens, ZerosInThePaddingOfAMaximumWouldWinOverCellsBelowZero) {
  const std::vector<float> below(36, -1.0F);
  const auto input = Tensor::copy_of({1, 1, 6, 6}, below);
  const FrameworkLens lens = look("MaxPool2d(3, stride=2, padding=1)", *input);
  EXPECT_TRUE(says(keras(lens).notes.back(), "in 5 of 9 outputs here"));
}

TEST(FrameworkLens, AnEvenKernelOfStride1NeedsItsOutputCut) {
  const FrameworkLens lens = look("AveragePooling2D(2, strides=1, padding=\"same\")", 6, 6);
  ASSERT_TRUE(pytorch(lens).recipe);
  EXPECT_EQ(recipe_text(*pytorch(lens).recipe),
            "nn.AvgPool2d(kernel_size=2, stride=1, padding=1, count_include_pad=False)(x)[..., 1:, "
            "1:]");
}

TEST(FrameworkLens, CountsOfPaddingAreTheRuleOfADarkBorder) {
  const FrameworkLens lens = look("AvgPool2d(3, stride=1, padding=1)", 6, 6);
  EXPECT_EQ(all_rules(keras(lens)),
            "Cell (0, 0): PyTorch holds 4 cells of the input and divides by 9 "
            "(count_include_pad=True: padding counts); Keras holds 4 and divides by 4 (padding "
            "never counts).");
  EXPECT_EQ(keras(lens).differing, 2 * (36 - 16));
  EXPECT_EQ(recipe_text(*keras(lens).recipe),
            "Sequential([layers.ZeroPadding2D(((1, 1), (1, 1))), "
            "layers.AveragePooling2D(pool_size=3, strides=1)])");
}

TEST(FrameworkLens, SizesComeWithTheirFormulas) {
  const FrameworkLens lens = look("MaxPool2d(2, stride=2, padding=1)", 7, 6);
  EXPECT_FALSE(keras(lens).comparable);
  EXPECT_TRUE(says(keras(lens).rules.front(), "floor((6+2-2)/2)+1 = 4; Keras makes ceil(6/2) = 3"));
  const FrameworkLens dropped =
      look("MaxPool(kernel_shape=[2, 2], strides=[3, 3], pads=[2, 2, 2, 2], ceil_mode=1)", 3, 3);
  EXPECT_TRUE(says(all_rules(keras(dropped)),
                   "ceil((3+4-2)/3)+1 = 3, less the one that would start in the padding = 2"));
}

TEST(FrameworkLens, PyTorchsLimitOfPaddingIsNamedAndGoneRound) {
  const FrameworkLens lens = look("MaxPool(kernel_shape=[3, 3], pads=[2, 2, 2, 2])", 6, 6);
  EXPECT_EQ(pytorch(lens).refusal,
            "MaxPool2d: padding 2 is more than half of the window (3); at most 1");
  EXPECT_EQ(recipe_text(*pytorch(lens).recipe),
            "nn.Sequential(nn.ConstantPad2d((2, 2, 2, 2), float(\"-inf\")), "
            "nn.MaxPool2d(kernel_size=3, stride=1))");
}

TEST(FrameworkLens, WhatAFrameworkLacksIsSaid) {
  EXPECT_EQ(keras(look("LPPool2d(2, 3)", 6, 6)).refusal,
            "Keras has no layer that does what LPPool2d does");
  EXPECT_EQ(keras(look("MaxPool2d(2, dilation=2)", 6, 6)).refusal,
            "MaxPooling2D has no dilation: its taps lie side by side");
  EXPECT_EQ(onnx(look("AdaptiveAvgPool2d(7)", 10, 14)).refusal,
            "ONNX has no adaptive pool, and one kernel cannot say this one: its windows take 2 to "
            "3 rows");
  EXPECT_TRUE(
      says(onnx(look("AvgPool2d(2, divisor_override=3)", 6, 6)).no_recipe, "divisor_override"));
}

TEST(FrameworkLens, AdaptivePoolsAreGlobalOrPlainElsewhere) {
  const FrameworkLens global = look("AdaptiveMaxPool2d(1)", 5, 7);
  EXPECT_EQ(layer_text(*keras(global).layer), "GlobalMaxPooling2D(keepdims=True)");
  EXPECT_EQ(layer_text(*onnx(global).layer), "GlobalMaxPool()");
  EXPECT_TRUE(keras(global).same && onnx(global).same);
  const FrameworkLens plain = look("AdaptiveAvgPool2d((2, 7))", 6, 7);
  EXPECT_EQ(layer_text(*keras(plain).layer), "AveragePooling2D(pool_size=(3, 1), strides=(3, 1))");
  EXPECT_TRUE(keras(plain).same && onnx(plain).same);
}

TEST(FrameworkLens, LpPoolsDifferInSignAndInWindowsThatOverhang) {
  const FrameworkLens lens = look("LPPool2d(3, 2, ceil_mode=True)", 5, 5);
  EXPECT_TRUE(says(all_rules(onnx(lens)), "ONNX raises |x| to the power 3"));
  EXPECT_TRUE(says(all_rules(onnx(lens)), "cell (2, 2) has 1 of 4 cells"));
  EXPECT_TRUE(onnx(look("LPPool2d(2, 2)", 6, 6)).same);
}

TEST(FrameworkLens, IndicesAreCountedOtherwiseInOnnx) {
  const auto notes = onnx(look("MaxPool2d(2, return_indices=True)", 4, 6)).notes;
  EXPECT_TRUE(says(notes.back(), "(n*2+c)*24 + y*6+x"));
  const auto back = pytorch(look("MaxPool(kernel_shape=[2, 2], storage_order=1)", 4, 6)).notes;
  EXPECT_TRUE(says(back.back(), "(n*2+c)*24 + x*4+y"));
}

TEST(FrameworkLens, OneRowHasACounterpartEverywhere) {
  const Tensor input = filled({1, 2, 1, 9}, Fill::random, 3);
  const FrameworkLens lens = look("MaxPool1d(3, stride=2, padding=1)", input);
  EXPECT_EQ(layer_text(*keras(lens).layer),
            "MaxPooling1D(pool_size=3, strides=2, padding=\"same\")");
  EXPECT_TRUE(onnx(lens).same);
  EXPECT_EQ(layer_text(*onnx(lens).layer),
            "MaxPool(kernel_shape=[1, 3], strides=[1, 2], pads=[0, 1, 0, 1])");
}

// Whatever the lens claims has to come out of the reference engine -------------------------------

struct Tally {
  int same = 0, recipes = 0;
};

/// Runs everything that the lens says gives the setting's numbers.
::testing::AssertionResult claims_hold(const FrameworkLens& lens, const Tensor& input,
                                       Tally& tally) {
  const bool power = lens.pool.reduction == Reduction::power;
  for (const FrameworkColumn& column : lens.columns) {
    if (column.own && !column.same) return testing::AssertionFailure() << "not its own";
    if (column.same) {
      ++tally.same;
      if (const auto equal = same_values(*column.values, lens.values, power); !equal) return equal;
    }
    for (const auto& recipe : {column.recipe, column.padded}) {
      if (!recipe) continue;
      ++tally.recipes;
      const auto values = run_recipe(kReference, *recipe, input, {});
      if (!values) return testing::AssertionFailure() << values.error().message;
      const auto equal = same_values(*values, lens.values, power || !recipe->is_exact());
      if (!equal)
        return testing::AssertionFailure() << recipe_text(*recipe) << ": " << equal.message();
    }
  }
  return testing::AssertionSuccess();
}

/// Calls visit(layer) for the kind's windows, strides, paddings and flags.
template <class Visit>
void for_each_setting(std::string_view kind, Visit visit) {
  for (const Pair kernel : {Pair{1, 1}, {2, 2}, {3, 3}, {2, 3}, {4, 1}}) {
    for (const Pair stride : {Pair{1, 1}, {2, 2}, {3, 1}, {2, 4}}) {
      for (const Pads pads : {Pads{}, {1, 1, 1, 1}, {1, 0, 1, 0}, {0, 0, 1, 1}, {2, 1, 0, 3}}) {
        for (int flags = 0; flags < 8; ++flags) {
          Layer layer = make_layer(*find_kind(kind));
          layer.kernel_size = kernel;
          layer.stride = stride;
          layer.padding = pads;
          layer.ceil_mode = flags % 2 == 0;
          layer.count_include_pad = flags / 2 % 2 == 0;
          if (layer.kind->is(Framework::keras) && flags / 4 == 1)
            layer.auto_pad = AutoPad::same_upper;
          if (layer.kind->is(Framework::onnx) && flags / 4 == 1) layer.dilation = {2, 1};
          visit(converted(layer, *layer.kind));
        }
      }
    }
  }
}

TEST(FrameworkLensProperty, EveryClaimOfEqualityHoldsOnAGridOfSettings) {
  Tally tally;
  std::uint32_t n = 0;
  for (const char* kind : {"MaxPool2d", "AvgPool2d", "LPPool2d", "MaxPooling2D", "AveragePooling2D",
                           "MaxPool", "AveragePool", "LpPool"}) {
    for_each_setting(kind, [&](const Layer& layer) {
      ++n;
      const Shape shape{1, 2, 1 + n % 8, 1 + n / 8 % 7};
      const Tensor input = filled(shape, n % 3 == 0 ? Fill::special : Fill::random, n);
      const auto lens = look_at_frameworks(kReference, layer, input, {}, {});
      if (!lens) return;
      ASSERT_TRUE(claims_hold(*lens, input, tally))
          << layer_text(layer) << " on " << shape.h << "x" << shape.w;
    });
  }
  EXPECT_GT(tally.same, 2000);
  EXPECT_GT(tally.recipes, 500);
}

/// A pool that some framework can write, with every parameter drawn.
Layer arbitrary_pool() {
  const auto* kind = find_kind(*rc::gen::element<std::string_view>(
      "MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveMaxPool2d", "AdaptiveAvgPool2d",
      "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "MaxPool", "AveragePool", "LpPool",
      "GlobalAveragePool", "MaxPool1d", "AvgPool1d", "MaxPooling1D", "AveragePooling1D"));
  return arbitrary_layer_of(*kind, 4);
}

TEST(FrameworkLensProperty, EveryClaimOfEqualityHoldsForAnyPool) {
  rc::check([] {
    const Layer setting = arbitrary_pool();
    const Shape shape{1, 2, setting.kind->axes == 1 ? 1 : *rc::gen::inRange(1, 9),
                      *rc::gen::inRange(1, 9)};
    const Fill fill = static_cast<Fill>(*rc::gen::inRange(0, kFills - 1));
    const Tensor input = filled(shape, fill, *rc::gen::arbitrary<std::uint32_t>());
    const auto lens = look_at_frameworks(kReference, setting, input, {}, {});
    RC_PRE(lens.has_value());
    Tally tally;
    const auto held = claims_hold(*lens, input, tally);
    if (!held) RC_FAIL(layer_text(setting) + ": " + held.message());
  });
}

TEST(FrameworkLensProperty, ADifferenceAlwaysHasARuleOrAReason) {
  rc::check([] {
    const Layer setting = arbitrary_pool();
    const Shape shape{1, 1, setting.kind->axes == 1 ? 1 : *rc::gen::inRange(1, 9),
                      *rc::gen::inRange(1, 9)};
    const auto lens =
        look_at_frameworks(kReference, setting, filled(shape, Fill::random, 5), {}, {});
    RC_PRE(lens.has_value());
    for (const FrameworkColumn& column : lens->columns) {
      if (column.pool) RC_ASSERT(column.same || !column.rules.empty());
      if (!column.pool) RC_ASSERT(!column.refusal.empty());
      if (column.layer && !column.same) RC_ASSERT(column.recipe || !column.no_recipe.empty());
    }
  });
}

/// All sizes, windows and strides that fit a small plane.
TEST(FrameworkLensProperty, PyTorchCanAlwaysGiveWhatKerasSameGives) {
  for (const char* kind : {"MaxPooling2D", "AveragePooling2D"}) {
    for (std::int64_t size = 1; size <= 9; ++size) {
      for (std::int64_t kernel = 1; kernel <= 5; ++kernel) {
        for (std::int64_t stride = 1; stride <= 4; ++stride) {
          const std::string text =
              fmt::format("{}({}, strides={}, padding=\"same\")", kind, kernel, stride);
          const Tensor input = filled({1, 1, size, 10 - size}, Fill::special, 11);
          const FrameworkLens lens = look(text, input);
          const FrameworkColumn& other = pytorch(lens);
          ASSERT_TRUE(other.same || (other.recipe && other.recipe->is_exact())) << text << size;
          if (!other.recipe) continue;
          const auto values = run_recipe(kReference, *other.recipe, input, {});
          ASSERT_TRUE(same_values(*values, lens.values, false)) << text << " on " << size;
        }
      }
    }
  }
}

}  // namespace
}  // namespace poolscope
