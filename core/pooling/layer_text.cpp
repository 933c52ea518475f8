#include "core/pooling/layer_text.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "core/pooling/call_syntax.h"
#include "core/pooling/lowering.h"
#include "core/pooling/nearest.h"
#include "core/pooling/parameter_values.h"

namespace poolscope {
namespace {

struct Prefix {
  std::string_view text;
  Framework framework;
};

constexpr std::array<Prefix, 9> kPrefixes{{{"torch.nn.", Framework::pytorch},
                                           {"nn.", Framework::pytorch},
                                           {"tf.keras.layers.", Framework::keras},
                                           {"tensorflow.keras.layers.", Framework::keras},
                                           {"keras.layers.", Framework::keras},
                                           {"layers.", Framework::keras},
                                           {"onnx.", Framework::onnx},
                                           {"op.", Framework::onnx},
                                           {"ai.onnx.", Framework::onnx}}};

/// The kind a call names. With a prefix, only its framework's kinds are meant.
Result<const LayerKind*> find_called_kind(const SyntaxCall& call) {
  std::string_view name = call.name;
  const auto prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                   [&](const Prefix& p) { return name.starts_with(p.text); });
  if (prefix != kPrefixes.end()) name.remove_prefix(prefix->text.size());
  std::vector<std::string_view> names;
  for (const LayerKind* kind : layer_kinds()) {
    if (prefix != kPrefixes.end() && kind->framework != prefix->framework) continue;
    if (kind->name == name) return kind;
    names.push_back(kind->name);
  }
  return text_error(call.begin, fmt::format("unknown layer {}, did you mean `{}`?",
                                            quoted(call.name), nearest_name(name, names)));
}

std::string all_names(const LayerKind& kind) {
  std::vector<std::string_view> names;
  for (const Parameter& parameter : kind.parameters) names.push_back(parameter.name);
  return names.empty() ? "no argument" : fmt::format("{}", fmt::join(names, ", "));
}

/// Gives a layer the arguments of a call, one after the other.
class ArgumentReader {
 public:
  ArgumentReader(std::string_view text, const LayerKind& kind)
      : text_(text), layer_(make_layer(kind)) {}

  Result<Layer> read(const SyntaxCall& call);

 private:
  const LayerKind& kind() const { return *layer_.kind; }
  std::string piece(std::size_t begin, std::size_t end) const {
    return quoted(text_.substr(begin, end - begin));
  }
  Result<const Parameter*> positional(const SyntaxArgument& argument, std::size_t index) const;
  Result<const Parameter*> keyword(const SyntaxArgument& argument) const;
  Result<void> give(const SyntaxArgument& argument, const Parameter& parameter);
  Result<void> check_complete(const SyntaxCall& call) const;

  std::string_view text_;
  Layer layer_;
  std::set<std::string_view> given_;
};

Result<const Parameter*> ArgumentReader::positional(const SyntaxArgument& argument,
                                                    std::size_t index) const {
  const std::string found = piece(argument.begin, argument.value.end);
  if (kind().framework == Framework::onnx) {
    return text_error(argument.begin, fmt::format("{} takes keywords only ({}), found {}",
                                                  kind().name, all_names(kind()), found));
  }
  if (index >= kind().parameters.size()) {
    return text_error(argument.begin, fmt::format("{} takes {} and no more, found {}", kind().name,
                                                  all_names(kind()), found));
  }
  return &kind().parameters[index];
}

Result<const Parameter*> ArgumentReader::keyword(const SyntaxArgument& argument) const {
  if (const Parameter* parameter = find_parameter(kind(), argument.name)) return parameter;
  std::vector<std::string_view> names;
  for (const Parameter& parameter : kind().parameters) names.push_back(parameter.name);
  const std::string advice =
      names.empty() ? fmt::format("{} takes none", kind().name)
                    : fmt::format("did you mean `{}`?", nearest_name(argument.name, names));
  return text_error(argument.begin, fmt::format("unknown argument {} of {}, {}",
                                                quoted(argument.name), kind().name, advice));
}

Result<void> ArgumentReader::give(const SyntaxArgument& argument, const Parameter& parameter) {
  if (!given_.insert(parameter.name).second) {
    return text_error(argument.begin,
                      fmt::format("{} is given twice, found {}", parameter.name,
                                  piece(argument.begin, argument.value.end)),
                      std::string(parameter.name));
  }
  if (read_parameter(layer_, parameter, argument.value)) return {};
  return text_error(argument.value.begin,
                    fmt::format("{} of {} takes {}, found {}", parameter.name, kind().name,
                                expected_value(kind(), parameter),
                                piece(argument.value.begin, argument.value.end)),
                    std::string(parameter.name));
}

Result<void> ArgumentReader::check_complete(const SyntaxCall& call) const {
  for (const Parameter& parameter : kind().parameters) {
    if (!parameter.required || given_.contains(parameter.name)) continue;
    return text_error(call.close,
                      fmt::format("{} needs {}={}, found `)`", kind().name, parameter.name,
                                  parameter_text(make_layer(kind()), parameter)),
                      std::string(parameter.name));
  }
  const bool chooses_size = find_parameter(kind(), &Layer::output_ratio) != nullptr;
  if (chooses_size && layer_.output_size == OutputSize{} && !layer_.output_ratio) {
    return text_error(call.close,
                      fmt::format("{} needs output_size or output_ratio, found `)`", kind().name),
                      "output_size");
  }
  return {};
}

Result<Layer> ArgumentReader::read(const SyntaxCall& call) {
  bool named = false;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const SyntaxArgument& argument = call.arguments[i];
    if (argument.name.empty() && named) {
      return text_error(argument.begin,
                        fmt::format("a positional argument after a keyword one, found {}",
                                    piece(argument.begin, argument.value.end)));
    }
    named = !argument.name.empty();
    const auto parameter = named ? keyword(argument) : positional(argument, i);
    if (!parameter) return tl::unexpected(parameter.error());
    if (const auto done = give(argument, **parameter); !done) return tl::unexpected(done.error());
  }
  if (const auto complete = check_complete(call); !complete) {
    return tl::unexpected(complete.error());
  }
  return layer_;
}

}  // namespace

Result<Layer> parse_layer(std::string_view text) {
  const auto call = parse_call(text);
  if (!call) return tl::unexpected(call.error());
  const auto kind = find_called_kind(*call);
  if (!kind) return tl::unexpected(kind.error());
  return ArgumentReader(text, **kind).read(*call);
}

Result<void> set_parameter(Layer& layer, std::string_view name, std::string_view text) {
  const Parameter* parameter = find_parameter(*layer.kind, name);
  if (!parameter) {
    return text_error(0, fmt::format("{} has no parameter {}; it takes {}", layer.kind->name,
                                     quoted(name), all_names(*layer.kind)));
  }
  auto value = parse_value(text);
  if (!value) {
    value.error().parameter = parameter->name;
    return tl::unexpected(value.error());
  }
  Layer changed = layer;
  if (!read_parameter(changed, *parameter, *value)) {
    return text_error(value->begin,
                      fmt::format("{} of {} takes {}, found {}", name, layer.kind->name,
                                  expected_value(*layer.kind, *parameter),
                                  quoted(text.substr(value->begin, value->end - value->begin))),
                      std::string(name));
  }
  // Of the two ways to say an output's size the last one given counts.
  if (parameter->field == ParameterField(&Layer::output_ratio) && changed.output_ratio) {
    changed.output_size = {};
  }
  if (parameter->field == ParameterField(&Layer::output_size) &&
      changed.output_size != OutputSize{}) {
    changed.output_ratio.reset();
  }
  layer = changed;
  return {};
}

std::string layer_text(const Layer& layer) {
  const Layer defaults = make_layer(*layer.kind);
  std::vector<std::string> arguments;
  for (const Parameter& parameter : layer.kind->parameters) {
    const bool differs =
        std::visit([&](auto field) { return layer.*field != defaults.*field; }, parameter.field);
    if (!parameter.required && !differs) continue;
    arguments.push_back(fmt::format("{}={}", parameter.name, parameter_text(layer, parameter)));
  }
  return fmt::format("{}({})", layer.kind->name, fmt::join(arguments, ", "));
}

}  // namespace poolscope
