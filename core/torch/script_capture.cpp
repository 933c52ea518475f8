#include "core/torch/script_capture.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include "core/engines/engine_list.h"
#include "core/pooling/layer_text.h"

namespace poolscope::libtorch {
namespace {

namespace jit = torch::jit;

const auto kEnter = jit::Symbol::fromQualString("poolscope::enter");
const auto kKeep = jit::Symbol::fromQualString("poolscope::keep");
const auto kPool = jit::Symbol::fromQualString("poolscope::pool");
const auto kLayer = jit::Symbol::attr("layer");

/// The run of this thread. Runs do not nest, but a pool of our own may come in between.
thread_local Capture* running = nullptr;

jit::Operation enter_operation(const jit::Node* node) {
  return [layer = marked_layer(*node), reads = node->inputs().size()](jit::Stack& stack) {
    jit::drop(stack, reads);
    if (running) running->enter(layer);
  };
}

jit::Operation keep_operation(const jit::Node* node) {
  return [layer = marked_layer(*node)](jit::Stack& stack) {
    const c10::IValue value = jit::pop(stack);
    if (running) running->keep(layer, value);
  };
}

Result<Tensor> pooled(const Layer& layer, const ModelMap& input) {
  const auto engine = find_engine("auto");
  if (!engine) return tl::unexpected(engine.error());
  const int rank = static_cast<int>(input.axes.size());
  if (rank != 3 && rank != 4) {
    return failure(fmt::format("{} reads maps of 3 or 4 axes, not {}", layer.kind->name, rank));
  }
  Tensor planes = input.values;
  if (rank == 3) {
    auto shaped =
        Tensor::copy_of({1, input.axes[0], input.axes[1], input.axes[2]}, input.values.values());
    if (!shaped) return shaped;
    planes = std::move(*shaped);
  }
  const Trace trace = run_pipeline(**engine, {{layer}}, planes, {4, DataFormat::unspecified}, {});
  if (trace.error) return tl::unexpected(*trace.error);
  return trace.stages.back().values;
}

/// An exception, as the interpreter around it passes nothing else on.
template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

jit::Operation pool_operation(const jit::Node* node) {
  return [layer = or_throw(parse_layer(node->s(kLayer)))](jit::Stack& stack) {
    const at::Tensor input = jit::pop(stack).toTensor();
    const Tensor output = or_throw(pooled(layer, or_throw(map_of(input, true))));
    at::Tensor copy = view_of(output).clone();
    jit::push(stack, input.dim() == 3 ? copy.squeeze(0) : copy);
  };
}

// With any number of arguments: of others the interpreter makes one operation for all nodes.
const jit::RegisterOperators kOperators({
    jit::Operator("poolscope::enter(...) -> ()", enter_operation,
                  c10::AliasAnalysisKind::CONSERVATIVE),
    jit::Operator("poolscope::keep(...) -> ()", keep_operation,
                  c10::AliasAnalysisKind::CONSERVATIVE),
    jit::Operator("poolscope::pool(...) -> Tensor", pool_operation,
                  c10::AliasAnalysisKind::CONSERVATIVE),
});

}  // namespace

Result<ModelMap> map_of(const at::Tensor& tensor, bool with_values) {
  ModelMap map{.values = {}, .axes = tensor.sizes().vec(), .ran = true};
  map.type = c10::toString(tensor.scalar_type());
  const auto shape = map_shape(map.axes);
  if (!shape) return tl::unexpected(shape.error());
  if (!with_values) return map;
  auto values = Buffer<float>::allocate(shape->elements());
  if (!values) return tl::unexpected(values.error());
  // One pass, converted where needed, straight into the array.
  at::from_blob(values->data(), tensor.sizes()).copy_(tensor);
  map.values = Tensor(*shape, std::move(*values));
  return map;
}

at::Tensor first_tensor(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor();
  std::vector<c10::IValue> parts;
  if (value.isTuple()) parts = value.toTupleRef().elements().vec();
  if (value.isList()) parts = value.toListRef().vec();
  if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) parts.push_back(entry.value());
  }
  for (const c10::IValue& part : parts) {
    if (at::Tensor found = first_tensor(part); found.defined()) return found;
  }
  return {};
}

Capture::Capture(const ModelRequest& request, std::size_t layers)
    : request_(request), maps_(layers), bytes_(layers), wanted_(layers, request.wanted.empty()) {
  for (const std::size_t layer : request.wanted) wanted_.at(layer) = true;
  running = this;
}

Capture::~Capture() { running = nullptr; }

void Capture::enter(std::size_t layer) {
  if (request_.cancelled && request_.cancelled->load(std::memory_order_relaxed)) {
    stop({"cancelled"});
  }
  open_.push_back(layer);
}

bool Capture::is_wanted(std::size_t layer, const at::Tensor& value) {
  kept_bytes_ -= std::exchange(bytes_[layer], 0);
  if (!wanted_[layer]) return false;
  const std::int64_t bytes = value.numel() * static_cast<std::int64_t>(sizeof(float));
  if (bytes > request_.budget - kept_bytes_) return false;
  kept_bytes_ += bytes_[layer] = bytes;
  return true;
}

void Capture::keep(std::size_t layer, const c10::IValue& value) {
  while (!open_.empty() && open_.back() != layer) open_.pop_back();
  if (const at::Tensor tensor = first_tensor(value); tensor.defined()) {
    const bool same = tensor.is_same(last_.tensor) && tensor._version() == last_.version;
    if (!same || maps_[last_.layer].values.empty()) {
      auto map = map_of(tensor, is_wanted(layer, tensor));
      if (!map) stop(map.error());
      maps_[layer] = std::move(*map);
    } else {
      maps_[layer] = maps_[last_.layer];
    }
    last_ = {tensor, tensor._version(), layer};
  }
  if (!open_.empty()) open_.pop_back();
}

void Capture::stop(Error error) {
  fault_ = std::move(error);
  throw std::runtime_error(fault_->message);
}

jit::Node* enter_marker(jit::Graph& graph, std::size_t layer, at::ArrayRef<jit::Value*> reads) {
  return graph.create(kEnter, reads, 0)->i_(kLayer, static_cast<std::int64_t>(layer));
}

jit::Node* keep_marker(jit::Graph& graph, std::size_t layer, jit::Value* value) {
  return graph.create(kKeep, {value}, 0)->i_(kLayer, static_cast<std::int64_t>(layer));
}

bool is_enter(const jit::Node& node) { return node.kind() == kEnter; }
bool is_keep(const jit::Node& node) { return node.kind() == kKeep; }

std::size_t marked_layer(const jit::Node& node) { return static_cast<std::size_t>(node.i(kLayer)); }

jit::Node* own_pool(jit::Graph& graph, jit::Value* input, const Layer& layer) {
  return graph.create(kPool, {input}, 1)->s_(kLayer, layer_text(layer));
}

}  // namespace poolscope::libtorch
