#include <algorithm>
#include <cmath>

#include "core/io/code_writer.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr std::string_view kImports = R"(import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

nodes, constants = [], []


def add(operator, *inputs, outputs=1, **attributes):
    """Appends a node to the graph; the name of its output, or the names."""
    names = [f"{operator}_{len(nodes)}_{i}" for i in range(outputs)]
    nodes.append(helper.make_node(operator, inputs, names, **attributes))
    return names[0] if outputs == 1 else names


def constant(values, dtype=np.float32):
    """The name of a constant of the graph."""
    constants.append(numpy_helper.from_array(np.array(values, dtype), f"constant_{len(constants)}"))
    return constants[-1].name


)";

std::string head(const CodeRequest& request, std::string_view) {
  return title_lines(request, "the package onnx, 1.17 or later") + std::string(kImports) +
         input_lines(request, "array") + "x = \"x\"\n\n";
}

std::string tail(const PipelinePlan& plan) {
  CodeLines lines;
  const StagePlan& last = plan.stages.back();
  const auto axes = array_axes(last.shape, last.form);
  if (channels_last(last.form)) lines.line("x = add(\"Transpose\", x, perm=[0, 2, 3, 1])");
  lines.line("x = add(\"Reshape\", x, constant({}, np.int64))", python_list(axes));
  lines.line("");
  lines.line("graph = helper.make_graph(");
  lines.line("    nodes,");
  lines.line("    \"poolscope\",");
  lines.line("    [helper.make_tensor_value_info(\"x\", TensorProto.FLOAT, array.shape)],");
  lines.line("    [helper.make_tensor_value_info(x, TensorProto.FLOAT, {})],", python_list(axes));
  lines.line("    constants,");
  lines.line(")");
  lines.line("model = helper.make_model(graph, opset_imports=[helper.make_opsetid(\"\", 22)])");
  lines.line("onnx.checker.check_model(model)");
  lines.line("y = ReferenceEvaluator(model).run(None, {{\"x\": array}})[0]");
  lines.line("print(y.shape)");
  lines.line("print(y.tolist() if y.size <= 4096 else y)");
  return lines.text();
}

Result<void> other_pool(const CodeStage& stage, std::string_view why) {
  return failure(
      fmt::format("{}: ONNX {}; PyTorch code writes it out", stage.layer.kind->name, why));
}

/// The attributes of a window whose padding is spelled out. Errors: windows that leave cells at the
/// end, which ONNX does by itself, never crop.
std::string window_attributes(const SlidingCode& code) {
  std::string text =
      fmt::format("kernel_shape=[{}, {}], strides=[{}, {}], pads=[{}, {}, {}, {}]", code.rows.count,
                  code.cols.count, code.rows.stride, code.cols.stride, code.top, code.left,
                  std::max<std::int64_t>(code.bottom, 0), std::max<std::int64_t>(code.right, 0));
  if (code.dilated()) text += fmt::format(", dilations=[{}, {}]", code.rows.step, code.cols.step);
  return text;
}

void write_max(const CodeStage& stage, const SlidingCode& code, CodeLines& lines) {
  if (stage.winners_read) {
    lines.line("x, places{} = add(\"MaxPool\", x, outputs=2, {})", stage.index,
               window_attributes(code));
  } else {
    lines.line("x = add(\"MaxPool\", x, {})", window_attributes(code));
  }
}

Result<void> write_mean(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code,
                        CodeLines& lines) {
  switch (divisor_of(stage, pool, code)) {
    case MeanDivisor::padded: {
      const Layer& layer = stage.layer;
      const auto [rows, cols] = sliding_axes(layer, stage.plan.input_shape);
      lines.line(
          "x = add(\"AveragePool\", x, kernel_shape=[{}, {}], strides=[{}, {}], pads=[{}, {}, {}, "
          "{}], ceil_mode={}, count_include_pad=1)",
          rows.kernel, cols.kernel, rows.stride, cols.stride, rows.before, cols.before, rows.after,
          cols.after, layer.ceil_mode ? 1 : 0);
      return {};
    }
    case MeanDivisor::override:
      lines.line("x = add(\"AveragePool\", x, {}, count_include_pad=1)", window_attributes(code));
      lines.line("x = add(\"Mul\", x, constant({} / {}))  # a divisor of its own", code.taps(),
                 *pool.divisor_override);
      return {};
    case MeanDivisor::taps:
      lines.line("x = add(\"AveragePool\", x, {}, count_include_pad=1)", window_attributes(code));
      return {};
    case MeanDivisor::inside:
      break;
  }
  lines.line("x = add(\"AveragePool\", x, {})", window_attributes(code));
  return {};
}

/// LpPool takes |x|: right for even powers, and no partial window may be scaled.
Result<void> write_power(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code,
                         CodeLines& lines) {
  const bool even = pool.magnitude || std::fmod(pool.exponent, 2.0) == 0.0;
  if (pool.exponent != std::floor(pool.exponent) || pool.exponent < 1.0 || pool.least)
    return other_pool(stage, "has no such power");
  if (!even) return other_pool(stage, "raises |x| to the power, which differs for odd ones");
  const auto summed = [](const AxisWindow& window) { return window.divisor == 1; };
  const bool sum = std::ranges::all_of(pool.planes[0].rows, summed) &&
                   std::ranges::all_of(pool.planes[0].cols, summed);
  const bool full =
      pool.gain == static_cast<double>(code.taps()) && code.bottom <= 0 && code.right <= 0;
  if (!sum && !full) return other_pool(stage, "has sums of powers only, no mean of them");
  lines.line("x = add(\"LpPool\", x, p={}, {})", pool.exponent, window_attributes(code));
  return {};
}

void write_weighted(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code,
                    CodeLines& lines) {
  const std::int64_t channels = stage.plan.input_shape.c;
  lines.line("x = add(\"Pad\", x, constant([0, 0, {}, {}, 0, 0, {}, {}], np.int64), mode=\"{}\")",
             code.top, code.left, std::max<std::int64_t>(code.bottom, 0),
             std::max<std::int64_t>(code.right, 0),
             pool.border == Border::reflect ? "reflect" : "constant");
  lines.line("weights = np.tile(np.array({}, np.float32).reshape(1, 1, {}, {}), ({}, 1, 1, 1))",
             python_list(pool.weights), code.rows.count, code.cols.count, channels);
  lines.line("x = add(\"Conv\", x, constant(weights), strides=[{}, {}], group={})",
             code.rows.stride, code.cols.stride, channels);
}

Result<void> write_pool(const CodeStage& stage, const LoweredPool& pool, const Shape& input,
                        CodeLines& lines) {
  const auto code = sliding_code(pool.planes.front(), input);
  if (!code || pool.planes.size() > 1) return other_pool(stage, "has no windows of several sizes");
  switch (pool.reduction) {
    case Reduction::max:
      write_max(stage, *code, lines);
      return {};
    case Reduction::min:
      lines.line("x = add(\"Neg\", add(\"MaxPool\", add(\"Neg\", x), {}))  # the least",
                 window_attributes(*code));
      return {};
    case Reduction::mean:
      return write_mean(stage, pool, *code, lines);
    case Reduction::power:
      return write_power(stage, pool, *code, lines);
    case Reduction::weighted:
      write_weighted(stage, pool, *code, lines);
      return {};
    default:
      return other_pool(stage, "has no such pool");
  }
}

Result<void> write_convolution(const CodeStage& stage, const Convolution& convolution,
                               CodeLines& lines) {
  const auto code = sliding_code(convolution.windows, stage.plan.input_shape);
  if (!code) return no_such_layer(stage, "ONNX");
  lines.line("weight = np.array({}, np.float32).reshape{}", python_list(convolution.weights),
             kernel_shape(convolution));
  std::string bias;
  if (!convolution.offsets.empty())
    bias = fmt::format(", constant({})", python_list(convolution.offsets));
  lines.line("x = add(\"Conv\", x, constant(weight){}, {}, group={})", bias,
             window_attributes(*code), convolution.groups);
  return {};
}

/// A function of each value by itself, as a call in Python.
std::string pointwise_call(const Pointwise& pointwise) {
  const auto add = [](std::string_view name) { return fmt::format("add(\"{}\", x)", name); };
  const double a = pointwise.a;
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      if (a == 0.0 && std::isinf(pointwise.b)) return add("Relu");
      return fmt::format("add(\"Clip\", x, constant({}), constant({}))", python_number(a),
                         python_number(pointwise.b));
    case PointwiseFunction::leaky_relu:
      return fmt::format("add(\"LeakyRelu\", x, alpha={})", python_number(a));
    case PointwiseFunction::elu:
      return fmt::format("add(\"Elu\", x, alpha={})", python_number(a));
    case PointwiseFunction::gelu:
      return add("Gelu");
    case PointwiseFunction::silu:
      return "add(\"Mul\", x, add(\"Sigmoid\", x))";
    case PointwiseFunction::softplus:
      return fmt::format(
          "add(\"Div\", add(\"Softplus\", add(\"Mul\", x, constant({0}))), constant({0}))",
          python_number(a));
    case PointwiseFunction::sigmoid:
      return add("Sigmoid");
    case PointwiseFunction::tanh:
      return add("Tanh");
    case PointwiseFunction::abs:
      return add("Abs");
    case PointwiseFunction::square:
      return "add(\"Mul\", x, x)";
    case PointwiseFunction::affine:
      break;
  }
  return "add(\"Add\", add(\"Mul\", x, constant(scale)), constant(shift))";
}

void write_pointwise(const Pointwise& pointwise, CodeLines& lines) {
  if (pointwise.function == PointwiseFunction::affine) {
    lines.line("scale = np.array({}).reshape(-1, 1, 1)", python_list(pointwise.scale));
    lines.line("shift = np.array({}).reshape(-1, 1, 1)", python_list(pointwise.shift));
  }
  lines.line("x = {}", pointwise_call(pointwise));
}

/// ONNX' attributes as Poolscope writes them, after a comma: `, kernel_shape=[2, 2]`.
std::string attributes_of(Layer layer) {
  layer.rois.reset();  // An input, not an attribute.
  const std::string text = layer_text(layer);
  const std::size_t open = text.find('(') + 1;
  const std::string inside = text.substr(open, text.size() - open - 1);
  return inside.empty() ? "" : ", " + inside;
}

void write_rois(const CodeStage& stage, CodeLines& lines) {
  const Layer& layer = stage.layer;
  const Shape& input = stage.plan.input_shape;
  const bool align = layer.kind->name == "RoiAlign";
  const double border = align ? 0.0 : 1.0, scale = layer.spatial_scale;
  const Roi whole{0.0, 0.0, (static_cast<double>(input.w) - border) / scale,
                  (static_cast<double>(input.h) - border) / scale};
  const Roi roi = layer.rois.value_or(whole);
  if (align) {
    lines.line("rois = constant([[{}, {}, {}, {}]] * {})", roi.x1, roi.y1, roi.x2, roi.y2, input.n);
    lines.line("samples = constant(range({}), np.int64)", input.n);
    lines.line("x = add(\"RoiAlign\", x, rois, samples{})", attributes_of(layer));
  } else {
    lines.line("rois = constant([[n, {}, {}, {}, {}] for n in range({})])", roi.x1, roi.y1, roi.x2,
               roi.y2, input.n);
    lines.line("x = add(\"MaxRoiPool\", x, rois{})", attributes_of(layer));
  }
}

void write_unpool(const CodeStage& stage, CodeLines& lines) {
  const Shape& out = stage.plan.shape;
  const Pair stride = stage.layer.effective_stride();
  lines.line("size = constant([{}, {}, {}, {}], np.int64)", out.n, out.c, out.h, out.w);
  lines.line("x = add(\"MaxUnpool\", x, places{}, size, kernel_shape=[{}, {}], strides=[{}, {}])",
             *stage.plan.winners_of, stage.layer.kernel_size.h, stage.layer.kernel_size.w, stride.h,
             stride.w);
}

/// What is made of pools, or has an operator of its own.
struct Written {
  const CodeStage& stage;
  CodeLines& lines;

  Result<void> operator()(const LoweredPool& pool) const {
    if (stage.layer.kind->name != "MaxRoiPool")
      return write_pool(stage, pool, stage.plan.input_shape, lines);
    if (stage.winners_read) return other_pool(stage, "gives no winners of it");
    write_rois(stage, lines);
    return {};
  }
  Result<void> operator()(const PoolChain& chain) const {
    return write_chain(stage, chain, write_pool, lines);
  }
  Result<void> operator()(const PoolPyramid&) const {
    return other_pool(stage, "has no adaptive pools");
  }
  Result<void> operator()(const Unpool&) const {
    write_unpool(stage, lines);
    return {};
  }
  Result<void> operator()(const Convolution& convolution) const {
    return write_convolution(stage, convolution, lines);
  }
  Result<void> operator()(const Pointwise& pointwise) const {
    write_pointwise(pointwise, lines);
    return {};
  }
  Result<void> operator()(const RoiSampling&) const {
    write_rois(stage, lines);
    return {};
  }
};

void write_other_axes(const CodeStage& stage, CodeLines& lines) {
  if (!reads_other_axes(stage)) return;
  const ArrayForm& wanted = stage.plan.input_form;
  lines.line("# the axes as this layer counts them");
  if (channels_last(stage.before.form)) lines.line("x = add(\"Transpose\", x, perm=[0, 2, 3, 1])");
  lines.line("x = add(\"Reshape\", x, constant({}, np.int64))",
             stored_shape(stage.plan.input_shape, wanted));
  if (channels_last(wanted)) lines.line("x = add(\"Transpose\", x, perm=[0, 3, 1, 2])");
}

/// ONNX' own operators with their attributes; winners count over the whole tensor there, as they do
/// for the MaxUnpool that reads them.
Result<void> write_layer(const CodeStage& stage, CodeLines& lines) {
  write_other_axes(stage, lines);
  const Layer& layer = stage.layer;
  const bool own = layer.kind->is(Framework::onnx) && stage.plan.pool() != nullptr &&
                   layer.kind->name != "MaxRoiPool";
  const bool storage = layer.storage_order == 1;
  if (!own || (stage.winners_read && storage))
    return std::visit(Written{stage, lines}, *stage.plan.lowered);
  if (stage.winners_read && layer.kind->name == "MaxPool") {
    lines.line("x, places{} = add(\"MaxPool\", x, outputs=2{})", stage.index, attributes_of(layer));
  } else if (stage.winners_read) {
    return std::visit(Written{stage, lines}, *stage.plan.lowered);
  } else {
    lines.line("x = add(\"{}\", x{})", layer.kind->name, attributes_of(layer));
  }
  return {};
}

}  // namespace

const CodeWriter kOnnxWriter{head, write_layer, tail};

}  // namespace poolscope
