#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/tensor.h"
#include "core/pooling/pipeline.h"

namespace poolscope {

/// The frameworks that code can be written for.
enum class CodeFramework { pytorch, keras, onnx };

/// `pytorch`, `keras`, `onnx`, in the order of the enum; and for people.
std::vector<std::string_view> code_framework_names();
std::string_view code_framework_title(CodeFramework framework);
/// Errors: another name, with those there are.
Result<CodeFramework> code_framework_named(std::string_view name);
/// The framework whose layers the pipeline is made of; PyTorch where they are of several.
CodeFramework suited_framework(const Pipeline& pipeline);

/// Inputs up to so many values are written into the code itself.
inline constexpr std::int64_t kMaxWrittenValues = 4096;

struct CodeRequest {
  Pipeline pipeline;
  Tensor input;  ///< What the pipeline reads, N,C,H,W.
  ArrayForm form;
  std::string name;  ///< Of the input, for a comment.
  /// The .npy of the input, N,C,H,W, relative to the script; read where the input is not written.
  std::string file;
};

/// Whether the code reads the file.
inline bool reads_file(const CodeRequest& request) {
  return request.input.shape().elements() > kMaxWrittenValues;
}

/// A Python script that runs the pipeline on the input and prints the output's shape and its
/// numbers, as Poolscope shows them. What the framework has no layer for is written out, with a
/// comment that says so. Errors: a layer that cannot run, or that the framework cannot say, by its
/// number.
Result<std::string> exported_code(const CodeRequest& request, CodeFramework framework);

/// What a pipeline reads, without its values.
struct CodeShape {
  Shape shape;
  ArrayForm form;
};

/// The lines that make and call the layers alone, to be shown.
Result<std::string> layer_code(const Pipeline& pipeline, const CodeShape& input,
                               CodeFramework framework);

}  // namespace poolscope
