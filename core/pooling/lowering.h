#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/pooling/axis_windows.h"
#include "core/pooling/layer.h"

/// What the framework files (pytorch.cpp, keras.cpp, onnx.cpp) share and what they give to
/// layer.cpp.
namespace poolscope {

std::span<const LayerKind> pytorch_kinds();
std::span<const LayerKind> keras_kinds();
std::span<const LayerKind> onnx_kinds();
std::span<const LayerKind> research_kinds();
std::span<const LayerKind> network_kinds();

/// The largest integer a parameter may have; every sum and product of the lowering fits in 64 bits.
inline constexpr std::int64_t kMaxParameter = (std::int64_t{1} << 31) - 1;

/// No layer lists more windows than this, all its planes together.
inline constexpr std::int64_t kMaxWindows = std::int64_t{1} << 25;

/// The kind's parameter kept in `field`, or null.
const Parameter* find_parameter(const LayerKind& kind, const ParameterField& field);

/// The kind's own name of `field`; empty if it has no such parameter.
std::string_view parameter_name(const LayerKind& kind, const ParameterField& field);

/// The error `MaxPool2d: message`, laid at the parameter kept in `field`.
tl::unexpected<Error> parameter_error(const Layer& layer, const ParameterField& field,
                                      std::string_view message);

/// Every parameter within its own range, whatever the input. Errors: name, value found, the limit.
Result<void> check_limits(const Layer& layer);

/// An input with channels, rows and columns (a batch of 0 is fine).
Result<void> check_input(const Layer& layer, const Shape& input);

/// An output of a size that can be had; `cause` is the parameter that asks for it.
Result<void> check_output(const Layer& layer, const Shape& output, const ParameterField& cause);

/// The windows of a layer with a sliding window. Errors: no window fits, an output too large; both
/// are found before any window is made.
Result<PlaneWindows> lower_sliding(const Layer& layer, const Shape& input, Counted counted);

/// The windows of a layer that reaches output_size. Errors: an output too large.
Result<PlaneWindows> lower_adaptive(const Layer& layer, const Shape& input, Counted counted);

/// One window over the whole plane.
PlaneWindows lower_global(const Shape& input, Counted counted);

/// A sliding pool whose padding is at most half of the window, as PyTorch has it.
Result<PlaneWindows> lower_half_padded(const Layer& layer, const Shape& input, Counted counted);

LoweredPool max_pool(PlaneWindows windows);
LoweredPool mean_pool(PlaneWindows windows);
LoweredPool power_pool(PlaneWindows windows, double exponent);

}  // namespace poolscope
