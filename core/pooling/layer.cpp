#include "core/pooling/layer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// Copies the parameters that `to`'s kind has in common with `from`'s.
void copy_shared(const Layer& from, Layer& to) {
  for (const Parameter& parameter : to.kind->parameters) {
    if (!find_parameter(*from.kind, parameter.field)) continue;
    std::visit([&](auto field) { to.*field = from.*field; }, parameter.field);
  }
}

bool has(const LayerKind& kind, const ParameterField& field) {
  return find_parameter(kind, field) != nullptr;
}

/// Leaves of every pair the part along the row.
void flatten(Layer& layer) {
  layer.kernel_size.h = layer.dilation.h = 1;
  if (layer.stride) layer.stride->h = 1;
  layer.padding.top = layer.padding.bottom = 0;
  layer.output_size.h = {};
}

/// Gives every pair what the row had, on both axes.
void square(Layer& layer) {
  layer.kernel_size.h = layer.kernel_size.w;
  layer.dilation.h = layer.dilation.w;
  if (layer.stride) layer.stride->h = layer.stride->w;
  layer.padding.top = layer.padding.left;
  layer.padding.bottom = layer.padding.right;
  layer.output_size.h = layer.output_size.w;
}

/// Replaces what another framework could write and `layer`'s cannot.
void keep_expressible(const Layer& from, Layer& layer) {
  const LayerKind& kind = *layer.kind;
  const Layer defaults = make_layer(kind);
  const bool onnx = kind.framework == Framework::onnx;
  if (onnx && has(kind, &Layer::stride)) {
    layer.stride = has(*from.kind, &Layer::stride) ? from.effective_stride() : defaults.stride;
  }
  const Pads& pads = layer.padding;
  if (!onnx && (pads.top != pads.bottom || pads.left != pads.right)) {
    layer.padding = defaults.padding;
  }
  if (kind.framework == Framework::keras) {
    if (layer.auto_pad == AutoPad::notset) layer.auto_pad = AutoPad::valid;
    if (layer.auto_pad == AutoPad::same_lower) layer.auto_pad = AutoPad::same_upper;
  }
  const double p = layer.norm_type;
  const bool whole = p >= 1.0 && p <= static_cast<double>(kMaxParameter) && p == std::floor(p);
  if (onnx && !whole) layer.norm_type = defaults.norm_type;
  if (kind.axes == 1) flatten(layer);
  if (kind.axes == 2 && from.kind->axes == 1) square(layer);
  const bool sized = layer.output_size != OutputSize{};
  if (has(kind, &Layer::output_ratio)) {
    layer.output_ratio = sized ? std::nullopt : starting_layer(kind).output_ratio;
  }
}

/// The form for a layer that pools over another number of axes than the array has: its axes are
/// counted anew.
Result<ArrayForm> reread_form(const Layer& layer, const ArrayForm& input, DataFormat format,
                              int spatial) {
  const auto count = array_axes(Shape{}, input).size();
  const std::string_view taken =
      layer.kind->axes == 1 ? "2 (CxL) or 3 (NxCxL)" : "2 (HxW), 3 (CxHxW) or 4 (NxCxHxW)";
  const bool fits = layer.kind->axes == 1 ? count == 2 || count == 3 : count >= 2;
  if (!fits) {
    return failure(
        fmt::format("{}: the array has {} axes; {} are read", layer.kind->name, count, taken));
  }
  return ArrayForm{static_cast<int>(count) + (layer.kind->axes == 1 ? 1 : 0), format, spatial};
}

DataFormat wanted_format(const Layer& layer) {
  return layer.data_format == DataFormat::unspecified ? DataFormat::channels_first
                                                      : layer.data_format;
}

}  // namespace

std::span<const LayerKind* const> layer_kinds() {
  static const std::vector<const LayerKind*> kinds = [] {
    std::vector<const LayerKind*> list;
    for (const auto part :
         {pytorch_kinds(), keras_kinds(), onnx_kinds(), research_kinds(), network_kinds()}) {
      for (const LayerKind& kind : part) list.push_back(&kind);
    }
    return list;
  }();
  return kinds;
}

const LayerKind* find_kind(std::string_view name) {
  for (const LayerKind* kind : layer_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

Layer make_layer(const LayerKind& kind) {
  Layer layer = kind.defaults;
  layer.kind = &kind;
  return layer;
}

Layer converted(const Layer& layer, const LayerKind& kind) {
  Layer result = make_layer(kind);
  copy_shared(layer, result);
  if (layer.kind != &kind) keep_expressible(layer, result);
  return result;
}

const Parameter* find_parameter(const LayerKind& kind, std::string_view name) {
  const auto found = std::find_if(kind.parameters.begin(), kind.parameters.end(),
                                  [&](const Parameter& p) { return p.name == name; });
  return found == kind.parameters.end() ? nullptr : &*found;
}

const Parameter* find_parameter(const LayerKind& kind, const ParameterField& field) {
  const auto found = std::find_if(kind.parameters.begin(), kind.parameters.end(),
                                  [&](const Parameter& p) { return p.field == field; });
  return found == kind.parameters.end() ? nullptr : &*found;
}

std::string_view parameter_name(const LayerKind& kind, const ParameterField& field) {
  const Parameter* parameter = find_parameter(kind, field);
  return parameter ? parameter->name : std::string_view{};
}

tl::unexpected<Error> parameter_error(const Layer& layer, const ParameterField& field,
                                      std::string_view message) {
  return failure(fmt::format("{}: {}", layer.kind->name, message),
                 std::string(parameter_name(*layer.kind, field)));
}

Layer starting_layer(const LayerKind& kind) {
  Layer layer = make_layer(kind);
  if (has(kind, &Layer::output_ratio)) layer.output_ratio = OutputRatio{};
  if (kind.starting_text.empty()) return layer;
  auto started = parse_layer(kind.starting_text);
  POOLSCOPE_CHECK(started.has_value());
  return std::move(*started);
}

Result<LoweredPool> lower(const Layer& layer, const Shape& input) {
  auto lowered = lower_layer(layer, input);
  if (!lowered) return tl::unexpected(lowered.error());
  if (auto* pool = std::get_if<LoweredPool>(&*lowered)) return std::move(*pool);
  return failure(fmt::format("{}: is not one pool", layer.kind->name));
}

Result<LoweredLayer> lower_layer(const Layer& layer, const Shape& input) {
  POOLSCOPE_CHECK(layer.kind != nullptr);
  if (const auto within = check_limits(layer); !within) return tl::unexpected(within.error());
  if (const auto usable = check_input(layer, input); !usable) {
    return tl::unexpected(usable.error());
  }
  // Only what the kind's row lists is read.
  return layer.kind->lower(converted(layer, *layer.kind), input);
}

Result<ArrayForm> output_form(const Layer& layer, const ArrayForm& input) {
  if (layer.kind->axes == 0) return input;
  if (input.spatial == 0) {
    return failure(
        fmt::format("{}: the array has no rows and columns left; give the global layer "
                    "before it keepdims=True",
                    layer.kind->name));
  }
  const bool keeps_axes = !has(*layer.kind, &Layer::keepdims) || layer.keepdims;
  const DataFormat format = wanted_format(converted(layer, *layer.kind));
  const int axes = layer.kind->axes;
  if (axes == input.spatial) return ArrayForm{input.rank, format, keeps_axes ? axes : 0};
  return reread_form(layer, input, format, keeps_axes ? axes : 0);
}

Result<Indices> framework_indices(const Layer& layer, const Indices& winners, const Shape& input) {
  if (layer.kind->framework != Framework::onnx) return winners;
  const bool column_major = has(*layer.kind, &Layer::storage_order) && layer.storage_order == 1;
  auto indices = Buffer<std::int64_t>::allocate(winners.shape().elements());
  if (!indices) return tl::unexpected(indices.error());
  const std::int64_t outputs = winners.shape().plane_size();
  for (std::int64_t i = 0; i < indices->size(); ++i) {
    const std::int64_t winner = winners.data()[i];
    const std::int64_t y = winner / input.w, x = winner % input.w;
    const std::int64_t in_plane = column_major ? x * input.h + y : winner;
    (*indices)[i] = winner < 0 ? -1 : i / outputs * input.plane_size() + in_plane;
  }
  return Indices(winners.shape(), std::move(*indices));
}

}  // namespace poolscope
