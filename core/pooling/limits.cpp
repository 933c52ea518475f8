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

Fault fault_of(const Layer&, const Pair& value) {
  return range_fault(std::array{value.h, value.w}, 1);
}

Fault fault_of(const Layer& layer, const std::optional<Pair>& value) {
  return value ? fault_of(layer, *value) : Fault{};
}

Fault fault_of(const Layer& layer, const Pads& value) {
  if (layer.kind->framework != Framework::onnx &&
      (value.top != value.bottom || value.left != value.right)) {
    return "differs between the two sides of an axis; both must be the same";
  }
  return range_fault(std::array{value.top, value.left, value.bottom, value.right}, 0);
}

Fault fault_of(const Layer&, const OutputSize& value) {
  return range_fault(std::array{value.h.value_or(1), value.w.value_or(1)}, 1);
}

Fault fault_of(const Layer& layer, AutoPad value) {
  const bool keras = value == AutoPad::valid || value == AutoPad::same_upper;
  if (layer.kind->framework != Framework::keras || keras) return {};
  return "is not a rule of Keras; \"valid\" or \"same\"";
}

/// divisor_override.
Fault fault_of(const Layer&, const std::optional<std::int64_t>& value) {
  if (!value) return {};
  if (*value == 0) return "would divide by zero; any other integer, or None";
  return range_fault(*value, -kMaxParameter);
}

/// storage_order.
Fault fault_of(const Layer&, std::int64_t value) {
  if (value == 0 || value == 1) return {};
  return "is unknown; 0 (row-major) or 1 (column-major)";
}

/// norm_type and ONNX' p.
Fault fault_of(const Layer& layer, double value) {
  if (layer.kind->framework == Framework::onnx) {
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

Fault fault_of(const Layer&, bool) { return {}; }
Fault fault_of(const Layer&, DataFormat) { return {}; }

}  // namespace

Result<void> check_limits(const Layer& layer) {
  for (const Parameter& parameter : layer.kind->parameters) {
    const Fault fault =
        std::visit([&](auto field) { return fault_of(layer, layer.*field); }, parameter.field);
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
