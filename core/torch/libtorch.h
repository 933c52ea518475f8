#pragma once

// The room's one list of LibTorch's headers: operators one by one, which compile in half the time.
#include <type_traits>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool1d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/fractional_max_pool2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/max_pool1d_with_indices.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/max_unpool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/square.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include "core/base/result.h"
#include "core/base/tensor.h"

namespace poolscope::libtorch {

/// An array as LibTorch sees it, N,C,H,W on the CPU. A view: `array` outlives it, nobody writes.
template <class T>
at::Tensor view_of(const Array<T>& array);

/// A copy of LibTorch's tensor of four axes. Errors: memory.
template <class T>
Result<Array<T>> array_of(const at::Tensor& tensor);

/// `LibTorch: ` and the first line of what a library's exception says.
Error error_of(const std::exception& exception);

/// What `work` gives; an exception of LibTorch becomes an error, as none may leave the room.
template <class Work>
std::invoke_result_t<Work> guarded(const Work& work) {
  try {
    return work();
  } catch (const std::exception& exception) {
    return tl::unexpected(error_of(exception));
  }
}

}  // namespace poolscope::libtorch
