#include <algorithm>
#include <cmath>

#include "core/io/code_writer.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr std::string_view kImports = R"(import torch
import torch.nn.functional as F
from torch import nn


)";

constexpr std::string_view kWindows =
    R"(def windows(x, kernel, stride, pads=(0, 0, 0, 0), dilation=(1, 1), outside=0.0, mode="constant"):
    """The taps of every window on a last axis; those outside the input read as `outside`."""
    top, left, bottom, right = pads
    x = F.pad(x, (left, right, top, bottom), mode, outside if mode == "constant" else None)
    taps = x.unfold(2, dilation[0] * (kernel[0] - 1) + 1, stride[0])
    taps = taps.unfold(3, dilation[1] * (kernel[1] - 1) + 1, stride[1])
    return taps[..., :: dilation[0], :: dilation[1]].flatten(-2)


)";

std::string head(const CodeRequest& request, std::string_view layers) {
  const bool uses_windows = layers.find("windows(") != std::string_view::npos;
  return title_lines(request, "PyTorch 1.13 or later") + std::string(kImports) +
         std::string(uses_windows ? kWindows : "") + input_lines(request, "array") +
         "x = torch.from_numpy(array)\n\n";
}

std::string tail(const PipelinePlan& plan) {
  CodeLines lines;
  const StagePlan& last = plan.stages.back();
  const auto axes = array_axes(last.shape, last.form);
  lines.line("");
  lines.line("y = x{}.reshape{}", channels_last(last.form) ? ".permute(0, 2, 3, 1)" : "",
             python_tuple(axes));
  lines.line("print(tuple(y.shape))");
  lines.line("print(y.tolist() if y.numel() <= 4096 else y)");
  return lines.text();
}

/// `kernel, stride, pads[, dilation]` of a call to windows().
std::string window_arguments(const SlidingCode& code) {
  std::string text = fmt::format("{}, {}", code.kernel(), code.stride());
  if (code.padded() || code.dilated()) text += ", " + code.pads();
  if (code.dilated()) text += ", " + code.dilation();
  return text;
}

/// `x`, padded where there is padding.
std::string padded_input(const SlidingCode& code, std::string_view outside) {
  if (!code.padded()) return "x";
  return fmt::format("F.pad(x, ({}, {}, {}, {}), value={})", code.left, code.right, code.top,
                     code.bottom, outside);
}

void write_max(const CodeStage& stage, const SlidingCode& code, CodeLines& lines) {
  const std::string dilation = code.dilated() ? ", dilation=" + code.dilation() : "";
  if (!stage.winners_read) {
    lines.line("x = F.max_pool2d({}, {}, {}{})", padded_input(code, "-np.inf"), code.kernel(),
               code.stride(), dilation);
    return;
  }
  lines.line("x, places{} = F.max_pool2d({}, {}, {}{}, return_indices=True)", stage.index,
             padded_input(code, "-np.inf"), code.kernel(), code.stride(), dilation);
  if (!code.padded()) return;
  const std::int64_t width = stage.plan.input_shape.w + code.left + code.right;
  lines.line("places{0} = (places{0} // {1} - {2}) * {3} + places{0} % {1} - {4}", stage.index,
             width, code.top, stage.plan.input_shape.w, code.left);
}

void write_mean(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code,
                CodeLines& lines) {
  lines.line("total = windows(x.double(), {}).sum(-1)", window_arguments(code));
  switch (divisor_of(stage, pool, code)) {
    case MeanDivisor::override:
      lines.line("x = (total / {}).float()", *pool.divisor_override);
      return;
    case MeanDivisor::taps:
      lines.line("x = (total / {}).float()", code.taps());
      return;
    case MeanDivisor::inside:
      lines.line("count = windows(torch.ones_like(x), {}).sum(-1)", window_arguments(code));
      break;
    case MeanDivisor::padded: {
      const auto [rows, cols] = sliding_axes(stage.layer, stage.plan.input_shape);
      SlidingCode rest = code;
      rest.top -= rows.before;
      rest.left -= cols.before;
      rest.bottom -= rows.after;
      rest.right -= cols.after;
      lines.line("ones = F.pad(torch.ones_like(x), ({}, {}, {}, {}), value=1.0)", cols.before,
                 cols.after, rows.before, rows.after);
      lines.line("count = windows(ones, {}).sum(-1)", window_arguments(rest));
      break;
    }
  }
  lines.line("x = (total / count).float()");
}

void write_count(const SlidingCode& code, CodeLines& lines) {
  lines.line("count = windows(torch.ones_like(x), {}).sum(-1)", window_arguments(code));
}

void write_power(const LoweredPool& pool, const SlidingCode& code, CodeLines& lines) {
  std::string terms = "x.double()";
  if (pool.magnitude) terms += ".abs()";
  if (pool.least) terms += fmt::format(".clamp(min={})", *pool.least);
  lines.line("total = windows({}.pow({}), {}).sum(-1)", terms, pool.exponent,
             window_arguments(code));
  const auto is_one = [](const AxisWindow& window) { return window.divisor == 1; };
  const bool sum = std::ranges::all_of(pool.planes[0].rows, is_one) &&
                   std::ranges::all_of(pool.planes[0].cols, is_one);
  if (!sum) write_count(code, lines);
  lines.line("x = {}.pow({}).float()", sum ? "total" : "(total / count)", 1.0 / pool.exponent);
}

void write_median(const SlidingCode& code, CodeLines& lines) {
  lines.line("taps = windows(x, {}, outside=np.inf)", window_arguments(code));
  lines.line("count = windows(torch.ones_like(x), {}).sum(-1, keepdim=True)",
             window_arguments(code));
  lines.line("middle = taps.sort(-1).values.gather(-1, ((count - 1) / 2).long()).squeeze(-1)");
  lines.line("x = torch.where(taps.isnan().any(-1), np.nan, middle)");
}

void write_mixed(const LoweredPool& pool, const SlidingCode& code, CodeLines& lines) {
  write_count(code, lines);
  lines.line("mean = windows(x.double(), {}).sum(-1) / count", window_arguments(code));
  lines.line("top = windows(x.double(), {}, outside=-np.inf).amax(-1)", window_arguments(code));
  lines.line("x = ({} * top + {} * mean).float()", pool.alpha, 1.0 - pool.alpha);
}

void write_stochastic(const SlidingCode& code, CodeLines& lines) {
  lines.line("taps = windows(x.double().clamp(min=0.0), {})", window_arguments(code));
  lines.line("total = taps.sum(-1)");
  lines.line("x = torch.where(total == 0, 0.0, (taps * taps).sum(-1) / total).float()");
}

void write_softmax(const LoweredPool& pool, const SlidingCode& code, CodeLines& lines) {
  lines.line("taps = windows(x.double(), {}, outside=-np.inf)", window_arguments(code));
  lines.line("share = torch.softmax({} * taps, -1)", pool.scale);
  lines.line("x = torch.where(share > 0, share * taps, 0.0).sum(-1).float()");
}

void write_log_sum_exp(const LoweredPool& pool, const SlidingCode& code, CodeLines& lines) {
  lines.line("taps = windows(x.double(), {}, outside=-np.inf)", window_arguments(code));
  lines.line("x = (torch.logsumexp({} * taps, -1) / {}).float()", pool.scale, pool.scale);
}

void write_weighted(const LoweredPool& pool, SlidingCode code, CodeLines& lines) {
  std::string mode;
  if (pool.border == Border::reflect) {
    code.bottom = std::max<std::int64_t>(code.bottom, 0);
    code.right = std::max<std::int64_t>(code.right, 0);
    mode = ", mode=\"reflect\"";
  }
  lines.line("weights = torch.tensor({}, dtype=torch.float64)", python_list(pool.weights));
  lines.line("x = (windows(x.double(), {}{}) * weights).sum(-1).float()", window_arguments(code),
             mode);
}

Result<void> write_pool(const CodeStage& stage, const LoweredPool& pool, const Shape& input,
                        CodeLines& lines) {
  const auto code = sliding_code(pool.planes.front(), input);
  if (!code || pool.planes.size() > 1)
    return failure(fmt::format("{}: its windows differ in size", stage.layer.kind->name));
  switch (pool.reduction) {
    case Reduction::max:
      write_max(stage, *code, lines);
      break;
    case Reduction::min:
      lines.line("x = -F.max_pool2d(-{}, {}, {})", padded_input(*code, "np.inf"), code->kernel(),
                 code->stride());
      break;
    case Reduction::median:
      write_median(*code, lines);
      break;
    case Reduction::mean:
      write_mean(stage, pool, *code, lines);
      break;
    case Reduction::power:
      write_power(pool, *code, lines);
      break;
    case Reduction::mixed:
      write_mixed(pool, *code, lines);
      break;
    case Reduction::stochastic:
      if (pool.sampled) {
        return failure(fmt::format(
            "{}: training=True draws with Poolscope's own numbers, which PyTorch does not have; "
            "with training=False it can be written",
            stage.layer.kind->name));
      }
      write_stochastic(*code, lines);
      break;
    case Reduction::softmax:
      write_softmax(pool, *code, lines);
      break;
    case Reduction::log_sum_exp:
      write_log_sum_exp(pool, *code, lines);
      break;
    case Reduction::weighted:
      write_weighted(pool, *code, lines);
      break;
  }
  return {};
}

/// Sums in double, as Poolscope's.
Result<void> write_convolution(const CodeStage& stage, const Convolution& convolution,
                               CodeLines& lines) {
  const auto code = sliding_code(convolution.windows, stage.plan.input_shape);
  if (!code) return no_such_layer(stage, "PyTorch");
  lines.line("weight = torch.tensor({}, dtype=torch.float64)", python_list(convolution.weights));
  std::string bias = "None";
  if (!convolution.offsets.empty()) {
    bias = "bias";
    lines.line("bias = torch.tensor({}, dtype=torch.float64)", python_list(convolution.offsets));
  }
  lines.line("weight = weight.reshape{}", kernel_shape(convolution));
  const std::string padded = padded_input(*code, "0.0");
  lines.line("x = F.conv2d({}.double(), weight, {}, {}, dilation={}, groups={}).float()", padded,
             bias, code->stride(), code->dilation(), convolution.groups);
  return {};
}

/// What nn has no layer for, or none that is given its figures.
Result<void> write_pointwise(const CodeStage& stage, const Pointwise& pointwise, CodeLines& lines) {
  switch (pointwise.function) {
    case PointwiseFunction::abs:
      lines.line("x = x.abs()");
      return {};
    case PointwiseFunction::square:
      lines.line("x = x.square()");
      return {};
    case PointwiseFunction::affine:
      lines.line("scale = torch.tensor({}, dtype=torch.float64).reshape(-1, 1, 1)",
                 python_list(pointwise.scale));
      lines.line("shift = torch.tensor({}, dtype=torch.float64).reshape(-1, 1, 1)",
                 python_list(pointwise.shift));
      lines.line("x = (x.double() * scale + shift).float()");
      return {};
    default:
      return no_such_layer(stage, "PyTorch");
  }
}

/// Whether nn has the layer with the very parameters of Poolscope's.
bool is_native(const CodeStage& stage) {
  const auto* pointwise = std::get_if<Pointwise>(&*stage.plan.lowered);
  const bool written = pointwise && (pointwise->function == PointwiseFunction::abs ||
                                     pointwise->function == PointwiseFunction::square ||
                                     pointwise->function == PointwiseFunction::affine);
  return !written && !std::holds_alternative<Convolution>(*stage.plan.lowered);
}

/// A rectangle cut into bins is an adaptive pool of the rectangle.
void write_roi_pool(const CodeStage& stage, const PlaneWindows& windows, CodeLines& lines) {
  lines.line("x = F.adaptive_max_pool2d(x[:, :, {}:{}, {}:{}], ({}, {}))",
             windows.rows.front().begin, windows.rows.back().last() + 1, windows.cols.front().begin,
             windows.cols.back().last() + 1, stage.plan.shape.h, stage.plan.shape.w);
}

/// What PyTorch has no layer for, written out.
struct WrittenOut {
  const CodeStage& stage;
  CodeLines& lines;

  Result<void> operator()(const LoweredPool& pool) const {
    if (stage.layer.kind->name == "MaxRoiPool") {
      if (stage.winners_read)
        return failure("MaxRoiPool: PyTorch code does not keep its winners for an unpooling");
      write_roi_pool(stage, pool.planes.front(), lines);
      return {};
    }
    return write_pool(stage, pool, stage.plan.input_shape, lines);
  }
  Result<void> operator()(const PoolChain& chain) const {
    return write_chain(stage, chain, write_pool, lines);
  }
  Result<void> operator()(const PoolPyramid& pyramid) const {
    std::string levels;
    for (const LoweredPool& pool : pyramid.pools) {
      levels += fmt::format("{}F.adaptive_max_pool2d(x, {}).flatten(2)", levels.empty() ? "" : ", ",
                            pool.planes.front().rows.size());
    }
    lines.line("x = torch.cat([{}], -1).unsqueeze(2)", levels);
    return {};
  }
  Result<void> operator()(const Unpool& unpool) const {
    lines.line("plane = torch.zeros(x.shape[0], x.shape[1], {})", unpool.height * unpool.width);
    lines.line("x = plane.scatter(2, places{}.flatten(2), x.flatten(2))", *stage.plan.winners_of);
    lines.line("x = x.reshape(x.shape[0], x.shape[1], {}, {})", unpool.height, unpool.width);
    return {};
  }
  Result<void> operator()(const Convolution& convolution) const {
    return write_convolution(stage, convolution, lines);
  }
  Result<void> operator()(const Pointwise& pointwise) const {
    return write_pointwise(stage, pointwise, lines);
  }
  Result<void> operator()(const RoiSampling& roi) const {
    const Layer& layer = stage.layer;
    if (roi.max) {
      return failure(fmt::format("{}: torchvision has no mode=\"max\"; mode=\"avg\" can be written",
                                 layer.kind->name));
    }
    const Shape& input = stage.plan.input_shape;
    const Roi whole{0.0, 0.0, static_cast<double>(input.w) / layer.spatial_scale,
                    static_cast<double>(input.h) / layer.spatial_scale};
    const Roi rois = layer.rois.value_or(whole);
    const bool half_pixel = layer.coordinate_transformation_mode.index == 0;
    lines.line("from torchvision.ops import roi_align  # PyTorch keeps it in torchvision");
    lines.line("boxes = [torch.tensor([[{}, {}, {}, {}]], dtype=torch.float32)] * x.shape[0]",
               rois.x1, rois.y1, rois.x2, rois.y2);
    lines.line("x = roi_align(x, boxes, ({}, {}), {}, {}, {})", roi.rows, roi.cols,
               layer.spatial_scale, layer.sampling_ratio, half_pixel ? "True" : "False");
    return {};
  }
};

/// The random numbers that Poolscope draws from the seed, as PyTorch takes them: width, then
/// height.
void write_fractional(const CodeStage& stage, CodeLines& lines) {
  const Shape& input = stage.plan.input_shape;
  const auto seed = static_cast<std::uint64_t>(stage.layer.seed);
  std::vector<float> samples;
  for (std::uint64_t plane = 0; plane < static_cast<std::uint64_t>(input.planes()); ++plane) {
    for (const std::uint64_t axis : {1, 0})
      samples.push_back(static_cast<float>(hashed_number({seed, plane, axis})));
  }
  lines.line("samples = torch.tensor({}, dtype=torch.float32).reshape({}, {}, 2)",
             python_list(samples), input.n, input.c);
  const std::string places =
      stage.winners_read ? fmt::format("x, places{}", stage.index) : std::string("x");
  lines.line(
      "{} = F.fractional_max_pool2d(x, ({}, {}), output_size=({}, {}), "
      "_random_samples=samples{})",
      places, stage.layer.kernel_size.h, stage.layer.kernel_size.w, stage.plan.shape.h,
      stage.plan.shape.w, stage.winners_read ? ", return_indices=True" : "");
}

/// A layer of PyTorch, called as itself; one over a row without the axis of height 1.
void write_native(const CodeStage& stage, CodeLines& lines) {
  Layer layer = stage.layer;
  layer.return_indices = stage.winners_read;
  const bool row = layer.kind->axes == 1;
  std::string arguments = row ? "x.squeeze(2)" : "x";
  const std::string back = row ? ".unsqueeze(2)" : "";
  if (const auto source = stage.plan.winners_of) {
    const Shape& out = stage.plan.shape;
    layer.output_size = {};
    arguments += fmt::format(", places{}{}", *source, row ? ".squeeze(2)" : "");
    arguments += row ? fmt::format(", output_size=({},)", out.w)
                     : fmt::format(", output_size=({}, {})", out.h, out.w);
  }
  const std::string text = layer_text(layer);
  if (!stage.winners_read) {
    lines.line("x = nn.{}({}){}", text, arguments, back);
    return;
  }
  lines.line("x, places{} = nn.{}({})", stage.index, text, arguments);
  if (row) lines.line("x, places{0} = x.unsqueeze(2), places{0}.unsqueeze(2)", stage.index);
}

/// The array of the stage before, its axes counted anew.
void write_other_axes(const CodeStage& stage, CodeLines& lines) {
  if (!reads_other_axes(stage)) return;
  const ArrayForm& wanted = stage.plan.input_form;
  lines.line("x = x{}.reshape{}{}  # the axes as this layer counts them",
             channels_last(stage.before.form) ? ".permute(0, 2, 3, 1)" : "",
             stored_shape(stage.plan.input_shape, wanted),
             channels_last(wanted) ? ".permute(0, 3, 1, 2)" : "");
}

Result<void> write_layer(const CodeStage& stage, CodeLines& lines) {
  write_other_axes(stage, lines);
  const Layer& layer = stage.layer;
  const bool infinite = layer.kind->name.starts_with("LPPool") && std::isinf(layer.norm_type);
  if (!layer.kind->is(Framework::pytorch) || !is_native(stage))
    return std::visit(WrittenOut{stage, lines}, *stage.plan.lowered);
  if (layer.kind->name == "FractionalMaxPool2d") {
    write_fractional(stage, lines);
  } else if (infinite) {
    lines.line("# an infinite norm is the maximum, which PyTorch's LPPool does not give");
    return std::visit(WrittenOut{stage, lines}, *stage.plan.lowered);
  } else {
    write_native(stage, lines);
  }
  return {};
}

}  // namespace

const CodeWriter kPytorchWriter{head, write_layer, tail};

}  // namespace poolscope
