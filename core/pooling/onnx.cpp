#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"
#include "core/pooling/unpool.h"

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

Result<LoweredLayer> lower_max(const Layer& layer, const Shape& input) {
  return lower_padded_once(layer, input, Counted::one).map(max_pool);
}

Result<LoweredLayer> lower_average(const Layer& layer, const Shape& input) {
  const Counted counted = layer.count_include_pad ? Counted::padded : Counted::inside;
  return lower_padded_once(layer, input, counted).map(mean_pool);
}

Result<LoweredLayer> lower_power(const Layer& layer, const Shape& input) {
  auto windows = lower_padded_once(layer, input, Counted::one);
  if (!windows) return tl::unexpected(windows.error());
  return magnitude_pool(std::move(*windows), layer.norm_type);
}

Result<LoweredLayer> lower_global_max(const Layer&, const Shape& input) {
  return max_pool(lower_global(input, Counted::one));
}

Result<LoweredLayer> lower_global_average(const Layer&, const Shape& input) {
  return mean_pool(lower_global(input, Counted::inside));
}

Result<LoweredLayer> lower_global_power(const Layer& layer, const Shape& input) {
  return magnitude_pool(lower_global(input, Counted::one), layer.norm_type);
}

/// The rectangle, or the whole input where none is given; corners are the first and last cell.
Roi pooled_roi(const Layer& layer, const Shape& input) {
  const double scale = layer.spatial_scale;
  const Roi whole{0.0, 0.0, static_cast<double>(input.w - 1) / scale,
                  static_cast<double>(input.h - 1) / scale};
  return layer.rois.value_or(whole);
}

/// One axis of a rectangle in whole cells, cut into bins.
Result<std::vector<AxisWindow>> roi_windows(const Layer& layer, double first, double last,
                                            std::array<std::int64_t, 2> size_and_bins) {
  const auto [size, bins] = size_and_bins;
  const double from = std::round(first * layer.spatial_scale);
  const double to = std::round(last * layer.spatial_scale);
  if (!(from >= 0.0) || !(to < static_cast<double>(size))) {
    return parameter_error(
        layer, &Layer::rois,
        fmt::format("rois reach from cell {} to {}; from 0 to {}", from, to, size - 1));
  }
  const auto begin = static_cast<std::int64_t>(from);
  const std::int64_t cells = std::max<std::int64_t>(static_cast<std::int64_t>(to) - begin + 1, 1);
  std::vector<AxisWindow> windows = adaptive_windows(cells, bins, Counted::one);
  for (AxisWindow& window : windows) window.begin += begin;
  return windows;
}

/// Source: Girshick 2015 (Fast R-CNN), section 2.1; bins are exact integer arithmetic.
Result<LoweredLayer> lower_roi_pool(const Layer& layer, const Shape& input) {
  const Shape output{input.n, input.c, layer.pooled_shape.h, layer.pooled_shape.w};
  if (const auto small = check_output(layer, output, &Layer::pooled_shape); !small) {
    return tl::unexpected(small.error());
  }
  const Roi roi = pooled_roi(layer, input);
  auto rows = roi_windows(layer, roi.y1, roi.y2, {input.h, output.h});
  if (!rows) return tl::unexpected(rows.error());
  auto cols = roi_windows(layer, roi.x1, roi.x2, {input.w, output.w});
  if (!cols) return tl::unexpected(cols.error());
  return max_pool({std::move(*rows), std::move(*cols)});
}

/// Points an axis of a bin is sampled at: sampling_ratio, or one a cell.
Result<std::int64_t> sampled_points(const Layer& layer, double bin_size) {
  constexpr double kMostPoints = 4096.0;
  const double points = layer.sampling_ratio > 0 ? static_cast<double>(layer.sampling_ratio)
                                                 : std::max(std::ceil(bin_size), 1.0);
  if (points <= kMostPoints) return static_cast<std::int64_t>(points);
  return parameter_error(layer, &Layer::sampling_ratio,
                         fmt::format("a bin of {:.6g} cells is sampled at {} points; at most {}",
                                     bin_size, points, kMostPoints));
}

/// `max` takes the largest interpolated value of a bin.
Result<LoweredLayer> lower_roi_align(const Layer& layer, const Shape& input) {
  const Shape output{input.n, input.c, layer.output_height, layer.output_width};
  if (const auto small = check_output(layer, output, &Layer::output_height); !small) {
    return tl::unexpected(small.error());
  }
  const double scale = layer.spatial_scale;
  const Roi whole{0.0, 0.0, static_cast<double>(input.w) / scale,
                  static_cast<double>(input.h) / scale};
  const Roi roi = layer.rois.value_or(whole);
  const bool half_pixel = layer.coordinate_transformation_mode.index == 0;
  const double offset = half_pixel ? 0.5 : 0.0;
  const double least = half_pixel ? 0.0 : 1.0;
  RoiSampling sampling{.rows = output.h,
                       .cols = output.w,
                       .top = roi.y1 * scale - offset,
                       .left = roi.x1 * scale - offset,
                       .max = layer.mode.index == 1};
  sampling.bin_height = std::max((roi.y2 - roi.y1) * scale, least) / static_cast<double>(output.h);
  sampling.bin_width = std::max((roi.x2 - roi.x1) * scale, least) / static_cast<double>(output.w);
  const auto points_y = sampled_points(layer, sampling.bin_height);
  if (!points_y) return tl::unexpected(points_y.error());
  const auto points_x = sampled_points(layer, sampling.bin_width);
  if (!points_x) return tl::unexpected(points_x.error());
  sampling.points_y = *points_y;
  sampling.points_x = *points_x;
  constexpr std::int64_t kMostPoints = std::int64_t{1} << 31;
  const std::int64_t points = sampling.points_y * sampling.points_x;
  if (points > kMostPoints / std::max<std::int64_t>(output.elements(), 1)) {
    return parameter_error(
        layer, &Layer::sampling_ratio,
        fmt::format("{} bins of {}x{} points are too many to sample; at most {} "
                    "points together",
                    output.elements(), sampling.points_y, sampling.points_x, kMostPoints));
  }
  return sampling;
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
constexpr Parameter kStorageOrder{"storage_order",
                                  &Layer::storage_order,
                                  false,
                                  "Order of Indices inside a plane: 0 row-major, 1 column-major.",
                                  {0.0, 1.0, "0 (row-major) or 1 (column-major)"}};
constexpr Parameter kP{"p", &Layer::norm_type, false,
                       "The power p in (sum of |x|^p)^(1/p), a positive integer."};

constexpr NumberRange kScale{1e-6, 1e6, "from 1e-6 to 1e6"};
constexpr NumberRange kCellCount{1.0, static_cast<double>(kMaxParameter),
                                 "an integer of at least 1"};
constexpr std::string_view kModes[] = {"avg", "max"};
constexpr std::string_view kCoordinates[] = {"half_pixel", "output_half_pixel"};
constexpr Parameter kRois{"rois", &Layer::rois, false,
                          "The rectangle [x1, y1, x2, y2] on every sample; None: the whole input."};
constexpr Parameter kSpatialScale{"spatial_scale", &Layer::spatial_scale, false,
                                  "Cells of the input for one unit of rois.", kScale};
constexpr Parameter kMaxRoiPool[] = {
    {"pooled_shape", &Layer::pooled_shape, true, "Rows and columns of the output."},
    kSpatialScale,
    kRois};
constexpr Parameter kRoiAlign[] = {
    {"mode",
     &Layer::mode,
     false,
     "avg: the mean of the sampled values; max: the largest.",
     {},
     kModes},
    {"output_height", &Layer::output_height, false, "Rows of the output.", kCellCount},
    {"output_width", &Layer::output_width, false, "Columns of the output.", kCellCount},
    {"sampling_ratio",
     &Layer::sampling_ratio,
     false,
     "Points sampled along each axis of a bin; 0: one a cell.",
     {0.0, 4096.0, "an integer from 0 to 4096"}},
    kSpatialScale,
    {"coordinate_transformation_mode",
     &Layer::coordinate_transformation_mode,
     false,
     "half_pixel: cell centres lie at .5; output_half_pixel: at whole numbers.",
     {},
     kCoordinates},
    kRois};
constexpr Parameter kMaxUnpool[] = {kKernelShape, kStrides, kPads};

constexpr Parameter kMaxPool[] = {kKernelShape, kStrides,  kPads,        kAutoPad,
                                  kDilations,   kCeilMode, kStorageOrder};
constexpr Parameter kAveragePool[] = {kKernelShape, kStrides,  kPads,           kAutoPad,
                                      kDilations,   kCeilMode, kCountIncludePad};
constexpr Parameter kLpPool[] = {kKernelShape, kP,         kStrides, kPads,
                                 kAutoPad,     kDilations, kCeilMode};
constexpr Parameter kGlobalLpPool[] = {kP};

constexpr Layer kDefaults{.stride = Pair{1, 1}, .count_include_pad = false};

constexpr Layer kRoiDefaults{.pooled_shape = {2, 2}};

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
    {.name = "MaxUnpool",
     .framework = Framework::onnx,
     .title = "Max unpool",
     .parameters = kMaxUnpool,
     .lower = lower_unpool,
     .defaults = kDefaults,
     .size_rule = "out = (in-1)·s-pb-pa+k"},
    {.name = "MaxRoiPool",
     .framework = Framework::onnx,
     .title = "RoI max",
     .parameters = kMaxRoiPool,
     .lower = lower_roi_pool,
     .defaults = kRoiDefaults,
     .size_rule = "out = pooled_shape"},
    {.name = "RoiAlign",
     .framework = Framework::onnx,
     .title = "RoI align",
     .parameters = kRoiAlign,
     .lower = lower_roi_align,
     .defaults = kDefaults,
     .size_rule = "out = output_height, output_width"},
};

}  // namespace

std::span<const LayerKind> onnx_kinds() { return kKinds; }

}  // namespace poolscope
