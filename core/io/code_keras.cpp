#include "core/io/code_writer.h"
#include "core/pooling/layer_text.h"

/// Keras' pools run on a CPU with channels last only, so that x is N,H,W,C all along.
namespace poolscope {
namespace {

constexpr std::string_view kImports = R"(import tensorflow as tf
from tensorflow.keras import layers


)";

constexpr std::string_view kPad = R"(def pad(x, pads, value):
    """Cells of one value around the rows and columns; negative pads crop."""
    top, left, bottom, right = pads
    rows, cols = x.shape[1], x.shape[2]
    x = x[:, max(0, -top) : rows + min(0, bottom), max(0, -left) : cols + min(0, right)]
    around = [[0, 0], [max(0, top), max(0, bottom)], [max(0, left), max(0, right)], [0, 0]]
    return tf.pad(x, around, constant_values=value)


)";

std::string head(const CodeRequest& request, std::string_view layers) {
  const bool pads = layers.find("pad(x") != std::string_view::npos ||
                    layers.find("pad(tf") != std::string_view::npos;
  return title_lines(request, "Keras (TensorFlow 2)") + std::string(kImports) +
         std::string(pads ? kPad : "") + input_lines(request, "array") +
         "x = tf.transpose(tf.constant(array), (0, 2, 3, 1))  # channels last\n\n";
}

std::string tail(const PipelinePlan& plan) {
  CodeLines lines;
  const StagePlan& last = plan.stages.back();
  const auto axes = array_axes(last.shape, last.form);
  lines.line("");
  lines.line("y = tf.reshape({}, {}).numpy()",
             channels_last(last.form) ? "x" : "tf.transpose(x, (0, 3, 1, 2))", python_tuple(axes));
  lines.line("print(y.shape)");
  lines.line("print(y.tolist() if y.size <= 4096 else y)");
  return lines.text();
}

std::string padded_input(const SlidingCode& code, std::string_view value) {
  return code.padded() ? fmt::format("pad(x, {}, {})", code.pads(), value) : std::string("x");
}

std::string pool_call(std::string_view name, const SlidingCode& code) {
  return fmt::format("layers.{}({}, {}, data_format=\"channels_last\")", name, code.kernel(),
                     code.stride());
}

Result<void> write_mean(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code,
                        CodeLines& lines) {
  const std::string mean = pool_call("AveragePooling2D", code);
  const MeanDivisor divisor = divisor_of(stage, pool, code);
  if (divisor == MeanDivisor::taps) {
    lines.line("x = {}({})", mean, padded_input(code, "0.0"));
    return {};
  }
  if (divisor == MeanDivisor::override) {
    lines.line("# a sum over a divisor of its own, from the mean of all taps");
    lines.line("x = {}({}) * ({} / {})", mean, padded_input(code, "0.0"), code.taps(),
               *pool.divisor_override);
    return {};
  }
  lines.line("# the mean of all taps, over the share of them that counts");
  std::string counted = fmt::format("pad(tf.ones_like(x), {}, 0.0)", code.pads());
  if (divisor == MeanDivisor::padded) {
    const auto [rows, cols] = sliding_axes(stage.layer, stage.plan.input_shape);
    lines.line("ones = pad(tf.ones_like(x), ({}, {}, {}, {}), 1.0)", rows.before, cols.before,
               rows.after, cols.after);
    counted =
        fmt::format("pad(ones, ({}, {}, {}, {}), 0.0)", code.top - rows.before,
                    code.left - cols.before, code.bottom - rows.after, code.right - cols.after);
  }
  lines.line("pool = {}", mean);
  lines.line("x = pool({}) / pool({})", padded_input(code, "0.0"), counted);
  return {};
}

Result<void> write_pool(const CodeStage& stage, const LoweredPool& pool, CodeLines& lines) {
  const auto code = sliding_code(pool.planes.front(), stage.plan.input_shape);
  if (!code || pool.planes.size() > 1) return no_such_layer(stage, "Keras");
  if (code->dilated()) {
    return failure(fmt::format("{}: Keras has no dilated pooling; PyTorch and ONNX have",
                               stage.layer.kind->name));
  }
  switch (pool.reduction) {
    case Reduction::max:
      lines.line("x = {}({})", pool_call("MaxPooling2D", *code), padded_input(*code, "-np.inf"));
      return {};
    case Reduction::min:
      lines.line("x = -{}(-{})", pool_call("MaxPooling2D", *code), padded_input(*code, "np.inf"));
      return {};
    case Reduction::mean:
      return write_mean(stage, pool, *code, lines);
    default:
      return no_such_layer(stage, "Keras");
  }
}

/// TensorFlow sums over groups of channels on a GPU only.
Result<void> write_convolution(const CodeStage& stage, const Convolution& convolution,
                               CodeLines& lines) {
  const auto code = sliding_code(convolution.windows, stage.plan.input_shape);
  if (!code || convolution.groups != 1) {
    return failure(
        fmt::format("{}: {} groups of channels; Keras on a CPU has 1, PyTorch and ONNX "
                    "have any",
                    stage.layer.kind->name, convolution.groups));
  }
  lines.line("weight = np.array({}, np.float32).reshape{}", python_list(convolution.weights),
             kernel_shape(convolution));
  lines.line("weight = weight.transpose(2, 3, 1, 0)  # rows, columns, channels in, out");
  lines.line("x = tf.nn.conv2d({}, weight, {}, \"VALID\", dilations={})",
             padded_input(*code, "0.0"), code->stride(), code->dilation());
  if (!convolution.offsets.empty())
    lines.line("x = x + np.array({}, np.float32)", python_list(convolution.offsets));
  return {};
}

/// A function of each value by itself, in TensorFlow's words.
std::string pointwise_call(const Pointwise& pointwise) {
  const std::string a = python_number(pointwise.a);
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      return fmt::format("tf.clip_by_value(x, {}, {})", a, python_number(pointwise.b));
    case PointwiseFunction::leaky_relu:
      return fmt::format("tf.nn.leaky_relu(x, {})", a);
    case PointwiseFunction::elu:
      return fmt::format("tf.where(x > 0, x, {} * tf.math.expm1(x))", a);
    case PointwiseFunction::gelu:
      return "tf.nn.gelu(x)";
    case PointwiseFunction::silu:
      return "tf.nn.silu(x)";
    case PointwiseFunction::softplus:
      return fmt::format("tf.math.softplus({0} * x) / {0}", a);
    case PointwiseFunction::sigmoid:
      return "tf.math.sigmoid(x)";
    case PointwiseFunction::tanh:
      return "tf.math.tanh(x)";
    case PointwiseFunction::abs:
      return "tf.math.abs(x)";
    case PointwiseFunction::square:
      return "tf.math.square(x)";
    case PointwiseFunction::affine:
      break;
  }
  return fmt::format("x * np.array({}, np.float32) + np.array({}, np.float32)",
                     python_list(pointwise.scale), python_list(pointwise.shift));
}

/// A layer of Keras; one over a row without the axis of height 1.
void write_native(const CodeStage& stage, CodeLines& lines) {
  Layer layer = stage.layer;
  layer.data_format = DataFormat::channels_last;
  layer.keepdims = true;  // Read by the global ones alone.
  const std::string text = layer_text(layer);
  if (layer.kind->axes == 1) {
    lines.line("x = tf.expand_dims(layers.{}(tf.squeeze(x, 1)), 1)", text);
  } else {
    lines.line("x = layers.{}(x)", text);
  }
}

void write_other_axes(const CodeStage& stage, CodeLines& lines) {
  if (!reads_other_axes(stage)) return;
  const ArrayForm& wanted = stage.plan.input_form;
  lines.line("# the axes as this layer counts them");
  if (!channels_last(stage.before.form)) lines.line("x = tf.transpose(x, (0, 3, 1, 2))");
  lines.line("x = tf.reshape(x, {})", stored_shape(stage.plan.input_shape, wanted));
  if (!channels_last(wanted)) lines.line("x = tf.transpose(x, (0, 2, 3, 1))");
}

Result<void> write_layer(const CodeStage& stage, CodeLines& lines) {
  if (stage.winners_read || stage.plan.winners_of) {
    return failure(
        fmt::format("{}: Keras has no pool that gives its winners, and no unpooling; "
                    "PyTorch and ONNX have",
                    stage.layer.kind->name));
  }
  write_other_axes(stage, lines);
  if (stage.layer.kind->is(Framework::keras)) {
    write_native(stage, lines);
    return {};
  }
  const LoweredLayer& lowered = *stage.plan.lowered;
  if (const auto* convolution = std::get_if<Convolution>(&lowered))
    return write_convolution(stage, *convolution, lines);
  if (const auto* pointwise = std::get_if<Pointwise>(&lowered)) {
    lines.line("x = {}", pointwise_call(*pointwise));
    return {};
  }
  const LoweredPool* pool = stage.plan.pool();
  return pool == nullptr ? no_such_layer(stage, "Keras") : write_pool(stage, *pool, lines);
}

}  // namespace

const CodeWriter kKerasWriter{head, write_layer, tail};

}  // namespace poolscope
