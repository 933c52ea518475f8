#include "core/pooling/parameter_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// How a parameter of a kind is written.
struct Spelling {
  const LayerKind& kind;
  const Parameter& parameter;

  bool is(Framework framework) const { return kind.is(framework); }
  bool in_a_row() const { return kind.axes == 1; }
  /// Whether a number is written without a point: ONNX' p is an integer.
  bool is_whole() const {
    return is(Framework::onnx) && parameter.field == ParameterField(&Layer::norm_type);
  }
};

struct AutoPadName {
  AutoPad rule;
  std::string_view text;
};

constexpr AutoPadName kKerasPadding[] = {{AutoPad::valid, "valid"}, {AutoPad::same_upper, "same"}};
constexpr AutoPadName kOnnxAutoPad[] = {{AutoPad::notset, "NOTSET"},
                                        {AutoPad::valid, "VALID"},
                                        {AutoPad::same_upper, "SAME_UPPER"},
                                        {AutoPad::same_lower, "SAME_LOWER"}};

std::span<const AutoPadName> auto_pad_names(const Spelling& style) {
  if (style.is(Framework::keras)) return kKerasPadding;
  return kOnnxAutoPad;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_none(const SyntaxValue& value) { return std::holds_alternative<NoneValue>(value.data); }

bool read(const SyntaxValue& value, const Spelling&, std::int64_t& target) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  if (integer) target = *integer;
  return integer != nullptr;
}

bool read(const SyntaxValue& value, const Spelling& style, std::optional<std::int64_t>& target) {
  target.reset();
  return is_none(value) || read(value, style, target.emplace());
}

template <std::size_t Count>
bool read_list(const SyntaxValue& value, const Spelling& style,
               const std::array<std::int64_t*, Count>& targets) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list || list->size() != Count) return false;
  for (std::size_t i = 0; i < Count; ++i) {
    if (!read((*list)[i], style, *targets[i])) return false;
  }
  return true;
}

/// Two integers, or one for both axes, which PyTorch also takes as a list of one; ONNX takes two. A
/// layer that pools over a row takes one, alone or in a list.
bool read(const SyntaxValue& value, const Spelling& style, Pair& target) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  const bool lists_one =
      style.in_a_row() || style.is(Framework::pytorch) || style.is(Framework::research);
  const bool alone = list ? lists_one && list->size() == 1 : !style.is(Framework::onnx);
  if (!alone && style.in_a_row()) return false;
  if (!alone) return read_list(value, style, std::array{&target.h, &target.w});
  if (!read(list ? list->front() : value, style, target.w)) return false;
  target.h = style.in_a_row() ? 1 : target.w;
  return true;
}

bool read(const SyntaxValue& value, const Spelling& style, std::optional<Pair>& target) {
  target.reset();
  if (is_none(value) && !style.is(Framework::onnx)) return true;
  return read(value, style, target.emplace());
}

bool read(const SyntaxValue& value, const Spelling& style, Pads& target) {
  if (style.is(Framework::onnx)) {
    return read_list(value, style,
                     std::array{&target.top, &target.left, &target.bottom, &target.right});
  }
  Pair both;
  if (!read(value, style, both)) return false;
  if (style.in_a_row()) both.h = 0;
  target = {both.h, both.w, both.h, both.w};
  return true;
}

bool read(const SyntaxValue& value, const Spelling& style, OutputSize& target) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (list && (list->empty() || list->size() > (style.in_a_row() ? 1U : 2U))) return false;
  if (style.in_a_row()) {
    target.h.reset();
    return read(list ? list->front() : value, style, target.w);
  }
  return read(list ? list->front() : value, style, target.h) &&
         read(list ? list->back() : value, style, target.w);
}

/// Keras lowers the case of its words, ONNX does not.
bool read(const SyntaxValue& value, const Spelling& style, AutoPad& target) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (!text) return false;
  const std::string word = style.is(Framework::keras) ? lower_case(*text) : *text;
  for (const AutoPadName& name : auto_pad_names(style)) {
    if (name.text != word) continue;
    target = name.rule;
    return true;
  }
  return false;
}

bool read(const SyntaxValue& value, const Spelling&, DataFormat& target) {
  target = DataFormat::unspecified;
  if (is_none(value)) return true;
  const auto* text = std::get_if<std::string>(&value.data);
  const std::string word = text ? lower_case(*text) : "";
  if (word == "channels_first") target = DataFormat::channels_first;
  if (word == "channels_last") target = DataFormat::channels_last;
  return target != DataFormat::unspecified;
}

/// ONNX has no booleans, only 0 and 1.
bool read(const SyntaxValue& value, const Spelling& style, bool& target) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  const auto* boolean = std::get_if<bool>(&value.data);
  if (boolean) target = *boolean;
  if (boolean || !style.is(Framework::onnx)) return boolean != nullptr;
  if (!integer || (*integer != 0 && *integer != 1)) return false;
  target = *integer == 1;
  return true;
}

/// A number, with a point or without.
bool read_number(const SyntaxValue& value, double& target) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    target = static_cast<double>(*integer);
    return true;
  }
  const auto* real = std::get_if<double>(&value.data);
  if (real) target = *real;
  return real != nullptr;
}

bool read(const SyntaxValue& value, const Spelling& style, double& target) {
  if (style.is_whole() && !std::holds_alternative<std::int64_t>(value.data)) return false;
  return read_number(value, target);
}

template <std::size_t Count>
bool read_numbers(const SyntaxValue& value, const std::array<double*, Count>& targets) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list || list->size() != Count) return false;
  for (std::size_t i = 0; i < Count; ++i) {
    if (!read_number((*list)[i], *targets[i])) return false;
  }
  return true;
}

bool read(const SyntaxValue& value, const Spelling&, std::optional<OutputRatio>& target) {
  target.reset();
  if (is_none(value)) return true;
  OutputRatio& ratio = target.emplace();
  if (read_numbers(value, std::array{&ratio.h, &ratio.w})) return true;
  if (!read_number(value, ratio.h)) return false;
  ratio.w = ratio.h;
  return true;
}

bool read(const SyntaxValue& value, const Spelling&, std::optional<Roi>& target) {
  target.reset();
  if (is_none(value)) return true;
  Roi& roi = target.emplace();
  return read_numbers(value, std::array{&roi.x1, &roi.y1, &roi.x2, &roi.y2});
}

bool read(const SyntaxValue& value, const Spelling& style, std::vector<std::int64_t>& target) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list) return false;
  target.assign(list->size(), 0);
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!read((*list)[i], style, target[i])) return false;
  }
  return true;
}

/// Numbers, of which one alone counts for all; PyTorch's bias=False is none.
bool read(const SyntaxValue& value, const Spelling&, std::vector<double>& target) {
  target.clear();
  const auto* flag = std::get_if<bool>(&value.data);
  if (is_none(value) || (flag && !*flag)) return true;
  if (read_number(value, target.emplace_back())) return true;
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list) return false;
  target.assign(list->size(), 0.0);
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!read_number((*list)[i], target[i])) return false;
  }
  return !list->empty();
}

/// Appends the numbers of lists within lists, all of them `axes` long.
bool read_nested(const SyntaxValue& value, std::span<const std::int64_t> axes,
                 std::vector<double>& numbers) {
  if (axes.empty()) return read_number(value, numbers.emplace_back());
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list || std::ssize(*list) != axes.front()) return false;
  return std::ranges::all_of(
      *list, [&](const SyntaxValue& item) { return read_nested(item, axes.subspan(1), numbers); });
}

bool read_word(const SyntaxValue& value, const Spelling& style, Choice& target) {
  const auto* text = std::get_if<std::string>(&value.data);
  const auto& words = style.parameter.choices;
  const auto found = text ? std::ranges::find(words, *text) : words.end();
  if (found == words.end()) return false;
  target.index = static_cast<std::size_t>(found - words.begin());
  return true;
}

bool read(const SyntaxValue& value, const Spelling& style, Choice& target) {
  return read_word(value, style, target);
}

/// A preset's name, or numbers in two to four levels of lists.
bool read(const SyntaxValue& value, const Spelling& style, KernelBank& target) {
  target = {};
  if (read_word(value, style, target.preset)) return true;
  const SyntaxValue* level = &value;
  while (const auto* list = std::get_if<SyntaxList>(&level->data)) {
    if (list->empty()) return false;
    target.axes.push_back(std::ssize(*list));
    level = &list->front();
  }
  return target.axes.size() >= 2 && target.axes.size() <= 4 &&
         read_nested(value, target.axes, target.numbers);
}

std::string text_of(const Spelling&, std::int64_t value) { return fmt::format("{}", value); }

std::string text_of(const Spelling&, const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}", *value) : "None";
}

std::string text_of(const Spelling& style, const Pair& value) {
  if (style.is(Framework::onnx)) return fmt::format("[{}, {}]", value.h, value.w);
  if (value.h == value.w || style.in_a_row()) return fmt::format("{}", value.w);
  return fmt::format("({}, {})", value.h, value.w);
}

std::string text_of(const Spelling& style, const std::optional<Pair>& value) {
  return value ? text_of(style, *value) : "None";
}

std::string text_of(const Spelling& style, const Pads& value) {
  const bool even = value.top == value.bottom && value.left == value.right;
  if (!style.is(Framework::onnx) && even) return text_of(style, Pair{value.top, value.left});
  return fmt::format("[{}, {}, {}, {}]", value.top, value.left, value.bottom, value.right);
}

std::string text_of(const Spelling& style, const OutputSize& value) {
  const std::string h = text_of(style, value.h), w = text_of(style, value.w);
  if (style.in_a_row()) return w;
  return h == w ? h : fmt::format("({}, {})", h, w);
}

/// A rule that the framework has no word for is named in ONNX' words.
std::string text_of(const Spelling& style, AutoPad value) {
  for (const AutoPadName& name : auto_pad_names(style)) {
    if (name.rule == value) return fmt::format("\"{}\"", name.text);
  }
  return fmt::format("\"{}\"", kOnnxAutoPad[static_cast<std::size_t>(value)].text);
}

std::string text_of(const Spelling&, DataFormat value) {
  switch (value) {
    case DataFormat::unspecified:
      return "None";
    case DataFormat::channels_first:
      return "\"channels_first\"";
    case DataFormat::channels_last:
      return "\"channels_last\"";
  }
  return "None";
}

std::string text_of(const Spelling& style, bool value) {
  if (style.is(Framework::onnx)) return value ? "1" : "0";
  return value ? "True" : "False";
}

std::string text_of(const Spelling& style, double value) {
  if (std::isnan(value)) return "float(\"nan\")";
  if (std::isinf(value)) return value > 0 ? "float(\"inf\")" : "float(\"-inf\")";
  if (style.is(Framework::onnx) && value == std::floor(value) && std::abs(value) < 0x1p53)
    return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

std::string text_of(const Spelling&, const std::optional<OutputRatio>& value) {
  if (!value) return "None";
  if (value->h == value->w) return fmt::format("{}", value->h);
  return fmt::format("({}, {})", value->h, value->w);
}

std::string text_of(const Spelling&, const std::optional<Roi>& value) {
  if (!value) return "None";
  return fmt::format("[{}, {}, {}, {}]", value->x1, value->y1, value->x2, value->y2);
}

std::string text_of(const Spelling&, const std::vector<std::int64_t>& value) {
  return fmt::format("[{}]", fmt::join(value, ", "));
}

std::string text_of(const Spelling& style, Choice value) {
  return fmt::format("\"{}\"", style.parameter.choices[value.index]);
}

std::string text_of(const Spelling&, const std::vector<double>& value) {
  if (value.empty()) return "None";
  if (value.size() == 1) return fmt::format("{}", value.front());
  return fmt::format("[{}]", fmt::join(value, ", "));
}

/// Lists within lists.
std::string nested_text(std::span<const double> numbers, std::span<const std::int64_t> axes) {
  if (axes.empty()) return fmt::format("{}", numbers.front());
  const std::size_t part = numbers.size() / static_cast<std::size_t>(axes.front());
  std::vector<std::string> items;
  for (std::size_t at = 0; at < numbers.size(); at += part) {
    items.push_back(nested_text(numbers.subspan(at, part), axes.subspan(1)));
  }
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string text_of(const Spelling& style, const KernelBank& value) {
  if (value.is_typed()) return nested_text(value.numbers, value.axes);
  return text_of(style, value.preset);
}

using Expected = std::string;

Expected expected(const Spelling&, std::int64_t Layer::*) { return "an integer"; }
Expected expected(const Spelling&, std::optional<std::int64_t> Layer::*) {
  return "an integer or None";
}
Expected expected(const Spelling&, std::optional<OutputRatio> Layer::*) {
  return "a number, None or a pair of numbers";
}
Expected expected(const Spelling&, std::optional<Roi> Layer::*) {
  return "a list of four numbers, [x1, y1, x2, y2], or None";
}
Expected expected(const Spelling&, std::vector<std::int64_t> Layer::*) {
  return "a list of integers";
}
Expected expected(const Spelling& style, Choice Layer::*) {
  return fmt::format("\"{}\"", fmt::join(style.parameter.choices, "\" or \""));
}
Expected expected(const Spelling& style, KernelBank Layer::*) {
  return fmt::format("\"{}\" or rows of numbers, [[0, 1], [1, 0]]",
                     fmt::join(style.parameter.choices, "\", \""));
}
Expected expected(const Spelling&, std::vector<double> Layer::*) {
  return "a number, a list of numbers or None";
}
Expected expected(const Spelling& style, Pair Layer::*) {
  if (style.in_a_row()) return "an integer";
  return style.is(Framework::onnx) ? "a list of two integers, [2, 2]"
                                   : "an integer or a pair of integers";
}
Expected expected(const Spelling& style, std::optional<Pair> Layer::*) {
  if (style.in_a_row()) return "an integer or None";
  return style.is(Framework::onnx) ? "a list of two integers, [2, 2]"
                                   : "an integer, a pair of integers or None";
}
Expected expected(const Spelling& style, Pads Layer::*) {
  if (style.in_a_row()) return "an integer";
  return style.is(Framework::onnx) ? "a list of four integers, [top, left, bottom, right]"
                                   : "an integer or a pair of integers";
}
Expected expected(const Spelling& style, OutputSize Layer::*) {
  return style.in_a_row() ? "an integer or None" : "an integer, None or a pair of them";
}
Expected expected(const Spelling& style, AutoPad Layer::*) {
  return style.is(Framework::onnx) ? "\"NOTSET\", \"VALID\", \"SAME_UPPER\" or \"SAME_LOWER\""
                                   : "\"valid\" or \"same\"";
}
Expected expected(const Spelling&, DataFormat Layer::*) {
  return "\"channels_first\", \"channels_last\" or None";
}
Expected expected(const Spelling& style, bool Layer::*) {
  return style.is(Framework::onnx) ? "0 or 1" : "True or False";
}
Expected expected(const Spelling& style, double Layer::*) {
  return style.is_whole() ? "an integer" : "a number";
}

}  // namespace

bool read_parameter(Layer& layer, const Parameter& parameter, const SyntaxValue& value) {
  const Spelling style{*layer.kind, parameter};
  const bool read_well =
      std::visit([&](auto field) { return read(value, style, layer.*field); }, parameter.field);
  const bool is_kernel = parameter.field == ParameterField(&Layer::weight);
  if (read_well && is_kernel && layer.weight.is_typed()) layer.kernel_size = layer.weight.size();
  return read_well;
}

std::string expected_value(const LayerKind& kind, const Parameter& parameter) {
  const Spelling style{kind, parameter};
  return std::visit([&](auto field) { return std::string(expected(style, field)); },
                    parameter.field);
}

std::string parameter_text(const Layer& layer, const Parameter& parameter) {
  const Spelling style{*layer.kind, parameter};
  return std::visit([&](auto field) { return text_of(style, layer.*field); }, parameter.field);
}

}  // namespace poolscope
