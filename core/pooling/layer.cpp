#include "core/pooling/layer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

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
}

DataFormat wanted_format(const Layer& layer) {
  return layer.data_format == DataFormat::unspecified ? DataFormat::channels_first
                                                      : layer.data_format;
}

}  // namespace

std::span<const LayerKind* const> layer_kinds() {
  static const std::vector<const LayerKind*> kinds = [] {
    std::vector<const LayerKind*> list;
    for (const auto framework : {pytorch_kinds(), keras_kinds(), onnx_kinds()}) {
      for (const LayerKind& kind : framework) list.push_back(&kind);
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

Result<LoweredPool> lower(const Layer& layer, const Shape& input) {
  POOLSCOPE_CHECK(layer.kind != nullptr);
  if (const auto within = check_limits(layer); !within) return tl::unexpected(within.error());
  if (const auto usable = check_input(layer, input); !usable) {
    return tl::unexpected(usable.error());
  }
  // Only what the kind's row lists is read.
  return layer.kind->lower(converted(layer, *layer.kind), input);
}

Result<ArrayForm> output_form(const Layer& layer, const ArrayForm& input) {
  if (!input.spatial) {
    return failure(
        fmt::format("{}: the array has no rows and columns left; give the global layer "
                    "before it keepdims=True",
                    layer.kind->name));
  }
  const bool keeps_axes = !has(*layer.kind, &Layer::keepdims) || layer.keepdims;
  return ArrayForm{input.rank, wanted_format(converted(layer, *layer.kind)), keeps_axes};
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
