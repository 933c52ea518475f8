#include "app/workspaces/feature_maps/layer_maps.h"

#include <algorithm>
#include <atomic>
#include <cctype>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// A batch's sample by itself; what has fewer samples is the same for all.
Tensor one_sample(const Tensor& values, std::int64_t sample) {
  Shape shape = values.shape();
  if (shape.n <= 1) return values;
  const std::int64_t size = shape.elements() / shape.n;
  const auto at = static_cast<std::size_t>(std::min(sample, shape.n - 1) * size);
  shape.n = 1;
  const auto copy =
      Tensor::copy_of(shape, values.values().subspan(at, static_cast<std::size_t>(size)));
  return copy ? *copy : Tensor();
}

SideMaps side_of(const ModelMap& map, std::int64_t sample) {
  SideMaps side{one_sample(map.values, sample), map.axes, nullptr, {}, {}};
  if (side.values.empty()) return side;
  side.picture = make_picture(side.values);
  side.figures = channel_figures(side.values);
  side.overall = side.figures.front();
  for (const ChannelFigures& figures : side.figures) {
    side.overall.min = std::min(side.overall.min, figures.min);
    side.overall.max = std::max(side.overall.max, figures.max);
  }
  return side;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return lower;
}

std::string sides(Pair pair) { return fmt::format("{}×{}", pair.h, pair.w); }

/// `2×2`, `3×3 s2`: the stride where it is not what one expects.
std::string window_text(Pair kernel, Pair stride, Pair expected) {
  std::string text = sides(kernel);
  if (stride != expected)
    text += stride.h == stride.w ? fmt::format(" s{}", stride.h) : " s" + sides(stride);
  return text;
}

std::string pool_text(const Layer& layer) {
  const std::string word = pool_word(layer);
  if (layer.kind->global) return word;
  if (find_parameter(*layer.kind, "output_size") != nullptr) {
    const OutputSize& size = layer.output_size;
    const auto axis = [](const auto& cells) { return cells ? std::to_string(*cells) : "–"; };
    return fmt::format("{} to {}×{}", word, axis(size.h), axis(size.w));
  }
  if (find_parameter(*layer.kind, "kernel_size") == nullptr)
    return fmt::format("{} s{}", word, layer.effective_stride().h);
  return fmt::format("{} {}", word,
                     window_text(layer.kernel_size, layer.effective_stride(), layer.kernel_size));
}

}  // namespace

bool LayerMaps::keeps_channels() const {
  const bool mixes = info().reach.kind == LayerReach::Kind::window && !info().layer;
  return !mixes && before.channels() == after.channels();
}

std::size_t first_inside(const std::vector<ModelLayer>& layers, std::size_t layer) {
  while (layers[layer].is_container && layer + 1 < layers.size() &&
         layers[layer + 1].depth > layers[layer].depth) {
    ++layer;
  }
  return layer;
}

const ModelMap* input_map(const ModelPass& pass, std::size_t layer) {
  const auto& inputs = pass.layers[first_inside(pass.layers, layer)].inputs;
  if (inputs.empty() || inputs.front() == kModelInput) return nullptr;
  return &pass.run.maps[inputs.front()];
}

std::size_t selected_layer(const std::vector<ModelLayer>& layers, const ModelView& view) {
  const auto index = [&](auto found) { return static_cast<std::size_t>(found - layers.begin()); };
  const auto named = std::ranges::find(layers, view.layer, &ModelLayer::name);
  if (named != layers.end()) return index(named);
  const auto is_pool = [](const ModelLayer& layer) { return layer.is_pooling && layer.layer; };
  const auto pool = std::ranges::find_if(layers, is_pool);
  return pool == layers.end() ? 0 : index(pool);
}

LayerMaps make_layer_maps(const std::shared_ptr<const ModelPass>& pass, std::size_t layer,
                          std::int64_t sample) {
  static std::atomic<std::uint64_t> serial = 0;
  const auto& inputs = pass->layers[first_inside(pass->layers, layer)].inputs;
  LayerMaps maps{++serial, pass, layer, sample, {}, {}};
  if (const ModelMap* map = input_map(*pass, layer)) {
    maps.before = side_of(*map, sample);
  } else if (!inputs.empty()) {
    const ModelInput& input = pass->reading->input;
    maps.before = side_of({input.values, input.axes, true, "float32"}, sample);
  }
  maps.after = side_of(pass->run.maps[layer], sample);
  return maps;
}

std::vector<std::int64_t> shown_channels(const SideMaps& side, const ModelView& view) {
  std::vector<std::int64_t> channels = ordered_channels(side.figures, view.order);
  std::ranges::stable_partition(
      channels, [&](std::int64_t channel) { return std::ranges::count(view.pinned, channel) > 0; });
  return channels;
}

std::string map_text(const std::vector<std::int64_t>& axes) {
  const std::size_t first = axes.size() > 1 ? 1 : 0;
  return axes_text(std::span(axes).subspan(first), "×");
}

std::string_view own_name(const ModelLayer& layer) {
  const std::string_view name = layer.name;
  return name.substr(name.rfind('.') + 1);
}

std::string pool_word(const Layer& layer) {
  std::string word = lower_case(layer.kind->title);
  if (word.starts_with("adaptive ")) word.erase(0, 9);
  return word;
}

std::string short_text(const ModelLayer& layer, const Layer* swap) {
  if (swap != nullptr) return pool_text(*swap);
  if (layer.layer) return pool_text(*layer.layer);
  const LayerReach& reach = layer.reach;
  if (reach.kind == LayerReach::Kind::window)
    return window_text(reach.kernel_size, reach.stride, {1, 1});
  const std::string kind = lower_case(layer.kind);
  return lower_case(own_name(layer)).starts_with(kind) ? std::string() : kind;
}

}  // namespace poolscope
