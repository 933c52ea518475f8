#include "core/torch/script_graph.h"

#include <algorithm>
#include <set>

#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>

#include "core/torch/script_capture.h"
#include "core/torch/script_swap.h"

namespace poolscope::libtorch {
namespace {

namespace jit = torch::jit;

/// The function whose nodes are being gone through.
struct Scope {
  std::string path;     ///< Of the module it belongs to.
  CallPath call;        ///< Of the function itself; empty for the model's forward.
  int depth = 0;        ///< Of the layers that it calls.
  bool inside = false;  ///< Of a layer that stands for all that happens in it.
};

constexpr std::string_view kModules = "__torch__.torch.nn.modules.";
constexpr std::string_view kFunctions = "__torch__.torch.nn.functional.";

/// A node, and after it those of its blocks.
void collect(jit::Node* node, std::vector<jit::Node*>& nodes) {
  nodes.push_back(node);
  for (jit::Block* block : node->blocks()) {
    for (jit::Node* inner : block->nodes()) collect(inner, nodes);
  }
}

bool is_tensor(const jit::Value* value) {
  return value->type()->isSubtypeOf(*c10::TensorType::get());
}

/// A tensor, or what may hold some.
bool holds_tensor(const c10::TypePtr& type) {
  if (type->isSubtypeOf(*c10::TensorType::get())) return true;
  if (type->cast<c10::ClassType>()) return false;
  return std::ranges::any_of(type->containedTypes(), holds_tensor);
}

/// Whether a value is a size that tracing wrote down as a tensor.
bool is_size(const jit::Value* value) {
  const jit::Node* node = value->node();
  if (node->kind() == c10::prim::NumToTensor || node->kind() == c10::prim::Constant) return true;
  static const std::set<std::string> kArithmetic{"add", "sub", "mul", "div", "floor_divide"};
  if (!node->kind().is_aten() || !kArithmetic.contains(node->kind().toUnqualString())) return false;
  return std::ranges::all_of(
      node->inputs(), [](const jit::Value* input) { return !is_tensor(input) || is_size(input); });
}

/// What a call reads that is neither a weight nor a size.
std::vector<jit::Value*> data_inputs(jit::Node& node) {
  std::vector<jit::Value*> found;
  for (jit::Value* input : node.inputs()) {
    const auto kind = input->node()->kind();
    const bool weight = kind == c10::prim::GetAttr || kind == c10::prim::Constant;
    if (!weight && holds_tensor(input->type()) && !is_size(input)) found.push_back(input);
  }
  return found;
}

/// An operator outside of all layers that makes a map of a map.
bool makes_map(jit::Node& node) {
  if (node.kind().is_prim() || is_enter(node) || is_keep(node) || node.outputs().empty()) {
    return false;
  }
  // Not what is done to a list of maps.
  const bool listed =
      !is_tensor(node.output(0)) && !node.inputs().empty() && !is_tensor(node.input(0));
  return !listed && holds_tensor(node.output(0)->type()) && !data_inputs(node).empty();
}

/// `add` of `add_`, `max_pool2d` of `_max_pool2d`.
std::string plain_name(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  if (name.starts_with('_') && name != "_convolution") name.remove_prefix(1);
  return std::string(name);
}

/// Module classes of PyTorch's own without modules inside: their operators are theirs to know.
bool is_leaf(const c10::ClassType& type) {
  if (!type.name() || !type.name()->qualifiedName().starts_with(kModules)) return false;
  return std::ranges::none_of(
      type.getAttributes(), [](const auto& attribute) { return attribute.getType()->is_module(); });
}

/// Turns the calls of a forward into what they do, one after the other.
class Inliner {
 public:
  Inliner(const jit::Module& model, const std::vector<CallSwap>& swaps,
          const std::vector<CallPath>* known, bool capture)
      : swaps_(swaps), known_(known), capture_(capture) {
    script_.graph = jit::toGraphFunction(model.get_method("forward").function()).graph()->copy();
    for (const auto& module : model.named_modules()) modules_.insert(module.name);
    names_ = modules_;
    names_.insert("output");
  }

  Result<ScriptGraph> inlined() {
    std::vector<jit::Node*> nodes;
    for (jit::Node* node : script_.graph->nodes()) collect(node, nodes);
    walk(nodes, {});
    if (fault_) return tl::unexpected(*fault_);
    return std::move(script_);
  }

 private:
  struct Call {
    jit::Node* node;
    CallPath path;
    jit::GraphFunction* function = nullptr;  ///< None for an operator.
  };

  void walk(const std::vector<jit::Node*>& nodes, const Scope& scope) {
    for (std::size_t i = 0; i < nodes.size() && !fault_; ++i) {
      Call call{nodes[i], scope.call};
      call.path.push_back(i);
      call.function = jit::tryToGraphFunction(nodes[i]);
      if (call.function) {
        visit_call(call, scope);
      } else if (!scope.inside) {
        visit_node(call, scope);
      }
    }
  }

  void visit_call(const Call& call, const Scope& scope) {
    Scope inner{scope.path, call.path, scope.depth, scope.inside};
    const auto layer = layer_of(call, inner);
    if (!layer || scope.inside) {
      if (is_opened(call)) walk(inline_call(call, {}), inner);
      return;
    }
    inner.depth = scope.depth + 1;
    const std::size_t index = begin_layer(call, scope, *layer);
    if (replaced(call, index) || !is_opened(call)) return;
    walk(inline_call(call, index), inner);
    if (!known_) script_.layers[index].is_container = script_.layers.size() > index + 1;
  }

  void visit_node(const Call& call, const Scope& scope) {
    const auto kind = call.node->kind();
    if (kind == c10::prim::fork || kind == c10::prim::CallMethod) {
      script_.notes.push_back(
          fmt::format("{} has a part that is chosen or started as it runs; it is not shown",
                      scope.path.empty() ? "the model" : scope.path));
    } else if (makes_map(*call.node)) {
      const std::string name = kind.toUnqualString();
      const std::size_t index =
          begin_layer(call, scope, {.name = numbered(scope.path, plain_name(name)), .kind = name});
      if (replaced(call, index) || !capture_) return;
      keep_marker(*script_.graph, index, call.node->output(0))->insertAfter(call.node);
    }
  }

  /// The layer that a call is, if it is one, and where the function's own calls are then.
  std::optional<ModelLayer> layer_of(const Call& call, Scope& inner) {
    if (call.node->kind() == c10::prim::CallFunction) {
      if (!call.function->qualname().qualifiedName().starts_with(kFunctions)) return std::nullopt;
      if (inner.inside || !holds_tensor(call.node->output()->type())) return std::nullopt;
      inner.inside = true;
      const std::string name = plain_name(call.function->name());
      return ModelLayer{.name = numbered(inner.path, name), .kind = name};
    }
    const auto path = attribute_path(call.node->input(0));
    if (!path || *path == inner.path) return std::nullopt;
    inner.path = *path;
    const auto type = call.node->input(0)->type()->cast<c10::ClassType>();
    if (inner.inside || !call.function->name().starts_with("forward")) return std::nullopt;
    inner.inside = is_leaf(*type);
    return ModelLayer{.name = module_name(*path), .kind = type->name()->name(), .is_module = true};
  }

  /// Notes the layer and where it begins.
  std::size_t begin_layer(const Call& call, const Scope& scope, ModelLayer layer) {
    std::size_t index = script_.layers.size();
    if (known_) {
      // A swapped layer may have held others, so places are counted in the unchanged model.
      index = static_cast<std::size_t>(std::ranges::find(*known_, call.path) - known_->begin());
    } else {
      layer.scope = scope.path;
      layer.depth = scope.depth;
      script_.layers.push_back(std::move(layer));
      script_.calls.push_back(call.path);
    }
    if (capture_) {
      enter_marker(*script_.graph, index, data_inputs(*call.node))->insertBefore(call.node);
    }
    return index;
  }

  /// Whether the call leads to a swap, or everything is to be seen.
  bool is_opened(const Call& call) const {
    return capture_ || std::ranges::any_of(swaps_, [&](const CallSwap& swap) {
             return swap.call.size() > call.path.size() &&
                    std::equal(call.path.begin(), call.path.end(), swap.call.begin());
           });
  }

  /// Puts another pool in the place of the call, where one is asked for.
  bool replaced(const Call& call, std::size_t index) {
    const auto swap = std::ranges::find(swaps_, call.path, &CallSwap::call);
    if (swap == swaps_.end()) return false;
    const auto inputs = data_inputs(*call.node);
    if (inputs.size() != 1 || call.node->outputs().size() != 1 || !is_tensor(call.node->output())) {
      fault_ = {"no other pool can take the place of a layer that does not turn one map into one"};
      return true;
    }
    const auto output = inserted_pool(*call.node, inputs.front(), swap->replacement, capture_);
    if (!output) {
      fault_ = output.error();
      return true;
    }
    if (capture_) keep_marker(*script_.graph, index, *output)->insertBefore(call.node);
    call.node->output()->replaceAllUsesWith(*output);
    call.node->destroy();
    return true;
  }

  /// Puts the nodes of the called function in the place of the call; gives them, blocks included.
  std::vector<jit::Node*> inline_call(const Call& call, std::optional<std::size_t> layer) {
    std::vector<jit::Node*> nodes;
    jit::Node* const before = call.node->prev();
    const std::size_t first = call.node->kind() == c10::prim::CallMethod ? 0 : 1;
    jit::Value* output = nullptr;
    {
      const jit::WithInsertPoint guard(call.node);
      const auto inputs = call.node->inputs().slice(first);
      output = jit::insertGraph(*script_.graph, *call.function->graph(), inputs).at(0);
    }
    for (jit::Node* node = before->next(); node != call.node; node = node->next()) {
      collect(node, nodes);
    }
    if (layer && capture_) keep_marker(*script_.graph, *layer, output)->insertBefore(call.node);
    call.node->output()->replaceAllUsesWith(output);
    call.node->destroy();
    return nodes;
  }

  std::string module_name(const std::string& path) {
    if (called_.insert(path).second) return path;
    return numbered_from(path, 2);
  }
  std::string numbered(const std::string& path, const std::string& name) {
    return numbered_from(path.empty() ? name : path + "." + name, 1);
  }
  /// The first of `name_1`, `name_2`, ... that no other layer has.
  std::string numbered_from(const std::string& name, int number) {
    while (!names_.insert(fmt::format("{}_{}", name, number)).second) ++number;
    return fmt::format("{}_{}", name, number);
  }

  const std::vector<CallSwap>& swaps_;
  const std::vector<CallPath>* known_;  ///< Of the layers of the unchanged model.
  bool capture_;
  ScriptGraph script_;
  std::set<std::string> modules_, names_, called_;
  std::optional<Error> fault_;
};

/// `x is None` of a value whose type has no None: scripts ask so for every stride left out.
void settle_none_checks(jit::Graph& graph) {
  std::vector<jit::Node*> nodes;
  for (jit::Node* node : graph.nodes()) collect(node, nodes);
  for (jit::Node* node : nodes) {
    const bool is_not = node->kind() == c10::aten::__isnot__;
    if (!is_not && node->kind() != c10::aten::__is__) continue;
    const auto may_be_none = [](const jit::Value* value) {
      return c10::NoneType::get()->isSubtypeOf(*value->type());
    };
    if (!node->input(1)->type()->cast<c10::NoneType>() || may_be_none(node->input(0))) continue;
    const jit::WithInsertPoint guard(node);
    node->output()->replaceAllUsesWith(graph.insertConstant(is_not));
  }
}

}  // namespace

std::optional<std::string> attribute_path(const jit::Value* value) {
  std::string path;
  while (value->node()->kind() == c10::prim::GetAttr) {
    const std::string& name = value->node()->s(c10::attr::name);
    path = path.empty() ? name : name + "." + path;
    value = value->node()->input();
  }
  const jit::Graph& graph = *value->owningGraph();
  if (graph.inputs().empty() || value != graph.inputs()[0]) return std::nullopt;
  return path;
}

Result<ScriptGraph> captured_graph(const jit::Module& model) {
  auto script = Inliner(model, {}, nullptr, true).inlined();
  // Branches that constants decide fall away, so that what is left says what runs.
  if (script) {
    settle_none_checks(*script->graph);
    jit::ConstantPropagation(script->graph);
  }
  return script;
}

Result<std::shared_ptr<jit::Graph>> captured_graph(const jit::Module& model,
                                                   const std::vector<CallSwap>& swaps,
                                                   const std::vector<CallPath>& calls) {
  return Inliner(model, swaps, &calls, true).inlined().map([](ScriptGraph script) {
    return script.graph;
  });
}

Result<std::shared_ptr<jit::Graph>> swapped_graph(const jit::Module& model,
                                                  const std::vector<CallSwap>& swaps) {
  return Inliner(model, swaps, nullptr, false).inlined().map([](ScriptGraph script) {
    return script.graph;
  });
}

}  // namespace poolscope::libtorch
