#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <torch/csrc/jit/ir/constants.h>

#include "core/pooling/layer_text.h"
#include "core/torch/script_capture.h"
#include "core/torch/script_graph.h"

namespace poolscope::libtorch {
namespace {

namespace jit = torch::jit;

/// What the markers say of one layer.
struct Marked {
  jit::Node* enter = nullptr;
  jit::Node* keep = nullptr;

  jit::Value* value() const { return keep->input(); }
};

void collect_marks(jit::Block& block, std::vector<Marked>& marks) {
  for (jit::Node* node : block.nodes()) {
    if (is_enter(*node)) marks[marked_layer(*node)].enter = node;
    if (is_keep(*node)) marks[marked_layer(*node)].keep = node;
    for (jit::Block* inner : node->blocks()) collect_marks(*inner, marks);
  }
}

/// Which layers' maps a value is made of.
class Sources {
 public:
  void add(const Marked& mark, std::size_t layer) {
    const jit::Value* value = mark.value();
    for (const jit::Value* output : value->node()->outputs()) producers_[output] = layer;
    producers_[value] = layer;
  }

  std::vector<std::size_t> of(at::ArrayRef<jit::Value*> values) {
    found_.clear();
    seen_.clear();
    for (const jit::Value* value : values) visit(value);
    return {found_.begin(), found_.end()};
  }

 private:
  void visit(const jit::Value* value) {
    if (!seen_.insert(value).second) return;
    if (const auto made = producers_.find(value); made != producers_.end()) {
      found_.insert(made->second);
      return;
    }
    const jit::Node* node = value->node();
    if (node->kind() == c10::prim::Param) return visit_parameter(value);
    for (const jit::Value* input : node->inputs()) visit(input);
    for (const jit::Block* block : node->blocks()) {
      for (const jit::Value* output : block->outputs()) visit(output);
    }
  }

  /// What a block is given comes from around it; what the graph is given is the model's input.
  void visit_parameter(const jit::Value* value) {
    const jit::Node* around = value->node()->owningBlock()->owningNode();
    if (around != nullptr) {
      for (const jit::Value* input : around->inputs()) visit(input);
    } else if (!value->type()->cast<c10::ClassType>()) {
      found_.insert(kModelInput);
    }
  }

  std::map<const jit::Value*, std::size_t> producers_;
  std::set<const jit::Value*> seen_;
  std::set<std::size_t> found_;
};

std::string operator_name(const jit::Node& node) { return node.kind().toUnqualString(); }

const jit::Node* last_known(const jit::Node& node) {
  const jit::Node* found =
      node.kind().is_aten() && find_operator(operator_name(node)) ? &node : nullptr;
  for (const jit::Block* block : node.blocks()) {
    for (const jit::Node* inner : block->nodes()) {
      if (const jit::Node* known = last_known(*inner)) found = known;
    }
  }
  return found;
}

/// The operator that says what a layer does: the one that gives its value, or the last known one.
const jit::Node* main_operator(const Marked& mark) {
  const jit::Node* found = mark.value()->node();
  if (found->kind().is_aten()) return found;
  found = nullptr;
  for (const jit::Node* node = mark.enter->next(); node != mark.keep; node = node->next()) {
    if (node->kind() == c10::prim::Return) break;
    if (const jit::Node* known = last_known(*node)) found = known;
  }
  return found;
}

std::optional<c10::IValue> constant(const jit::Value* value) {
  if (value->node()->kind() == c10::prim::unchecked_cast) return constant(value->node()->input());
  if (auto known = jit::toIValue(value)) return *known;
  if (value->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  c10::List<std::int64_t> numbers;
  for (const jit::Value* item : value->node()->inputs()) {
    const auto number = jit::toIValue(item);
    if (!number || !number->isInt()) return std::nullopt;
    numbers.push_back(number->toInt());
  }
  return c10::IValue(numbers);
}

std::optional<ModelParameter::Value> parameter_value(const c10::IValue& value) {
  if (value.isBool()) return value.toBool();
  if (value.isInt()) return value.toInt();
  if (value.isDouble()) return value.toDouble();
  if (value.isString()) return std::string(value.toStringRef());
  if (value.isIntList()) return value.toIntVector();
  return std::nullopt;
}

/// Arguments that say nothing of the layer: how it is computed, and what evaluation leaves unused.
bool is_silent(std::string_view name) {
  static const std::set<std::string_view> kSilent{
      "transposed", "cudnn_enabled", "cudnn_enable", "benchmark",      "deterministic",
      "allow_tf32", "training",      "train",        "output_padding", "dtype",
      "inplace",    "alpha",         "memory_format"};
  return kSilent.contains(name);
}

/// The tensor of the model's that a value is, undefined for another.
at::Tensor weight_of(const jit::Value* value, const jit::Module& model) {
  const auto path = attribute_path(value);
  if (!path || path->empty()) return {};
  c10::IValue found = model._ivalue();
  for (std::string_view rest = *path; !rest.empty();) {
    const std::string name(rest.substr(0, rest.find('.')));
    found = found.toObjectRef().getAttr(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return found.isTensor() ? found.toTensor() : at::Tensor();
}

/// The operator's arguments by name, and what the shapes of its weights say.
class Arguments {
 public:
  Arguments(const jit::Node& node, const jit::Module& model) : node_(node), model_(model) {
    const auto& arguments = node.schema().arguments();
    for (std::size_t i = 0; i < arguments.size() && i < node.inputs().size(); ++i) {
      values_[arguments[i].name()] = node.input(i);
      order_.push_back(arguments[i].name());
    }
  }

  std::vector<ModelParameter> parameters() const {
    std::vector<ModelParameter> found = from_weights();
    for (const std::string& name : order_) {
      const auto known = is_silent(name) ? std::nullopt : constant(values_.at(name));
      const auto value = known ? parameter_value(*known) : std::nullopt;
      if (value && !is_empty(*value)) found.push_back({name, *value});
    }
    return found;
  }

 private:
  static bool is_empty(const ModelParameter::Value& value) {
    const auto* const list = std::get_if<std::vector<std::int64_t>>(&value);
    return list != nullptr && list->empty();
  }

  at::Tensor tensor(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? at::Tensor() : weight_of(found->second, model_);
  }

  std::vector<ModelParameter> from_weights() const {
    const at::Tensor weight = tensor("weight"), mean = tensor("running_mean");
    if (mean.defined()) return {{"num_features", mean.size(0)}};
    if (!weight.defined() || weight.dim() < 2) return {};
    const auto sizes = weight.sizes().vec();
    if (operator_name(node_) == "linear") {
      return {{"in_features", sizes[1]}, {"out_features", sizes[0]}};
    }
    const auto groups = values_.find("groups");
    if (groups == values_.end()) return {};
    const auto number = constant(groups->second);
    return {{"in_channels", sizes[1] * (number ? number->toInt() : 1)},
            {"out_channels", sizes[0]},
            {"kernel_size", std::vector<std::int64_t>(sizes.begin() + 2, sizes.end())}};
  }

  const jit::Node& node_;
  const jit::Module& model_;
  std::map<std::string, jit::Value*> values_;
  std::vector<std::string> order_;
};

const ModelParameter* find_value(const ModelLayer& layer, std::string_view name) {
  const auto found = std::ranges::find(layer.parameters, name, &ModelParameter::name);
  return found == layer.parameters.end() ? nullptr : &*found;
}

/// A parameter of one or two axes as rows and columns, nothing for any other.
std::optional<Pair> pair_of(const ModelLayer& layer, std::string_view name, std::int64_t rows) {
  const ModelParameter* parameter = find_value(layer, name);
  if (!parameter) return std::nullopt;
  const auto* const list = std::get_if<std::vector<std::int64_t>>(&parameter->value);
  if (!list || list->size() > 2) return std::nullopt;
  return list->size() == 2 ? Pair{(*list)[0], (*list)[1]} : Pair{rows, list->front()};
}

LayerReach window_of(const ModelLayer& layer) {
  const auto kernel = pair_of(layer, "kernel_size", 1);
  if (!kernel) return {};
  LayerReach reach{.kind = LayerReach::Kind::window, .kernel_size = *kernel};
  reach.stride = pair_of(layer, "stride", 1).value_or(*kernel);
  reach.padding = pair_of(layer, "padding", 0).value_or(Pair{0, 0});
  reach.dilation = pair_of(layer, "dilation", 1).value_or(Pair{1, 1});
  const ModelParameter* const padding = find_value(layer, "padding");
  return padding && std::holds_alternative<std::string>(padding->value) ? LayerReach{} : reach;
}

/// Our own layer with the same parameters.
std::optional<Layer> own_layer(const ModelLayer& layer, std::string_view kind_name) {
  const LayerKind* const kind = find_kind(kind_name);
  std::vector<ModelParameter> shared;
  for (const ModelParameter& parameter : layer.parameters) {
    if (find_parameter(*kind, parameter.name)) shared.push_back(parameter);
  }
  auto parsed = parse_layer(fmt::format("{}({})", kind_name, parameters_text(shared)));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

void describe_operator(ModelLayer& layer, const jit::Node& node, const jit::Module& model) {
  layer.parameters = Arguments(node, model).parameters();
  const std::string name = operator_name(node);
  const OperatorTraits* const traits = find_operator(name);
  if (!traits) return;
  layer.reach.kind = traits->reach;
  const auto transposed =
      node.hasNamedInput("transposed") ? constant(node.namedInput("transposed")) : std::nullopt;
  if (transposed && transposed->isBool() && transposed->toBool()) {
    layer.reach = {};
    return;
  }
  if (traits->reach == LayerReach::Kind::window) layer.reach = window_of(layer);
  if (!traits->pool.empty()) layer.layer = own_layer(layer, traits->pool);
  const bool strided = layer.reach.stride != Pair{1, 1};
  layer.is_pooling =
      !traits->pool.empty() || (traits->reach == LayerReach::Kind::window && strided);
}

/// How many numbers each module and all that lies in it learns.
std::map<std::string, std::int64_t> parameter_counts(const jit::Module& model) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& module : model.named_modules()) {
    std::int64_t& count = counts[module.name];
    for (const at::Tensor& tensor : module.value.parameters()) count += tensor.numel();
  }
  return counts;
}

/// Whether tracing wrote down that the operator trains, which evaluation cannot change any more.
bool trains(const jit::Node& node) {
  for (const char* name : {"training", "train"}) {
    const auto flag = node.hasNamedInput(name) ? constant(node.namedInput(name)) : std::nullopt;
    if (flag && flag->isBool() && flag->toBool()) return true;
  }
  return false;
}

std::string training_note(const std::vector<std::string>& layers) {
  return fmt::format(
      "traced in training mode: {} {} as in training, so that answers may differ from run to run; "
      "trace it again after model.eval()",
      fmt::join(layers, ", "), layers.size() == 1 ? "works" : "work");
}

}  // namespace

void describe(ScriptGraph& script, const jit::Module& model) {
  std::vector<Marked> marks(script.layers.size());
  collect_marks(*script.graph->block(), marks);
  Sources sources;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].keep && !script.layers[i].is_container) sources.add(marks[i], i);
  }
  auto counts = parameter_counts(model);
  std::vector<std::string> training;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    ModelLayer& layer = script.layers[i];
    if (layer.is_module) layer.parameter_count = counts[layer.name];
    layer.is_pooling = is_pool_name(layer.kind);
    if (!marks[i].keep) continue;  // A branch that never runs.
    layer.inputs =
        layer.is_container ? sources.of({marks[i].value()}) : sources.of(marks[i].enter->inputs());
    const jit::Node* const node = layer.is_container ? nullptr : main_operator(marks[i]);
    if (!node || !node->maybeSchema()) continue;
    describe_operator(layer, *node, model);
    if (trains(*node)) training.push_back(layer.name);
  }
  if (!training.empty()) script.notes.push_back(training_note(training));
}

}  // namespace poolscope::libtorch
