#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// Ends the sentence `MaxPool2d: stride 0 ...`; empty when the value is within its limits.
using Fault = std::optional<std::string>;

Fault range_fault(std::int64_t value, std::int64_t low) {
  if (value < low) return fmt::format("is too small; at least {}", low);
  if (value > kMaxParameter) return fmt::format("is too large; at most {}", kMaxParameter);
  return {};
}

template <std::size_t Count>
Fault range_fault(const std::array<std::int64_t, Count>& values, std::int64_t low) {
  for (const std::int64_t value : values) {
    if (Fault fault = range_fault(value, low)) return fault;
  }
  return {};
}

Fault fault_of(const Layer&, const Parameter&, const Pair& value) {
  return range_fault(std::array{value.h, value.w}, 1);
}

Fault fault_of(const Layer& layer, const Parameter& parameter, const std::optional<Pair>& value) {
  return value ? fault_of(layer, parameter, *value) : Fault{};
}

Fault fault_of(const Layer& layer, const Parameter&, const Pads& value) {
  if (layer.kind->framework != Framework::onnx &&
      (value.top != value.bottom || value.left != value.right)) {
    return "differs between the two sides of an axis; both must be the same";
  }
  return range_fault(std::array{value.top, value.left, value.bottom, value.right}, 0);
}

Fault fault_of(const Layer&, const Parameter&, const OutputSize& value) {
  return range_fault(std::array{value.h.value_or(1), value.w.value_or(1)}, 1);
}

Fault fault_of(const Layer& layer, const Parameter&, AutoPad value) {
  const bool keras = value == AutoPad::valid || value == AutoPad::same_upper;
  if (layer.kind->framework != Framework::keras || keras) return {};
  return "is not a rule of Keras; \"valid\" or \"same\"";
}

/// What a number's own range says.
Fault fault_of(const NumberRange& range, double value) {
  if (value >= range.low && value <= range.high) return {};
  return fmt::format("is out of range; {}", range.rule);
}

/// divisor_override, or a number with a range.
Fault fault_of(const Layer&, const Parameter& parameter, const std::optional<std::int64_t>& value) {
  if (!value) return {};
  if (!parameter.range.rule.empty()) return fault_of(parameter.range, static_cast<double>(*value));
  if (*value == 0) return "would divide by zero; any other integer, or None";
  return range_fault(*value, -kMaxParameter);
}

/// norm_type of PyTorch and p of ONNX.
Fault power_fault(const Layer& layer, double value) {
  if (layer.kind->is(Framework::onnx)) {
    const bool whole = std::isfinite(value) && value == std::floor(value) && value >= 1.0 &&
                       value <= static_cast<double>(kMaxParameter);
    if (whole) return {};
    return fmt::format("is no positive integer; from 1 to {}", kMaxParameter);
  }
  if (value == 0.0) return "has no root; any other number, or inf for the maximum";
  if (std::isnan(value) || value == -INFINITY) {
    return "is no power; any number but 0, or inf for the maximum";
  }
  return {};
}

Fault fault_of(const Layer& layer, const Parameter& parameter, double value) {
  const bool is_power = parameter.field == ParameterField(&Layer::norm_type);
  if (is_power && !layer.kind->is(Framework::research)) return power_fault(layer, value);
  return fault_of(parameter.range, value);
}

Fault fault_of(const Layer&, const Parameter& parameter, std::int64_t value) {
  return fault_of(parameter.range, static_cast<double>(value));
}

/// output_ratio.
Fault fault_of(const Layer&, const Parameter&, const std::optional<OutputRatio>& value) {
  const auto is_share = [](double share) { return share > 0.0 && share < 1.0; };
  if (!value || (is_share(value->h) && is_share(value->w))) return {};
  return "is no share; between 0 and 1";
}

/// rois.
Fault fault_of(const Layer&, const Parameter&, const std::optional<Roi>& value) {
  constexpr double kFarthest = 1e9;
  const auto is_far = [](double place) { return !(std::abs(place) <= kFarthest); };
  if (!value) return {};
  if (is_far(value->x1) || is_far(value->y1) || is_far(value->x2) || is_far(value->y2)) {
    return fmt::format("lies too far away; within {:g} cells", kFarthest);
  }
  if (value->x2 >= value->x1 && value->y2 >= value->y1) return {};
  return "ends before it begins; [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2";
}

/// bins.
Fault fault_of(const Layer&, const Parameter&, const std::vector<std::int64_t>& value) {
  constexpr std::size_t kMostLevels = 16;
  if (value.empty() || value.size() > kMostLevels) {
    return fmt::format("has {} levels; from 1 to {}", value.size(), kMostLevels);
  }
  for (const std::int64_t bin : value) {
    if (Fault fault = range_fault(bin, 1)) return fault;
  }
  return {};
}

bool has_non_finite(const std::vector<double>& numbers) {
  const auto fits = [](double number) { return std::isfinite(static_cast<float>(number)); };
  return !std::ranges::all_of(numbers, fits);
}

Fault fault_of(const Layer&, const Parameter& parameter, const std::vector<double>& value) {
  if (has_non_finite(value)) return "holds a number that float32 cannot; finite ones only";
  for (const double number : value) {
    if (Fault fault = fault_of(parameter.range, number)) return fault;
  }
  return {};
}

Fault fault_of(const Layer&, const Parameter&, const KernelBank& value) {
  if (has_non_finite(value.numbers)) return "holds a number that float32 cannot; finite ones only";
  return {};
}

Fault fault_of(const Layer&, const Parameter&, bool) { return {}; }
Fault fault_of(const Layer&, const Parameter&, DataFormat) { return {}; }
Fault fault_of(const Layer&, const Parameter&, Choice) { return {}; }
}  // namespace

Result<void> check_limits(const Layer& layer) {
  for (const Parameter& parameter : layer.kind->parameters) {
    const Fault fault = std::visit(
        [&](auto field) { return fault_of(layer, parameter, layer.*field); }, parameter.field);
    if (!fault) continue;
    return parameter_error(
        layer, parameter.field,
        fmt::format("{} {} {}", parameter.name, parameter_text(layer, parameter), *fault));
  }
  return {};
}

Result<void> check_input(const Layer& layer, const Shape& input) {
  const std::string_view name = layer.kind->name;
  const std::array axes{input.n, input.c, input.h, input.w};
  constexpr std::array<std::string_view, 4> names{"samples", "channels", "rows", "columns"};
  for (std::size_t axis = 1; axis < axes.size(); ++axis) {
    if (axes[axis] != 0) continue;
    return failure(
        fmt::format("{}: the input has 0 {} ({}); at least 1", name, names[axis], axes_text(axes)));
  }
  const auto checked = checked_shape(input, "input");
  if (!checked) return failure(fmt::format("{}: {}", name, checked.error().message));
  return {};
}

}  // namespace poolscope
