#include "core/pooling/parameter_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

struct AutoPadName {
  AutoPad rule;
  std::string_view text;
};

constexpr AutoPadName kKerasPadding[] = {{AutoPad::valid, "valid"}, {AutoPad::same_upper, "same"}};
constexpr AutoPadName kOnnxAutoPad[] = {{AutoPad::notset, "NOTSET"},
                                        {AutoPad::valid, "VALID"},
                                        {AutoPad::same_upper, "SAME_UPPER"},
                                        {AutoPad::same_lower, "SAME_LOWER"}};

std::span<const AutoPadName> auto_pad_names(Framework framework) {
  if (framework == Framework::keras) return kKerasPadding;
  return kOnnxAutoPad;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_none(const SyntaxValue& value) { return std::holds_alternative<NoneValue>(value.data); }

bool read(const SyntaxValue& value, Framework, std::int64_t& target) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  if (integer) target = *integer;
  return integer != nullptr;
}

bool read(const SyntaxValue& value, Framework framework, std::optional<std::int64_t>& target) {
  target.reset();
  return is_none(value) || read(value, framework, target.emplace());
}

template <std::size_t Count>
bool read_list(const SyntaxValue& value, Framework framework,
               const std::array<std::int64_t*, Count>& targets) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (!list || list->size() != Count) return false;
  for (std::size_t i = 0; i < Count; ++i) {
    if (!read((*list)[i], framework, *targets[i])) return false;
  }
  return true;
}

/// Two integers, or one for both axes, which PyTorch also takes as a list of one; ONNX takes two.
bool read(const SyntaxValue& value, Framework framework, Pair& target) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  const bool alone =
      list ? framework == Framework::pytorch && list->size() == 1 : framework != Framework::onnx;
  if (!alone) return read_list(value, framework, std::array{&target.h, &target.w});
  if (!read(list ? list->front() : value, framework, target.h)) return false;
  target.w = target.h;
  return true;
}

bool read(const SyntaxValue& value, Framework framework, std::optional<Pair>& target) {
  target.reset();
  if (is_none(value) && framework != Framework::onnx) return true;
  return read(value, framework, target.emplace());
}

bool read(const SyntaxValue& value, Framework framework, Pads& target) {
  if (framework == Framework::onnx) {
    return read_list(value, framework,
                     std::array{&target.top, &target.left, &target.bottom, &target.right});
  }
  Pair both;
  if (!read(value, framework, both)) return false;
  target = {both.h, both.w, both.h, both.w};
  return true;
}

bool read(const SyntaxValue& value, Framework framework, OutputSize& target) {
  const auto* list = std::get_if<SyntaxList>(&value.data);
  if (list && (list->empty() || list->size() > 2)) return false;
  return read(list ? list->front() : value, framework, target.h) &&
         read(list ? list->back() : value, framework, target.w);
}

/// Keras lowers the case of its words, ONNX does not.
bool read(const SyntaxValue& value, Framework framework, AutoPad& target) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (!text) return false;
  const std::string word = framework == Framework::keras ? lower_case(*text) : *text;
  for (const AutoPadName& name : auto_pad_names(framework)) {
    if (name.text != word) continue;
    target = name.rule;
    return true;
  }
  return false;
}

bool read(const SyntaxValue& value, Framework, DataFormat& target) {
  target = DataFormat::unspecified;
  if (is_none(value)) return true;
  const auto* text = std::get_if<std::string>(&value.data);
  const std::string word = text ? lower_case(*text) : "";
  if (word == "channels_first") target = DataFormat::channels_first;
  if (word == "channels_last") target = DataFormat::channels_last;
  return target != DataFormat::unspecified;
}

/// ONNX has no booleans, only 0 and 1.
bool read(const SyntaxValue& value, Framework framework, bool& target) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  const auto* boolean = std::get_if<bool>(&value.data);
  if (boolean) target = *boolean;
  if (boolean || framework != Framework::onnx) return boolean != nullptr;
  if (!integer || (*integer != 0 && *integer != 1)) return false;
  target = *integer == 1;
  return true;
}

bool read(const SyntaxValue& value, Framework framework, double& target) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  if (integer) target = static_cast<double>(*integer);
  if (integer || framework == Framework::onnx) return integer != nullptr;
  const auto* real = std::get_if<double>(&value.data);
  if (real) target = *real;
  return real != nullptr;
}

std::string text_of(Framework, std::int64_t value) { return fmt::format("{}", value); }

std::string text_of(Framework, const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}", *value) : "None";
}

std::string text_of(Framework framework, const Pair& value) {
  if (framework == Framework::onnx) return fmt::format("[{}, {}]", value.h, value.w);
  if (value.h == value.w) return fmt::format("{}", value.h);
  return fmt::format("({}, {})", value.h, value.w);
}

std::string text_of(Framework framework, const std::optional<Pair>& value) {
  return value ? text_of(framework, *value) : "None";
}

std::string text_of(Framework framework, const Pads& value) {
  const bool even = value.top == value.bottom && value.left == value.right;
  if (framework != Framework::onnx && even) return text_of(framework, Pair{value.top, value.left});
  return fmt::format("[{}, {}, {}, {}]", value.top, value.left, value.bottom, value.right);
}

std::string text_of(Framework framework, const OutputSize& value) {
  const std::string h = text_of(framework, value.h), w = text_of(framework, value.w);
  return h == w ? h : fmt::format("({}, {})", h, w);
}

/// A rule that the framework has no word for is named in ONNX' words.
std::string text_of(Framework framework, AutoPad value) {
  for (const AutoPadName& name : auto_pad_names(framework)) {
    if (name.rule == value) return fmt::format("\"{}\"", name.text);
  }
  return text_of(Framework::onnx, value);
}

std::string text_of(Framework, DataFormat value) {
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

std::string text_of(Framework framework, bool value) {
  if (framework == Framework::onnx) return value ? "1" : "0";
  return value ? "True" : "False";
}

std::string text_of(Framework framework, double value) {
  if (std::isnan(value)) return "float(\"nan\")";
  if (std::isinf(value)) return value > 0 ? "float(\"inf\")" : "float(\"-inf\")";
  if (framework == Framework::onnx && value == std::floor(value))
    return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

using Expected = std::string_view;

Expected expected(Framework, std::int64_t Layer::*) { return "an integer"; }
Expected expected(Framework, std::optional<std::int64_t> Layer::*) { return "an integer or None"; }
Expected expected(Framework framework, Pair Layer::*) {
  return framework == Framework::onnx ? "a list of two integers, [2, 2]"
                                      : "an integer or a pair of integers";
}
Expected expected(Framework framework, std::optional<Pair> Layer::*) {
  return framework == Framework::onnx ? "a list of two integers, [2, 2]"
                                      : "an integer, a pair of integers or None";
}
Expected expected(Framework framework, Pads Layer::*) {
  return framework == Framework::onnx ? "a list of four integers, [top, left, bottom, right]"
                                      : "an integer or a pair of integers";
}
Expected expected(Framework, OutputSize Layer::*) { return "an integer, None or a pair of them"; }
Expected expected(Framework framework, AutoPad Layer::*) {
  return framework == Framework::onnx ? "\"NOTSET\", \"VALID\", \"SAME_UPPER\" or \"SAME_LOWER\""
                                      : "\"valid\" or \"same\"";
}
Expected expected(Framework, DataFormat Layer::*) {
  return "\"channels_first\", \"channels_last\" or None";
}
Expected expected(Framework framework, bool Layer::*) {
  return framework == Framework::onnx ? "0 or 1" : "True or False";
}
Expected expected(Framework framework, double Layer::*) {
  return framework == Framework::onnx ? "an integer" : "a number";
}

}  // namespace

bool read_parameter(Layer& layer, const Parameter& parameter, const SyntaxValue& value) {
  const Framework framework = layer.kind->framework;
  return std::visit([&](auto field) { return read(value, framework, layer.*field); },
                    parameter.field);
}

std::string expected_value(const LayerKind& kind, const Parameter& parameter) {
  return std::visit([&](auto field) { return std::string(expected(kind.framework, field)); },
                    parameter.field);
}

std::string parameter_text(const Layer& layer, const Parameter& parameter) {
  const Framework framework = layer.kind->framework;
  return std::visit([&](auto field) { return text_of(framework, layer.*field); }, parameter.field);
}

}  // namespace poolscope
