#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/analysis/sweep.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr std::int64_t kSteps = 5;

/// Five integers around `now`, from `least` up.
std::vector<std::int64_t> integers_around(std::int64_t now, std::int64_t least) {
  const std::int64_t first = std::max(least, now - kSteps / 2);
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < kSteps; ++i) values.push_back(first + i);
  return values;
}

/// The values of one type of field, around the one that the layer has.
using Values = std::vector<std::string>;

template <class T, class Set>
Values texts(const Layer& layer, const Parameter& parameter, const std::vector<T>& values,
             Set set) {
  Values texts;
  for (const T& value : values) {
    Layer other = layer;
    set(other, value);
    texts.push_back(parameter_text(other, parameter));
  }
  return texts;
}

Values values_of(const Layer& layer, const Parameter& parameter, Pair Layer::*field) {
  const Pair now = layer.*field;
  return texts(layer, parameter, integers_around(std::max(now.h, now.w), 1),
               [&](Layer& other, std::int64_t size) {
                 other.*field = {now.h == 1 && layer.kind->axes == 1 ? 1 : size, size};
               });
}

Values values_of(const Layer& layer, const Parameter& parameter,
                 std::optional<Pair> Layer::*field) {
  const Pair now = (layer.*field).value_or(layer.kernel_size);
  auto sizes = integers_around(std::max(now.h, now.w), 1);
  sizes.resize(4);  // A line of the chart each.
  return texts(layer, parameter, sizes, [&](Layer& other, std::int64_t size) {
    other.*field = Pair{layer.kind->axes == 1 ? 1 : size, size};
  });
}

Values values_of(const Layer& layer, const Parameter& parameter, Pads Layer::*field) {
  const std::int64_t now = (layer.*field).left;
  return texts(layer, parameter, integers_around(now, 0), [&](Layer& other, std::int64_t pad) {
    const std::int64_t rows = layer.kind->axes == 1 ? 0 : pad;
    other.*field = {rows, pad, rows, pad};
  });
}

Values values_of(const Layer& layer, const Parameter& parameter, AutoPad Layer::*field) {
  std::vector<AutoPad> rules{AutoPad::valid, AutoPad::same_upper};
  if (layer.kind->framework == Framework::onnx)
    rules = {AutoPad::notset, AutoPad::valid, AutoPad::same_upper, AutoPad::same_lower};
  return texts(layer, parameter, rules, [&](Layer& other, AutoPad rule) { other.*field = rule; });
}

Values values_of(const Layer& layer, const Parameter& parameter, bool Layer::*field) {
  return texts(layer, parameter, std::vector<int>{0, 1},
               [&](Layer& other, int on) { other.*field = on == 1; });
}

Values values_of(const Layer& layer, const Parameter& parameter,
                 std::optional<std::int64_t> Layer::*field) {
  const auto around = integers_around((layer.*field).value_or(1), 1);
  std::vector<std::optional<std::int64_t>> values{std::nullopt};
  for (const std::int64_t value : around) values.emplace_back(value);
  return texts(layer, parameter, values,
               [&](Layer& other, std::optional<std::int64_t> value) { other.*field = value; });
}

/// Quarters of a range with two ends near each other; else halves and doubles.
Values values_of(const Layer& layer, const Parameter& parameter, double Layer::*field) {
  const double now = layer.*field;
  const NumberRange& range = parameter.range;
  std::vector<double> values;
  if (range.high - range.low <= 1.0) {
    for (int i = 0; i < kSteps; ++i) values.push_back(range.low + (range.high - range.low) * i / 4);
  } else if (now >= 1.0 && now == std::floor(now) && std::isfinite(now)) {
    for (const std::int64_t value : integers_around(static_cast<std::int64_t>(now), 1))
      values.push_back(static_cast<double>(value));
  } else {
    const double middle = std::isfinite(now) ? now : 2.0;
    for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0})
      values.push_back(std::clamp(middle * factor, range.low, range.high));
  }
  return texts(layer, parameter, values, [&](Layer& other, double value) { other.*field = value; });
}

Values values_of(const Layer& layer, const Parameter& parameter, OutputSize Layer::*field) {
  const OutputSize& now = layer.*field;
  return texts(
      layer, parameter, integers_around(now.w.value_or(now.h.value_or(2)), 1),
      [&](Layer& other, std::int64_t size) {
        other.*field = {layer.kind->axes == 1 ? std::optional<std::int64_t>{} : size, size};
      });
}

Values values_of(const Layer& layer, const Parameter& parameter,
                 std::optional<OutputRatio> Layer::*field) {
  return texts(layer, parameter, std::vector<double>{0.3, 0.4, 0.5, 0.6, 0.7},
               [&](Layer& other, double ratio) {
                 other.*field = OutputRatio{ratio, ratio};
               });
}

Values values_of(const Layer& layer, const Parameter& parameter, std::int64_t Layer::*field) {
  const double low = parameter.range.low;
  const std::int64_t least = std::isfinite(low) ? static_cast<std::int64_t>(low) : 0;
  return texts(layer, parameter, integers_around(layer.*field, least),
               [&](Layer& other, std::int64_t value) { other.*field = value; });
}

/// The words of a parameter that lists them; none for lists, rectangles and the order of axes.
Values values_of(const Layer&, const Parameter& parameter, const auto&) {
  Values words;
  for (const std::string_view word : parameter.choices)
    words.push_back(fmt::format("\"{}\"", word));
  return words;
}

/// Parameters that say how the result is handed over.
bool changes_values(const Parameter& parameter) {
  return parameter.field != ParameterField(&Layer::return_indices) &&
         parameter.field != ParameterField(&Layer::keepdims) &&
         parameter.field != ParameterField(&Layer::storage_order);
}

tl::unexpected<Error> usage(std::string message) {
  return tl::unexpected(Error{std::move(message), ErrorKind::usage, {}, {}});
}

/// The text as one value: as it is, for each side, or as a word.
Result<void> set_value(Layer& layer, std::string_view name, std::string_view text) {
  const std::array<std::string, 4> spellings{std::string(text), fmt::format("[{0}, {0}]", text),
                                             fmt::format("[{0}, {0}, {0}, {0}]", text),
                                             fmt::format("\"{}\"", text)};
  std::vector<Result<void>> tried;
  for (const std::string& spelling : spellings) {
    tried.push_back(set_parameter(layer, name, spelling));
    if (tried.back()) return {};
  }
  const bool is_word = std::isalpha(static_cast<unsigned char>(text.front())) != 0;
  return is_word ? tried.back() : tried.front();
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// `1..5` as its integers; nothing where the text is no range.
std::optional<Values> range_values(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return {};
  const auto low = integer(text.substr(0, dots)), high = integer(text.substr(dots + 2));
  if (!low || !high) return {};
  Values values;
  for (std::int64_t i = *low; i <= *high && values.size() <= kMostSweepValues; ++i)
    values.push_back(fmt::format("{}", i));
  return values;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Cut at the commas that stand in no brackets.
Values listed_values(std::string_view text) {
  Values values;
  int depth = 0;
  std::string value;
  for (const char c : text) {
    depth += (c == '(' || c == '[' ? 1 : 0) - (c == ')' || c == ']' ? 1 : 0);
    if (c == ',' && depth == 0) {
      values.emplace_back(trimmed(std::exchange(value, {})));
    } else {
      value += c;
    }
  }
  values.emplace_back(trimmed(value));
  return values;
}

std::string sweepable_names(const Layer& layer) {
  std::vector<std::string> names;
  for (const SweepAxis& axis : sweep_axes(layer)) names.push_back(axis.parameter);
  return names.empty() ? "it has none" : fmt::format("one of {}", fmt::join(names, ", "));
}

}  // namespace

std::vector<SweepAxis> sweep_axes(const Layer& layer) {
  std::vector<SweepAxis> axes;
  for (const Parameter& parameter : layer.kind->parameters) {
    if (!changes_values(parameter)) continue;
    auto values =
        std::visit([&](auto field) { return values_of(layer, parameter, field); }, parameter.field);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (!values.empty()) axes.push_back({std::string(parameter.name), std::move(values)});
  }
  return axes;
}

Result<SweepAxis> parse_sweep_axis(const Layer& layer, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string name(trimmed(text.substr(0, equals)));
  const auto offered = sweep_axes(layer);
  if (std::ranges::find(offered, name, &SweepAxis::parameter) == offered.end()) {
    return usage(fmt::format("{}: cannot be swept over \"{}\"; {}", layer.kind->name, name,
                             sweepable_names(layer)));
  }
  const auto given = trimmed(equals == std::string_view::npos ? "" : text.substr(equals + 1));
  if (given.empty())
    return usage(fmt::format("{}: no values; {}=1..5 or {}=1,2,3", name, name, name));
  const auto range = range_values(given);
  SweepAxis axis{name, range ? *range : listed_values(given)};
  if (axis.values.empty() || axis.values.size() > kMostSweepValues) {
    return usage(fmt::format("{}: {} gives {} values; from 1 to {}", name, given,
                             axis.values.empty() ? "no" : "too many", kMostSweepValues));
  }
  for (const std::string& value : axis.values) {
    Layer probe = layer;
    const auto set = set_value(probe, name, value);
    if (!set) return usage(set.error().message);
  }
  return axis;
}

Result<std::vector<Layer>> sweep_layers(const Layer& layer, const std::vector<SweepAxis>& axes) {
  std::vector<Layer> layers{layer};
  for (const SweepAxis& axis : axes) {
    std::vector<Layer> next;
    for (const Layer& base : layers) {
      for (const std::string& value : axis.values) {
        next.push_back(base);
        auto set = set_value(next.back(), axis.parameter, value);
        if (!set) return tl::unexpected(set.error());
      }
    }
    layers = std::move(next);
  }
  return layers;
}

bool same_setting(const Layer& a, const Layer& b) {
  Layer x = a, y = b;
  x.stride = a.effective_stride();
  y.stride = b.effective_stride();
  return x == y;
}

}  // namespace poolscope
