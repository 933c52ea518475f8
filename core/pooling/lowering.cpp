#include "core/pooling/lowering.h"

#include <utility>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// What would make one window fit: the framework's own ways, with numbers.
std::string fit_advice(const Layer& layer, const SlidingAxis& axis, std::string_view cells) {
  const LayerKind& kind = *layer.kind;
  const std::int64_t missing = -axis.span();
  const std::int64_t largest = floor_div(axis.span() + axis.extent() - 1, axis.dilation) + 1;
  std::string advice = fmt::format("use at most {}", largest);
  if (kind.framework == Framework::keras) return advice + ", or padding=\"same\"";
  if (!find_parameter(kind, &Layer::padding)) return advice;
  if (kind.framework == Framework::onnx) {
    return advice + fmt::format(", or pads that add {} {}", missing, cells);
  }
  return advice + fmt::format(", or padding {}", axis.before + ceil_div(missing, 2));
}

Result<void> check_fits(const Layer& layer, const SlidingAxis& axis, std::string_view cells) {
  if (axis.outputs() >= 1) return {};
  std::string window =
      fmt::format("{} {}", parameter_name(*layer.kind, &Layer::kernel_size), axis.kernel);
  if (axis.dilation > 1) {
    window += fmt::format(" spans {} cells at dilation {} and", axis.extent(), axis.dilation);
  }
  std::string room = fmt::format("{} {}", axis.size, cells);
  if (axis.before + axis.after > 0) {
    room += fmt::format(" padded to {}", axis.size + axis.before + axis.after);
  }
  return parameter_error(
      layer, &Layer::kernel_size,
      fmt::format("{} does not fit {}; {}", window, room, fit_advice(layer, axis, cells)));
}

Result<void> check_half(const Layer& layer, const SlidingAxis& axis) {
  const std::int64_t most = axis.extent() / 2;
  if (axis.before <= most) return {};
  return parameter_error(layer, &Layer::padding,
                         fmt::format("padding {} is more than half of the window ({}); at most {}",
                                     axis.before, axis.extent(), most));
}

}  // namespace

std::optional<SlidingAxes> sliding_axes_of(const Layer& layer, const Shape& input) {
  const LayerKind& kind = *layer.kind;
  const bool slides = find_parameter(kind, &Layer::kernel_size) && kind.size_rule.empty() &&
                      !kind.global && !find_parameter(kind, &Layer::output_size);
  if (!slides) return {};
  return sliding_axes(converted(layer, kind), input);
}

/// An empty batch counts as one sample, so that it cannot ask for lists of windows without bound.
Result<void> check_output(const Layer& layer, const Shape& output, const ParameterField& cause) {
  Shape counted = output;
  if (counted.n == 0) counted.n = 1;
  if (const auto checked = checked_shape(counted, "output"); !checked) {
    return parameter_error(layer, cause, checked.error().message);
  }
  return {};
}

Result<PlaneWindows> lower_sliding(const Layer& layer, const Shape& input, Counted counted) {
  const auto [rows, cols] = sliding_axes(layer, input);
  if (const auto fits = check_fits(layer, rows, "rows"); !fits) return tl::unexpected(fits.error());
  if (const auto fits = check_fits(layer, cols, "columns"); !fits) {
    return tl::unexpected(fits.error());
  }
  const Shape output{input.n, input.c, rows.outputs(), cols.outputs()};
  if (const auto small = check_output(layer, output, &Layer::padding); !small) {
    return tl::unexpected(small.error());
  }
  return PlaneWindows{sliding_windows(rows, counted), sliding_windows(cols, counted)};
}

Result<PlaneWindows> lower_half_padded(const Layer& layer, const Shape& input, Counted counted) {
  const auto [rows, cols] = sliding_axes(layer, input);
  if (const auto half = check_half(layer, rows); !half) return tl::unexpected(half.error());
  if (const auto half = check_half(layer, cols); !half) return tl::unexpected(half.error());
  return lower_sliding(layer, input, counted);
}

Result<PlaneWindows> lower_adaptive(const Layer& layer, const Shape& input, Counted counted) {
  const Shape output{input.n, input.c, layer.output_size.h.value_or(input.h),
                     layer.output_size.w.value_or(input.w)};
  if (const auto small = check_output(layer, output, &Layer::output_size); !small) {
    return tl::unexpected(small.error());
  }
  return PlaneWindows{adaptive_windows(input.h, output.h, counted),
                      adaptive_windows(input.w, output.w, counted)};
}

PlaneWindows lower_global(const Shape& input, Counted counted) {
  return {adaptive_windows(input.h, 1, counted), adaptive_windows(input.w, 1, counted)};
}

LoweredPool max_pool(PlaneWindows windows) {
  LoweredPool pool;
  pool.planes.push_back(std::move(windows));
  return pool;
}

LoweredPool mean_pool(PlaneWindows windows) {
  LoweredPool pool = max_pool(std::move(windows));
  pool.reduction = Reduction::mean;
  pool.border = Border::zero;
  return pool;
}

LoweredPool power_pool(PlaneWindows windows, double exponent) {
  LoweredPool pool = mean_pool(std::move(windows));
  pool.reduction = Reduction::power;
  pool.exponent = exponent;
  return pool;
}

}  // namespace poolscope
