#include "core/analysis/framework_translation.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// What one kind of pool is called in each framework; empty where it has none.
struct Family {
  std::array<std::string_view, 3> names;  ///< In the order of Framework.

  std::string_view name(Framework framework) const {
    return names[static_cast<std::size_t>(framework)];
  }
};
constexpr Family kFamilies[] = {
    {{"MaxPool2d", "MaxPooling2D", "MaxPool"}},
    {{"AvgPool2d", "AveragePooling2D", "AveragePool"}},
    {{"LPPool2d", "", "LpPool"}},
    {{"AdaptiveMaxPool2d", "GlobalMaxPooling2D", "GlobalMaxPool"}},
    {{"AdaptiveAvgPool2d", "GlobalAveragePooling2D", "GlobalAveragePool"}},
    {{"LPPool2d", "", "GlobalLpPool"}},
    {{"MaxPool1d", "MaxPooling1D", "MaxPool"}},
    {{"AvgPool1d", "AveragePooling1D", "AveragePool"}},
    {{"LPPool1d", "", "LpPool"}},
    {{"AdaptiveMaxPool1d", "GlobalMaxPooling1D", "GlobalMaxPool"}},
    {{"AdaptiveAvgPool1d", "GlobalAveragePooling1D", "GlobalAveragePool"}},
};

/// Adaptive pools and the plain ones that they are where their windows are all alike.
struct PlainForm {
  std::string_view adaptive, plain;
};
constexpr PlainForm kPlainForms[] = {{"AdaptiveMaxPool2d", "MaxPool2d"},
                                     {"AdaptiveAvgPool2d", "AvgPool2d"},
                                     {"AdaptiveMaxPool1d", "MaxPool1d"},
                                     {"AdaptiveAvgPool1d", "AvgPool1d"}};

const LayerKind* counterpart(const LayerKind& kind, Framework framework) {
  if (kind.framework == Framework::research) return nullptr;
  for (const Family& family : kFamilies) {
    if (family.name(kind.framework) == kind.name) return find_kind(family.name(framework));
  }
  return nullptr;
}

tl::unexpected<Error> no_word(const Layer& layer, Framework framework) {
  return failure(fmt::format("{} has no layer that does what {} does", framework_title(framework),
                             layer.kind->name));
}

const PlainForm* plain_form(const Layer& layer) {
  const auto found = std::ranges::find(kPlainForms, layer.kind->name, &PlainForm::adaptive);
  return found == std::end(kPlainForms) ? nullptr : &*found;
}

bool reaches_one_cell(const Layer& layer) {
  return layer.output_size.w == 1 && (layer.kind->axes == 1 || layer.output_size.h == 1);
}

/// `3 rows of 10 would need windows of 3 or 4`, where an adaptive pool's are not all alike.
std::string uneven_windows(std::span<const AxisWindow> windows, std::string_view cells) {
  const auto [least, most] = std::ranges::minmax_element(windows, {}, &AxisWindow::count);
  if (least->count == most->count) {
    return fmt::format("its windows of {} {} lie unevenly far apart", most->count, cells);
  }
  return fmt::format("its windows take {} to {} {}", least->count, most->count, cells);
}

/// The plain pool with the windows of an adaptive one. Errors: they are not all alike.
Result<Layer> as_plain(const Layer& layer, const PlainForm& form, Framework framework,
                       const Shape& input) {
  const auto pool = lower(layer, input);
  if (!pool) return tl::unexpected(pool.error());
  const PlaneWindows& windows = pool->planes.front();
  const auto rows = even_axis(windows.rows), cols = even_axis(windows.cols);
  if (!rows || !cols) {
    return failure(fmt::format(
        "{} has no adaptive pool, and one kernel cannot say this one: {}",
        framework_title(framework),
        !rows ? uneven_windows(windows.rows, "rows") : uneven_windows(windows.cols, "columns")));
  }
  Layer plain = make_layer(*find_kind(form.plain));
  plain.kernel_size = {rows->count, cols->count};
  plain.stride = Pair{rows->stride, cols->stride};
  plain.count_include_pad = true;
  return plain;
}

/// A window over the whole plane, as the framework says it.
Layer as_global(const Layer& layer, const LayerKind& kind, const Shape& input) {
  Layer result = converted(layer, kind);
  result.keepdims = true;
  result.output_size = {kind.axes == 1 ? std::nullopt : std::optional<std::int64_t>(1), 1};
  result.kernel_size = {kind.axes == 1 ? 1 : input.h, input.w};
  result.stride.reset();
  return converted(result, kind);
}

/// The padding that PyTorch's one number a side can have: the framework's own where it is the same
/// on both sides, else the least that gives as many outputs.
std::int64_t even_padding(const SlidingAxis& axis) {
  if (axis.before == axis.after) return axis.before;
  for (std::int64_t padding = 0; padding <= axis.extent() / 2; ++padding) {
    SlidingAxis even = axis;
    even.before = even.after = padding;
    if (even.outputs() == axis.outputs()) return padding;
  }
  return std::max(axis.before, axis.after);
}

bool needs_padding(const SlidingAxis& axis) {
  SlidingAxis floored = axis;
  floored.ceil = false;
  return axis.before + axis.after > 0 || axis.outputs() > floored.outputs();
}

/// Says with the words of `result`'s framework what the windows of `from` pad.
void carry_padding(const Layer& from, const Shape& input, Layer& result) {
  const auto [rows, cols] = sliding_axes(from, input);
  switch (result.kind->framework) {
    case Framework::keras:
      result.auto_pad =
          needs_padding(rows) || needs_padding(cols) ? AutoPad::same_upper : AutoPad::valid;
      break;
    case Framework::onnx:
      if (result.auto_pad == AutoPad::valid) result.auto_pad = AutoPad::notset;
      if (result.auto_pad != AutoPad::notset) break;
      result.padding = {rows.before, cols.before, rows.after, cols.after};
      break;
    default:
      result.padding.top = result.padding.bottom = even_padding(rows);
      result.padding.left = result.padding.right = even_padding(cols);
  }
}

bool skips_cells(const Layer& layer) {
  return (layer.dilation.h > 1 && layer.kernel_size.h > 1) ||
         (layer.dilation.w > 1 && layer.kernel_size.w > 1);
}

/// ONNX' pools are those over a plane: a row is a plane of one.
void lay_in_a_row(Layer& layer, const Layer& from) {
  layer.kernel_size = {1, from.kernel_size.w};
  layer.dilation.h = 1;
  layer.stride = Pair{1, from.effective_stride().w};
}

}  // namespace

std::string_view framework_title(Framework framework) {
  constexpr std::array<std::string_view, 4> kTitles{"PyTorch", "Keras", "ONNX", "research"};
  return kTitles[static_cast<std::size_t>(framework)];
}

Result<Layer> translated(const Layer& layer, Framework framework, const Shape& input) {
  if (layer.kind->framework == framework) return layer;
  const PlainForm* const form = plain_form(layer);
  if (form != nullptr && !reaches_one_cell(layer)) {
    const auto plain = as_plain(layer, *form, framework, input);
    return plain ? translated(*plain, framework, input) : plain;
  }
  const LayerKind* const kind = counterpart(*layer.kind, framework);
  if (kind == nullptr) return no_word(layer, framework);
  if (form != nullptr || layer.kind->global) return as_global(layer, *kind, input);
  if (skips_cells(layer) && find_parameter(*kind, &Layer::dilation) == nullptr) {
    return failure(fmt::format("{} has no dilation: its taps lie side by side", kind->name));
  }
  Layer result = converted(layer, *kind);
  if (kind->axes == 2 && layer.kind->axes == 1) lay_in_a_row(result, layer);
  carry_padding(layer, input, result);
  return converted(result, *kind);
}

}  // namespace poolscope
