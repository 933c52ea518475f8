#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include "core/pooling/layer.h"
#include "core/torch/libtorch.h"

namespace poolscope::libtorch {

/// A pool's nodes before `place`, reading `input`; gives its output. PyTorch's own operators where
/// they say the layer; else, where `with_own`, our engine as an operator, which cannot be saved.
/// Errors: a layer without any such form.
Result<torch::jit::Value*> inserted_pool(torch::jit::Node& place, torch::jit::Value* input,
                                         const Layer& layer, bool with_own);

}  // namespace poolscope::libtorch
