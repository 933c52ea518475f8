#pragma once

#include "core/base/result.h"
#include "core/io/bytes.h"

namespace poolscope {

/// Looks into a model's file before LibTorch does, because loading alone already runs code that the
/// file brings (`__setstate__`). Errors: empty, no TorchScript (a state_dict or a pickled module:
/// with the line of Python that exports one), truncated, damaged, too large, or with code that
/// touches files.
/// Source: caffe2/serialize/inline_container.h and torch/csrc/jit/docs/serialization.md.
Result<void> check_script_archive(Bytes bytes);

}  // namespace poolscope
