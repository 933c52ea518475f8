#include "core/models/model.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/pooling/nearest.h"

namespace poolscope {
namespace {

struct PythonText {
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::vector<std::int64_t>& values) const {
    return fmt::format("({}{})", fmt::join(values, ", "), values.size() == 1 ? "," : "");
  }
  std::string operator()(const std::string& value) const { return value; }
};

std::vector<std::string_view> names_of(const std::vector<ModelLayer>& layers, bool only_pools) {
  std::vector<std::string_view> names;
  for (const ModelLayer& layer : layers) {
    if (!only_pools || layer.is_pooling) names.push_back(layer.name);
  }
  return names;
}

}  // namespace

std::string value_text(const ModelParameter& parameter) {
  return std::visit(PythonText{}, parameter.value);
}

std::string parameters_text(const std::vector<ModelParameter>& parameters) {
  std::vector<std::string> texts;
  for (const ModelParameter& parameter : parameters) {
    texts.push_back(parameter.name + "=" + value_text(parameter));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::int64_t all_parameters(const std::vector<ModelLayer>& layers) {
  std::int64_t sum = 0;
  for (const ModelLayer& layer : layers) sum += layer.depth == 0 ? layer.parameter_count : 0;
  return sum;
}

bool same_bits(const ModelMap& a, const ModelMap& b) {
  const auto first = a.values.values(), second = b.values.values();
  return a.axes == b.axes && first.size() == second.size() &&
         (first.empty() || std::memcmp(first.data(), second.data(), first.size_bytes()) == 0);
}

Result<Shape> map_shape(const std::vector<std::int64_t>& axes) {
  // Products stop at the limit, so that they cannot overflow before they are checked.
  const auto product = [](std::int64_t a, std::int64_t b) {
    return a != 0 && b > kMaxElements / a ? kMaxElements + 1 : a * b;
  };
  Shape shape;
  const std::size_t rank = axes.size();
  if (rank == 1) shape.c = axes[0];
  if (rank >= 2) shape.n = axes[0], shape.c = axes[1];
  if (rank >= 3) shape.w = axes.back();
  if (rank >= 4) {
    shape.h = std::accumulate(axes.begin() + 2, axes.end() - 1, std::int64_t{1}, product);
  }
  return checked_shape(shape, "the map");
}

Result<std::size_t> find_layer(const std::vector<ModelLayer>& layers, std::string_view name) {
  const auto found = std::ranges::find(layers, name, &ModelLayer::name);
  if (found != layers.end()) return static_cast<std::size_t>(found - layers.begin());
  if (layers.empty()) return failure(fmt::format("no layer {}: the model has none", name));
  return failure(fmt::format("no layer {}; did you mean {}?", name,
                             nearest_name(name, names_of(layers, false))));
}

Result<std::size_t> find_pooling_layer(const std::vector<ModelLayer>& layers,
                                       std::string_view name) {
  const auto found = find_layer(layers, name);
  if (!found || layers[*found].is_pooling) return found;
  const auto pools = names_of(layers, true);
  return failure(fmt::format(
      "{} is a {}, no pooling layer; {}", name, layers[*found].kind,
      pools.empty() ? "the model has none" : fmt::format("those are {}", fmt::join(pools, ", "))));
}

}  // namespace poolscope
