#include <utility>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// A sliding pool whose padding is given once: by pads or by auto_pad.
Result<PlaneWindows> lower_padded_once(const Layer& layer, const Shape& input, Counted counted) {
  if (layer.auto_pad != AutoPad::notset && layer.padding != Pads{}) {
    const LayerKind& kind = *layer.kind;
    return parameter_error(
        layer, &Layer::padding,
        fmt::format("pads {} cannot go with auto_pad {}; leave out one of the two",
                    parameter_text(layer, *find_parameter(kind, &Layer::padding)),
                    parameter_text(layer, *find_parameter(kind, &Layer::auto_pad))));
  }
  return lower_sliding(layer, input, counted);
}

LoweredPool magnitude_pool(PlaneWindows windows, double exponent) {
  LoweredPool pool = power_pool(std::move(windows), exponent);
  pool.magnitude = true;
  return pool;
}

Result<LoweredPool> lower_max(const Layer& layer, const Shape& input) {
  return lower_padded_once(layer, input, Counted::one).map(max_pool);
}

Result<LoweredPool> lower_average(const Layer& layer, const Shape& input) {
  const Counted counted = layer.count_include_pad ? Counted::padded : Counted::inside;
  return lower_padded_once(layer, input, counted).map(mean_pool);
}

Result<LoweredPool> lower_power(const Layer& layer, const Shape& input) {
  auto windows = lower_padded_once(layer, input, Counted::one);
  if (!windows) return tl::unexpected(windows.error());
  return magnitude_pool(std::move(*windows), layer.norm_type);
}

Result<LoweredPool> lower_global_max(const Layer&, const Shape& input) {
  return max_pool(lower_global(input, Counted::one));
}

Result<LoweredPool> lower_global_average(const Layer&, const Shape& input) {
  return mean_pool(lower_global(input, Counted::inside));
}

Result<LoweredPool> lower_global_power(const Layer& layer, const Shape& input) {
  return magnitude_pool(lower_global(input, Counted::one), layer.norm_type);
}

constexpr Parameter kKernelShape{"kernel_shape", &Layer::kernel_size, true,
                                 "Height and width of the window, in cells."};
constexpr Parameter kStrides{"strides", &Layer::stride, false,
                             "Cells from one window to the next; 1 where left out."};
constexpr Parameter kPads{"pads", &Layer::padding, false,
                          "Cells added at the top, left, bottom and right."};
constexpr Parameter kAutoPad{"auto_pad", &Layer::auto_pad, false,
                             "NOTSET: pads; SAME_UPPER, SAME_LOWER: output size ceil(input / "
                             "strides), odd cell after or before; VALID: none."};
constexpr Parameter kDilations{"dilations", &Layer::dilation, false,
                               "Cells from one tap of a window to the next."};
constexpr Parameter kCeilMode{"ceil_mode", &Layer::ceil_mode, false,
                              "1: round the output size up, the last window may overhang."};
constexpr Parameter kCountIncludePad{"count_include_pad", &Layer::count_include_pad, false,
                                     "1: count the padding's zeros in the mean."};
constexpr Parameter kStorageOrder{"storage_order", &Layer::storage_order, false,
                                  "Order of Indices inside a plane: 0 row-major, 1 column-major."};
constexpr Parameter kP{"p", &Layer::norm_type, false,
                       "The power p in (sum of |x|^p)^(1/p), a positive integer."};

constexpr Parameter kMaxPool[] = {kKernelShape, kStrides,  kPads,        kAutoPad,
                                  kDilations,   kCeilMode, kStorageOrder};
constexpr Parameter kAveragePool[] = {kKernelShape, kStrides,  kPads,           kAutoPad,
                                      kDilations,   kCeilMode, kCountIncludePad};
constexpr Parameter kLpPool[] = {kKernelShape, kP,         kStrides, kPads,
                                 kAutoPad,     kDilations, kCeilMode};
constexpr Parameter kGlobalLpPool[] = {kP};

constexpr Layer kDefaults{.stride = Pair{1, 1}, .count_include_pad = false};

constexpr LayerKind kKinds[] = {
    {"MaxPool", Framework::onnx, "Max", kMaxPool, lower_max, kDefaults},
    {"AveragePool", Framework::onnx, "Average", kAveragePool, lower_average, kDefaults},
    {"LpPool", Framework::onnx, "LP norm", kLpPool, lower_power, kDefaults},
    {"GlobalMaxPool", Framework::onnx, "Global max", {}, lower_global_max, kDefaults, true},
    {"GlobalAveragePool",
     Framework::onnx,
     "Global average",
     {},
     lower_global_average,
     kDefaults,
     true},
    {"GlobalLpPool", Framework::onnx, "Global LP norm", kGlobalLpPool, lower_global_power,
     kDefaults, true},
};

}  // namespace

std::span<const LayerKind> onnx_kinds() { return kKinds; }

}  // namespace poolscope
