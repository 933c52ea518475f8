#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

Result<LoweredLayer> lower_max(const Layer& layer, const Shape& input) {
  return lower_sliding(layer, input, Counted::one).map(max_pool);
}

/// Padding is never part of Keras' mean.
Result<LoweredLayer> lower_average(const Layer& layer, const Shape& input) {
  return lower_sliding(layer, input, Counted::inside).map(mean_pool);
}

Result<LoweredLayer> lower_global_max(const Layer&, const Shape& input) {
  return max_pool(lower_global(input, Counted::one));
}

Result<LoweredLayer> lower_global_average(const Layer&, const Shape& input) {
  return mean_pool(lower_global(input, Counted::inside));
}

constexpr Parameter kDataFormat{"data_format", &Layer::data_format, false,
                                "channels_first: N,C,H,W; channels_last: N,H,W,C."};
constexpr Parameter kPool[] = {
    {"pool_size", &Layer::kernel_size, false, "Height and width of the window, in cells."},
    {"strides", &Layer::stride, false, "Cells from one window to the next; None: the pool_size."},
    {"padding", &Layer::auto_pad, false,
     "valid: none; same: as much as makes the output size ceil(input / strides)."},
    kDataFormat,
};
constexpr Parameter kGlobalPool[] = {
    kDataFormat,
    {"keepdims", &Layer::keepdims, false, "Keep the rows and columns, as axes of size 1."},
};

constexpr Layer kDefaults{.auto_pad = AutoPad::valid};
constexpr Layer kRowDefaults{.kernel_size = {1, 2}, .auto_pad = AutoPad::valid};

constexpr LayerKind kKinds[] = {
    {"MaxPooling2D", Framework::keras, "Max", kPool, lower_max, kDefaults},
    {"AveragePooling2D", Framework::keras, "Average", kPool, lower_average, kDefaults},
    {"GlobalMaxPooling2D", Framework::keras, "Global max", kGlobalPool, lower_global_max, kDefaults,
     true},
    {"GlobalAveragePooling2D", Framework::keras, "Global average", kGlobalPool,
     lower_global_average, kDefaults, true},
    {"MaxPooling1D", Framework::keras, "Max 1d", kPool, lower_max, kRowDefaults, false, 1},
    {"AveragePooling1D", Framework::keras, "Average 1d", kPool, lower_average, kRowDefaults, false,
     1},
    {"GlobalMaxPooling1D", Framework::keras, "Global max 1d", kGlobalPool, lower_global_max,
     kRowDefaults, true, 1},
    {"GlobalAveragePooling1D", Framework::keras, "Global average 1d", kGlobalPool,
     lower_global_average, kRowDefaults, true, 1},
};

}  // namespace

std::span<const LayerKind> keras_kinds() { return kKinds; }

}  // namespace poolscope
