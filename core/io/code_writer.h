#pragma once

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/io/code_export.h"
#include "core/pooling/axis_windows.h"

/// What the writers of the frameworks (code_pytorch.cpp, code_keras.cpp, code_onnx.cpp) share.
namespace poolscope {

/// One layer to be written: the stage it gives, and the one before.
struct CodeStage {
  const Layer& layer;
  const StagePlan& before;
  const StagePlan& plan;
  std::size_t index;  ///< Of the stage in the plan.
  bool winners_read;  ///< A later unpooling asks for its winners.
};

/// Lines of Python.
class CodeLines {
 public:
  template <class... Parts>
  void line(fmt::format_string<Parts...> text, Parts&&... parts) {
    text_ += fmt::format(text, std::forward<Parts>(parts)...);
    text_ += '\n';
  }
  void raw(std::string_view text) { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Windows that slide evenly on both axes, as padding, kernel, stride and dilation. Negative
/// padding crops: the windows of that many cells are not there.
struct SlidingCode {
  EvenAxis rows, cols;
  std::int64_t top, left, bottom, right;

  bool padded() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
  bool dilated() const { return rows.step != 1 || cols.step != 1; }
  std::int64_t taps() const { return rows.count * cols.count; }
  std::string kernel() const { return fmt::format("({}, {})", rows.count, cols.count); }
  std::string stride() const { return fmt::format("({}, {})", rows.stride, cols.stride); }
  std::string dilation() const { return fmt::format("({}, {})", rows.step, cols.step); }
  /// `(top, left, bottom, right)`.
  std::string pads() const { return fmt::format("({}, {}, {}, {})", top, left, bottom, right); }
};
/// Errors: windows of different sizes or steps.
Result<SlidingCode> sliding_code(const PlaneWindows& windows, const Shape& input);

/// Whether the pool is one window over the whole plane.
bool is_global(const LoweredPool& pool, const Shape& input);

/// The kernels of a convolution as a list, and their shape: output channels, channels that each
/// reads, rows, columns.
std::string kernel_shape(const Convolution& convolution);

/// How the mean of a pool counts its divisor.
enum class MeanDivisor {
  taps,      ///< Every window counts all its taps.
  inside,    ///< Those inside the input.
  padded,    ///< Also the padding, but not the overhang of ceil_mode.
  override,  ///< A number of its own.
};
MeanDivisor divisor_of(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code);

/// A number as Python reads it back to the same one: `-0.0`, `np.inf`; a float in few digits.
std::string python_number(double value);
std::string python_number(float value);
/// `[1, 2, 3]`.
template <class Numbers>
std::string python_list(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers) {
    if (!text.empty()) text += ", ";
    if constexpr (std::is_integral_v<decltype(number)>) {
      text += fmt::format("{}", number);
    } else {
      text += python_number(number);
    }
  }
  return fmt::format("[{}]", text);
}
/// `(1, 3, 4, 4)`; `(3,)`.
std::string python_tuple(std::span<const std::int64_t> numbers);

/// The axes of an array as it is kept: those of NHWC where channels come last.
std::string stored_shape(const Shape& shape, const ArrayForm& form);
bool channels_last(const ArrayForm& form);
/// Whether a layer reads the array of the stage before in other axes than it has.
bool reads_other_axes(const CodeStage& stage);

/// Writes pools that run one after the other: `write_pool(stage, pool, input, lines)` each.
template <class WritePool>
Result<void> write_chain(const CodeStage& stage, const PoolChain& chain, WritePool write_pool,
                         CodeLines& lines) {
  Shape input = stage.plan.input_shape;
  for (const LoweredPool& pool : chain.pools) {
    if (auto written = write_pool(stage, pool, input, lines); !written) return written;
    input = pool.output_shape(input);
  }
  return {};
}

/// What a framework's writer gives: the script around the layers, and the layers.
struct CodeWriter {
  /// `layers`: the lines of the layers, so that only what they use is put before them.
  std::string (*head)(const CodeRequest& request, std::string_view layers);
  Result<void> (*layer)(const CodeStage& stage, CodeLines& lines);
  std::string (*tail)(const PipelinePlan& plan);
};
extern const CodeWriter kPytorchWriter, kKerasWriter, kOnnxWriter;

/// The lines that make `name` the input as a numpy array, N,C,H,W.
std::string input_lines(const CodeRequest& request, std::string_view name);
/// The docstring on top of a script.
std::string title_lines(const CodeRequest& request, std::string_view needs);

/// `MedianPool2d: Keras has no such layer; ...`.
tl::unexpected<Error> no_such_layer(const CodeStage& stage, std::string_view framework);

}  // namespace poolscope
