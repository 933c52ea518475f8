#include "core/torch/script_swap.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/jit.h>

#include "core/models/pool_script.h"
#include "core/torch/script_capture.h"

namespace poolscope::libtorch {

namespace jit = torch::jit;

Result<jit::Value*> inserted_pool(jit::Node& place, jit::Value* input, const Layer& layer,
                                  bool with_own) {
  jit::Graph& graph = *place.owningGraph();
  const auto script = pool_script(layer);
  if (!script) {
    if (!with_own) return tl::unexpected(script.error());
    jit::Node* const own = own_pool(graph, input, layer);
    own->insertBefore(&place);
    return own->output();
  }
  return guarded([&]() -> Result<jit::Value*> {
    const auto unit =
        jit::compile(fmt::format("def pool(x: Tensor) -> Tensor:\n  return {}\n", *script));
    const jit::WithInsertPoint guard(&place);
    const auto pool = jit::toGraphFunction(unit->get_function("pool")).graph();
    return jit::insertGraph(graph, *pool, {input}).at(0);
  });
}

}  // namespace poolscope::libtorch
