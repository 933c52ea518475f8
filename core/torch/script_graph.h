#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/csrc/jit/api/module.h>

#include "core/models/model.h"
#include "core/torch/libtorch.h"

namespace poolscope::libtorch {

/// Where a layer is called: the place of the call in the root's forward, then in what that calls,
/// and so on, each counted over the nodes of that function as it was saved, blocks included.
using CallPath = std::vector<std::size_t>;

/// Another pool at a call.
struct CallSwap {
  CallPath call;
  Layer replacement;
};

/// A model's forward as one graph.
struct ScriptGraph {
  std::shared_ptr<torch::jit::Graph> graph;
  std::vector<ModelLayer> layers;  ///< Names, kinds and the tree; the rest is describe()'s.
  std::vector<CallPath> calls;     ///< Of each layer.
  std::vector<std::string> notes;
};

/// Every call inlined, and markers of Capture's around every layer; no number changes by it.
Result<ScriptGraph> captured_graph(const torch::jit::Module& model);
/// The same with pools swapped; its markers count the layers by `calls`, the unchanged model's.
/// Errors: a swap of a call that does not have one map in and one out.
Result<std::shared_ptr<torch::jit::Graph>> captured_graph(const torch::jit::Module& model,
                                                          const std::vector<CallSwap>& swaps,
                                                          const std::vector<CallPath>& calls);

/// The forward with those calls swapped and nothing else changed: only the calls that lead to them
/// are inlined, and no markers are set, so that it can be saved. Errors: also a pool that
/// TorchScript has no operators for.
Result<std::shared_ptr<torch::jit::Graph>> swapped_graph(const torch::jit::Module& model,
                                                         const std::vector<CallSwap>& swaps);

/// Fills in what the graph and the model's weights tell of the layers: parameters, reach, our own
/// layer, inputs.
void describe(ScriptGraph& script, const torch::jit::Module& model);

/// The attributes that lead from the model to a value: `layer1.0`; empty for the model itself,
/// nothing for a value that comes from elsewhere.
std::optional<std::string> attribute_path(const torch::jit::Value* value);

}  // namespace poolscope::libtorch
