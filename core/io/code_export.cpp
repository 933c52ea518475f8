#include "core/io/code_export.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "core/io/code_writer.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

struct FrameworkRow {
  std::string_view name, title;
  Framework kinds;
  const CodeWriter* writer;
};

const std::array<FrameworkRow, 3> kFrameworks{
    {{"pytorch", "PyTorch", Framework::pytorch, &kPytorchWriter},
     {"keras", "Keras", Framework::keras, &kKerasWriter},
     {"onnx", "ONNX", Framework::onnx, &kOnnxWriter}}};

const FrameworkRow& row_of(CodeFramework framework) {
  return kFrameworks[static_cast<std::size_t>(framework)];
}

bool winners_are_read(const PipelinePlan& plan, std::size_t index) {
  return std::ranges::any_of(plan.stages,
                             [index](const StagePlan& stage) { return stage.winners_of == index; });
}

/// Text that can stand in a comment: no line end, no quotes, nothing that Python would unescape.
std::string comment_text(std::string_view text) {
  std::string plain;
  for (const char c : text.substr(0, 80)) {
    const bool odd = static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f ||
                     static_cast<unsigned char>(c) >= 0x80;
    plain += odd ? '?' : c;
  }
  return plain;
}

/// A string literal of any bytes.
std::string python_string(std::string_view text) {
  std::string literal = "os.fsdecode(b\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      literal += fmt::format("\\x{:02x}", byte);
    } else {
      literal += c;
    }
  }
  return literal + "\")";
}

Result<PipelinePlan> whole_plan(const Pipeline& pipeline, const CodeShape& input) {
  PipelinePlan plan = plan_pipeline(pipeline, input.shape, input.form);
  if (!plan.error) return plan;
  return failure(
      fmt::format("layer {}: {}", plan.failed_layer.value_or(0) + 1, plan.error->message));
}

Result<void> write_layers(const Pipeline& pipeline, const PipelinePlan& plan,
                          const CodeWriter& writer, CodeLines& lines) {
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    const PipelineLayer& entry = pipeline[i];
    const std::string text = layer_text(entry.layer);
    if (!entry.enabled) {
      lines.line("# layer {}, {}, is off", i + 1, text);
      continue;
    }
    const CodeStage stage{entry.layer, plan.stages[i], plan.stages[i + 1], i + 1,
                          winners_are_read(plan, i + 1)};
    if (pipeline.size() > 1) lines.line("# layer {}: {}", i + 1, text);
    if (auto written = writer.layer(stage, lines); !written) {
      Error error = written.error();
      error.message = fmt::format("layer {}: {}", i + 1, error.message);
      return tl::unexpected(std::move(error));
    }
  }
  return {};
}

void write_rows(const Tensor& tensor, CodeLines& lines) {
  const Shape& shape = tensor.shape();
  const auto values = tensor.values();
  for (std::int64_t row = 0; row < shape.planes() * shape.h; ++row) {
    lines.line("    {},", python_list(values.subspan(static_cast<std::size_t>(row * shape.w),
                                                     static_cast<std::size_t>(shape.w))));
  }
}

}  // namespace

std::vector<std::string_view> code_framework_names() {
  std::vector<std::string_view> names;
  for (const FrameworkRow& row : kFrameworks) names.push_back(row.name);
  return names;
}

std::string_view code_framework_title(CodeFramework framework) { return row_of(framework).title; }

Result<CodeFramework> code_framework_named(std::string_view name) {
  const auto found = std::ranges::find(kFrameworks, name, &FrameworkRow::name);
  if (found != kFrameworks.end()) return static_cast<CodeFramework>(found - kFrameworks.begin());
  return failure(fmt::format("framework {}; there are {}", comment_text(name),
                             fmt::join(code_framework_names(), ", ")));
}

CodeFramework suited_framework(const Pipeline& pipeline) {
  for (const FrameworkRow& row : kFrameworks) {
    const bool all = std::ranges::all_of(
        pipeline, [&](const PipelineLayer& entry) { return entry.layer.kind->is(row.kinds); });
    if (all) return static_cast<CodeFramework>(&row - kFrameworks.data());
  }
  return CodeFramework::pytorch;
}

Result<std::string> exported_code(const CodeRequest& request, CodeFramework framework) {
  const auto layers =
      layer_code(request.pipeline, {request.input.shape(), request.form}, framework);
  if (!layers) return layers;
  const CodeWriter& writer = *row_of(framework).writer;
  const auto plan = whole_plan(request.pipeline, {request.input.shape(), request.form});
  return writer.head(request, *layers) + *layers + writer.tail(*plan);
}

Result<std::string> layer_code(const Pipeline& pipeline, const CodeShape& input,
                               CodeFramework framework) {
  const auto plan = whole_plan(pipeline, input);
  if (!plan) return tl::unexpected(plan.error());
  CodeLines lines;
  if (auto written = write_layers(pipeline, *plan, *row_of(framework).writer, lines); !written)
    return tl::unexpected(written.error());
  return lines.text();
}

// What the writers share ------------------------------------------------------------------------

Result<SlidingCode> sliding_code(const PlaneWindows& windows, const Shape& input) {
  const auto rows = even_axis(windows.rows), cols = even_axis(windows.cols);
  if (!rows || !cols) return failure("its windows differ in size");
  return SlidingCode{
      *rows, *cols, -rows->begin, -cols->begin, rows->end() - input.h, cols->end() - input.w};
}

std::string kernel_shape(const Convolution& convolution) {
  return fmt::format("({}, {}, {}, {})", convolution.out_channels, convolution.channels,
                     convolution.windows.rows.front().count,
                     convolution.windows.cols.front().count);
}

bool is_global(const LoweredPool& pool, const Shape& input) {
  const auto whole = [](const std::vector<AxisWindow>& windows, std::int64_t size) {
    return windows.size() == 1 && windows[0].begin == 0 && windows[0].count == size &&
           (size == 1 || windows[0].step == 1);
  };
  return pool.planes.size() == 1 && whole(pool.planes[0].rows, input.h) &&
         whole(pool.planes[0].cols, input.w);
}

MeanDivisor divisor_of(const CodeStage& stage, const LoweredPool& pool, const SlidingCode& code) {
  if (pool.divisor_override) return MeanDivisor::override;
  const auto full = [](const std::vector<AxisWindow>& windows) {
    return std::ranges::all_of(windows, [](const AxisWindow& w) { return w.divisor == w.count; });
  };
  if (full(pool.planes[0].rows) && full(pool.planes[0].cols)) return MeanDivisor::taps;
  const auto inside = [](const std::vector<AxisWindow>& windows, std::int64_t size) {
    return std::ranges::all_of(
        windows, [size](const AxisWindow& w) { return w.divisor == taps_between(w, 0, size); });
  };
  const Shape& input = stage.plan.input_shape;
  (void)code;
  return inside(pool.planes[0].rows, input.h) && inside(pool.planes[0].cols, input.w)
             ? MeanDivisor::inside
             : MeanDivisor::padded;
}

std::string python_number(double value) {
  if (std::isnan(value)) return "np.nan";
  if (std::isinf(value)) return value > 0 ? "np.inf" : "-np.inf";
  if (value == 0.0 && std::signbit(value)) return "-0.0";
  return fmt::format("{}", value);
}

std::string python_number(float value) {
  const auto exact = static_cast<double>(value);
  const std::string text = fmt::format("{}", value);
  const bool same = std::isfinite(value) && value != 0.0F &&
                    static_cast<float>(std::strtod(text.c_str(), nullptr)) == value;
  return same ? text : python_number(exact);
}

std::string python_tuple(std::span<const std::int64_t> numbers) {
  return fmt::format("({}{})", fmt::join(numbers, ", "), numbers.size() == 1 ? "," : "");
}

bool channels_last(const ArrayForm& form) {
  return form.format == DataFormat::channels_last && form.rank >= 3 && form.spatial > 0;
}

std::string stored_shape(const Shape& shape, const ArrayForm& form) {
  const std::array<std::int64_t, 4> first{shape.n, shape.c, shape.h, shape.w};
  const std::array<std::int64_t, 4> last{shape.n, shape.h, shape.w, shape.c};
  return python_tuple(channels_last(form) ? last : first);
}

bool reads_other_axes(const CodeStage& stage) {
  const ArrayForm& before = stage.before.form;
  const bool order = before.format != DataFormat::unspecified &&
                     channels_last(before) != channels_last(stage.plan.input_form);
  return order || stage.before.shape != stage.plan.input_shape;
}

std::string input_lines(const CodeRequest& request, std::string_view name) {
  CodeLines lines;
  const Shape& shape = request.input.shape();
  const std::array<std::int64_t, 4> axes{shape.n, shape.c, shape.h, shape.w};
  lines.line("# The input: {}, {} in N, C, H, W.",
             request.name.empty() ? "a typed grid" : comment_text(request.name), axes_text(axes));
  if (reads_file(request)) {
    lines.line("folder = os.path.dirname(os.path.abspath(__file__))");
    lines.line("{} = np.load(os.path.join(folder, {}))", name, python_string(request.file));
    lines.line("{} = {}.astype(np.float32).reshape{}", name, name, python_tuple(axes));
    return lines.text();
  }
  lines.line("{} = np.array([", name);
  write_rows(request.input, lines);
  lines.line("], dtype=np.float32).reshape{}", python_tuple(axes));
  return lines.text();
}

std::string title_lines(const CodeRequest& request, std::string_view needs) {
  CodeLines lines;
  const std::size_t count = request.pipeline.size();
  lines.line(
      "\"\"\"{} on {}, as Poolscope shows it.",
      count == 1 ? layer_text(request.pipeline.front().layer) : fmt::format("{} layers", count),
      request.name.empty() ? "a typed grid" : comment_text(request.name));
  lines.line("");
  lines.line("Needs {}; prints the output's shape and its numbers.", needs);
  lines.line("\"\"\"");
  if (reads_file(request)) lines.line("import os\n");
  lines.line("import numpy as np");
  return lines.text();
}

tl::unexpected<Error> no_such_layer(const CodeStage& stage, std::string_view framework) {
  return failure(fmt::format("{}: {} has no layer for it; PyTorch code writes it out",
                             stage.layer.kind->name, framework));
}

}  // namespace poolscope
