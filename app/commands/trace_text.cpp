#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/commands/trace_report.h"
#include "app/commands/value_extent.h"
#include "app/number_text.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// As number_text, with NaN and infinities as grids are typed.
std::string value_text(float value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return number_text(value);
}

/// One plane, a row a line, its columns aligned.
std::string plane_text(std::span<const float> plane, std::int64_t width) {
  std::vector<std::string> cells;
  std::size_t widest = 0;
  for (const float value : plane) {
    cells.push_back(value_text(value));
    widest = std::max(widest, cells.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool row_starts = i % static_cast<std::size_t>(width) == 0;
    text += row_starts ? (i == 0 ? "    " : "\n    ") : "  ";
    text += fmt::format("{:>{}}", cells[i], widest);
  }
  return text + "\n";
}

std::string values_text(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  std::string text;
  for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
    if (shape.planes() > 1) {
      text += fmt::format("  n {}, c {}\n", plane / shape.c, plane % shape.c);
    }
    text += plane_text(tensor.plane(plane), shape.w);
  }
  return text;
}

std::string range_text(const Tensor& tensor) {
  const std::optional<ValueExtent> range = value_extent(tensor.values());
  if (!range) return "no numbers";
  return fmt::format("{} to {}", value_text(range->min), value_text(range->max));
}

std::string parameters_line(const Layer& layer) {
  std::string text;
  for (const Parameter& parameter : layer.kind->parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", parameter.name,
                        parameter_text(layer, parameter));
  }
  return text.empty() ? "none" : text;
}

/// How many windows of one plane, and how many taps the largest has: `9 of up to 2x2 taps`.
std::string windows_line(const LoweredPool& pool) {
  const PlaneWindows& windows = pool.windows(0);
  const auto largest = [](const std::vector<AxisWindow>& axis) {
    std::int64_t taps = 0;
    for (const AxisWindow& window : axis) taps = std::max(taps, window.count);
    return taps;
  };
  const auto count = static_cast<std::int64_t>(windows.rows.size() * windows.cols.size());
  return fmt::format("{} a plane, of {}x{} taps", count_text(count), largest(windows.rows),
                     largest(windows.cols));
}

std::string notes_text(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += fmt::format("  note        {}\n", note);
  return text;
}

std::string stage_text(const Stage& stage) {
  std::string text = fmt::format("  shape       {}\n  range       {}\n",
                                 axes_text(array_axes(stage.plan.shape, stage.plan.form)),
                                 range_text(stage.values));
  if (!stage.engine.empty()) {
    text +=
        fmt::format("  engine      {}, {} ms\n", stage.engine, number_text(stage.seconds * 1e3));
  }
  text += notes_text(stage.plan.notes);
  if (stage.plan.shape.elements() <= kSmallStage) text += values_text(stage.values);
  return text;
}

std::string layer_stage_text(std::size_t number, const Layer& layer, const Stage& stage) {
  std::string text = fmt::format("\n{}  {}\n", number, layer_text(layer));
  text += fmt::format("  parameters  {}\n", parameters_line(layer));
  if (stage.plan.pool() && !stage.values.empty()) {
    text += fmt::format("  windows     {}\n", windows_line(*stage.plan.pool()));
  }
  return text + stage_text(stage);
}

}  // namespace

std::string trace_text(const Pipeline& pipeline, const Trace& trace, const LoadedArray& input) {
  std::string text = fmt::format("0  input  {}, {}\n", input.name, input.description);
  text += notes_text(input.notes) + stage_text(trace.stages.front());
  for (std::size_t i = 1; i < trace.stages.size(); ++i) {
    text += layer_stage_text(i, pipeline[i - 1].layer, trace.stages[i]);
  }
  return text;
}

}  // namespace poolscope
