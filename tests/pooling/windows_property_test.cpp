#include <algorithm>

#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"
#include "tests/pooling/arbitrary_layer.h"

// Windows found by walking along the axis tap by tap, instead of by the formulas of the frameworks.
namespace poolscope {
namespace {

struct WalkedAxis {
  std::int64_t size, kernel, stride, dilation, before, after;
  bool ceil;
};

std::int64_t last_tap(const WalkedAxis& axis, std::int64_t begin) {
  for (std::int64_t tap = 1; tap < axis.kernel; ++tap) begin += axis.dilation;
  return begin;
}

/// Where windows begin: as long as the last tap lies inside the padded input or, with ceil, less
/// than a stride beyond it; of those that begin behind the input, ceil_mode drops the last one.
std::vector<std::int64_t> walked_begins(const WalkedAxis& axis) {
  std::vector<std::int64_t> begins;
  const std::int64_t end = axis.size + axis.after + (axis.ceil ? axis.stride - 1 : 0);
  for (std::int64_t begin = -axis.before; last_tap(axis, begin) < end; begin += axis.stride) {
    begins.push_back(begin);
  }
  if (axis.ceil && !begins.empty() && begins.back() >= axis.size) begins.pop_back();
  return begins;
}

std::int64_t walked_taps(const WalkedAxis& axis, std::int64_t begin, bool padded) {
  std::int64_t taps = 0;
  for (std::int64_t tap = 0; tap < axis.kernel; ++tap, begin += axis.dilation) {
    const bool inside = begin >= 0 && begin < axis.size;
    const bool in_padding = begin >= -axis.before && begin < axis.size + axis.after;
    taps += (padded ? in_padding : inside) ? 1 : 0;
  }
  return taps;
}

/// Padding for as many windows as there are strides that begin inside the input.
void pad_same(WalkedAxis& axis, bool lower) {
  axis.before = axis.after = 0;
  std::int64_t begin = 0;
  while (begin + axis.stride < axis.size) begin += axis.stride;
  bool after = !lower;
  for (std::int64_t end = axis.size; end <= last_tap(axis, begin); ++end, after = !after) {
    (after ? axis.after : axis.before) += 1;
  }
}

WalkedAxis walked_rows(const Layer& layer, std::int64_t size) {
  WalkedAxis axis{size,
                  layer.kernel_size.h,
                  layer.stride ? layer.stride->h : layer.kernel_size.h,
                  layer.dilation.h,
                  layer.padding.top,
                  layer.padding.bottom,
                  layer.ceil_mode};
  if (layer.auto_pad == AutoPad::valid) axis.before = axis.after = 0;
  if (layer.auto_pad == AutoPad::same_upper) pad_same(axis, false);
  if (layer.auto_pad == AutoPad::same_lower) pad_same(axis, true);
  return axis;
}

bool is_sliding(const Layer& layer) {
  const LayerKind& kind = *layer.kind;
  const auto has = [&](std::string_view name) { return find_parameter(kind, name) != nullptr; };
  return (has("kernel_size") || has("pool_size") || has("kernel_shape")) &&
         kind.size_rule.empty() && kind.axes == 2;
}

TEST(SlidingWindows, AreThoseFoundByWalking) {
  EXPECT_TRUE(rc::check([] {
    Layer layer = arbitrary_layer(6);
    RC_PRE(is_sliding(layer) && layer.kind->is_pool);
    RC_PRE(!layer.weight.is_typed());  // A typed kernel has its own width.
    layer.kernel_size.w = 1;
    layer.stride = Pair{layer.effective_stride().h, 1};
    layer.padding.left = layer.padding.right = 0;
    const std::int64_t size = *rc::gen::inRange(1, 30);
    const auto pool = lower(layer, {1, 1, size, 1});
    const auto begins = walked_begins(walked_rows(layer, size));
    if (!pool) {
      const std::string& cause = pool.error().parameter;
      RC_LOG() << pool.error().message << "\n";
      RC_ASSERT(begins.empty() || cause == "padding" || cause == "pads" || cause == "norm_type" ||
                cause == "weight");
      return;
    }
    const auto& rows = pool->planes.front().rows;
    RC_ASSERT(rows.size() == begins.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(rows[i].begin == begins[i]);
      RC_ASSERT(rows[i].count == layer.kernel_size.h);
      RC_ASSERT(rows[i].step == layer.dilation.h);
    }
  }));
}

TEST(SlidingWindows, OfMeansCountTheTapsFoundByWalking) {
  EXPECT_TRUE(rc::check([] {
    const auto* name = *rc::gen::element("AvgPool2d", "AveragePooling2D", "AveragePool");
    const Layer layer = arbitrary_layer_of(*find_kind(name), 5);
    const bool keras = layer.kind->framework == Framework::keras;
    const std::int64_t size = *rc::gen::inRange(1, 30);
    const auto pool = lower(layer, {1, 1, size, size});
    RC_PRE(pool.has_value());
    const WalkedAxis axis = walked_rows(layer, size);
    for (const AxisWindow& row : pool->planes.front().rows) {
      RC_ASSERT(row.divisor == walked_taps(axis, row.begin, !keras && layer.count_include_pad));
    }
  }));
}

TEST(SlidingWindows, TileTheInputWhereTheStrideIsTheWindow) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t kernel = *rc::gen::inRange(1, 20), count = *rc::gen::inRange(1, 20);
    Layer layer = make_layer(*find_kind("MaxPool2d"));
    layer.kernel_size = {1, kernel};
    const auto pool = lower(layer, {1, 1, 1, kernel * count});
    RC_ASSERT(pool.has_value());
    std::int64_t next = 0;
    for (const AxisWindow& window : pool->planes.front().cols) {
      RC_ASSERT(window.begin == next);
      next = window.last() + 1;
    }
    RC_ASSERT(next == kernel * count);
  }));
}

TEST(AdaptiveWindows, CoverEveryCellWithoutGapsAndInOrder) {
  EXPECT_TRUE(rc::check([] {
    Layer layer = make_layer(*find_kind("AdaptiveAvgPool2d"));
    const std::int64_t size = *rc::gen::inRange(1, 60), outputs = *rc::gen::inRange(1, 60);
    layer.output_size = {outputs, 1};
    const auto pool = lower(layer, {1, 1, size, size});
    RC_ASSERT(pool.has_value());
    const auto& rows = pool->planes.front().rows;
    RC_ASSERT(static_cast<std::int64_t>(rows.size()) == outputs);
    RC_ASSERT(rows.front().begin == 0);
    RC_ASSERT(rows.back().last() == size - 1);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      RC_ASSERT(rows[i].begin >= rows[i - 1].begin);
      RC_ASSERT(rows[i].begin <= rows[i - 1].last() + 1);
      RC_ASSERT(rows[i].last() >= rows[i - 1].last());
    }
    RC_ASSERT(pool->planes.front().cols.front().count == size);
  }));
}

TEST(AdaptiveWindows, AreAPlainPoolsWhereTheOutputDividesTheInput) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t width = *rc::gen::inRange(1, 12), outputs = *rc::gen::inRange(1, 12);
    Layer adaptive = make_layer(*find_kind("AdaptiveAvgPool2d"));
    adaptive.output_size = {outputs, outputs};
    Layer plain = make_layer(*find_kind("AvgPool2d"));
    plain.kernel_size = {width, width};
    const Shape input{1, 1, width * outputs, width * outputs};
    RC_ASSERT(lower(adaptive, input).value() == lower(plain, input).value());
  }));
}

TEST(Lowering, GivesAValueOrAnErrorForAnyParameters) {
  EXPECT_TRUE(rc::check([] {
    const Layer layer = arbitrary_layer(*rc::gen::element<std::int64_t>(3, 1000, 2147483647));
    const Shape input{*rc::gen::inRange(0, 3), *rc::gen::inRange(1, 3), *rc::gen::inRange(1, 20),
                      *rc::gen::inRange(1, 20)};
    const auto lowered = lower_layer(layer, input);
    if (!lowered) {
      const auto& pool = lowered;
      RC_ASSERT(pool.error().message.starts_with(std::string(layer.kind->name) + ": "));
      RC_ASSERT(pool.error().message.find('\n') == std::string::npos);
      RC_ASSERT(find_parameter(*layer.kind, pool.error().parameter) != nullptr);
      return;
    }
    const Shape output = output_shape(*lowered, input);
    RC_ASSERT(output.h >= 1 && output.w >= 1 && checked_shape(output, "output"));
  }));
}

}  // namespace
}  // namespace poolscope
