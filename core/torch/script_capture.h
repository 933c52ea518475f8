#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include "core/models/model.h"
#include "core/torch/libtorch.h"

namespace poolscope::libtorch {

/// A tensor of any shape as a map; its values only where `with_values`. Errors: memory, shapes that
/// arrays may not have.
Result<ModelMap> map_of(const at::Tensor& tensor, bool with_values);

/// The first tensor in a value: itself, or that of a tuple, list or dictionary; undefined if none.
at::Tensor first_tensor(const c10::IValue& value);

/// What runs of a model leave behind, layer by layer. The graph carries two operators of its own:
/// `poolscope::enter` before a layer, with what the layer reads, and `poolscope::keep` after it,
/// with what it gives; keep copies the value at once, so that no operator that works in place can
/// spoil it later. Both find the run of their own thread, and do nothing without one.
class Capture {
 public:
  Capture(const ModelRequest& request, std::size_t layers);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void enter(std::size_t layer);
  void keep(std::size_t layer, const c10::IValue& value);

  /// The innermost layer that was running when the run ended; kModelInput where none was.
  std::size_t innermost() const { return open_.empty() ? kModelInput : open_.back(); }
  /// The fault that ended the run, where it is one of ours.
  const std::optional<Error>& fault() const { return fault_; }
  std::vector<ModelMap> take_maps() { return std::move(maps_); }

 private:
  [[noreturn]] void stop(Error error);
  bool is_wanted(std::size_t layer, const at::Tensor& value);

  const ModelRequest& request_;
  std::vector<ModelMap> maps_;
  std::vector<std::int64_t> bytes_;  ///< Of each map, where it is not another's.
  std::vector<char> wanted_;
  std::vector<std::size_t> open_;
  std::int64_t kept_bytes_ = 0;
  /// What was kept last: a container gives what its last layer gave, so both share one map.
  struct Last {
    at::Tensor tensor = {};
    std::int64_t version = 0;
    std::size_t layer = 0;
  } last_ = {};
  std::optional<Error> fault_;
};

/// Markers for a graph; where they go is the caller's choice. Their inputs follow every change of
/// the graph, so that they also tell later which values a layer reads and gives.
torch::jit::Node* enter_marker(torch::jit::Graph& graph, std::size_t layer,
                               at::ArrayRef<torch::jit::Value*> reads);
torch::jit::Node* keep_marker(torch::jit::Graph& graph, std::size_t layer,
                              torch::jit::Value* value);
bool is_enter(const torch::jit::Node& node);
bool is_keep(const torch::jit::Node& node);
std::size_t marked_layer(const torch::jit::Node& node);

/// A pool of Poolscope's own, which its engine computes in the middle of a model's run.
torch::jit::Node* own_pool(torch::jit::Graph& graph, torch::jit::Value* input, const Layer& layer);

}  // namespace poolscope::libtorch
