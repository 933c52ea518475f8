#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/tensor.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// Which framework's rules and spelling a layer follows; research pools are written as PyTorch's.
enum class Framework { pytorch, keras, onnx, research };

/// Height and width of a parameter, in cells.
struct Pair {
  std::int64_t h = 1, w = 1;
  bool operator==(const Pair&) const = default;
};

/// Padding around the input, in cells; PyTorch's is the same on both sides of an axis.
struct Pads {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  bool operator==(const Pads&) const = default;
};

/// The size an adaptive pool is to reach; an empty axis keeps the input's.
struct OutputSize {
  std::optional<std::int64_t> h, w;
  bool operator==(const OutputSize&) const = default;
};

/// The share of the input's size that a fractional pool is to reach.
struct OutputRatio {
  double h = 0.5, w = 0.5;
  bool operator==(const OutputRatio&) const = default;
};

/// A rectangle on the input, its corners as ONNX gives them: x1, y1, x2, y2.
struct Roi {
  double x1 = 0.0, y1 = 0.0, x2 = 0.0, y2 = 0.0;
  bool operator==(const Roi&) const = default;
};

/// One of the words that a parameter's row lists, by its place there.
struct Choice {
  std::size_t index = 0;
  bool operator==(const Choice&) const = default;
};

/// The kernels of a convolution: a preset, or numbers.
struct KernelBank {
  Choice preset = {};  ///< Of the words its row lists; counts where no numbers are given.
  /// Of the numbers: rows and columns of one kernel; kernels before them; or, as PyTorch's weight,
  /// kernels, the channels each reads, rows, columns. Empty for a preset.
  std::vector<std::int64_t> axes = {};
  std::vector<double> numbers = {};  ///< Row-major.

  bool is_typed() const { return !axes.empty(); }
  Pair size() const { return {axes[axes.size() - 2], axes.back()}; }
  bool operator==(const KernelBank&) const = default;
};

/// Padding chosen by rule: ONNX' auto_pad and Keras' padding.
enum class AutoPad { notset, valid, same_upper, same_lower };

struct LayerKind;

/// A layer as its framework writes it: plain data, with the parameters of all kinds; a kind
/// reads those its table row lists. Defaults are PyTorch's; make_layer() gives those of a kind.
struct Layer {
  const LayerKind* kind = nullptr;
  Pair kernel_size{2, 2};
  std::optional<Pair> stride = {};  ///< Empty: equal to kernel_size.
  Pads padding = {};
  AutoPad auto_pad = AutoPad::notset;
  Pair dilation{1, 1};
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::optional<std::int64_t> divisor_override = {};
  double norm_type = 2.0;
  OutputSize output_size = {};
  bool return_indices = false;
  DataFormat data_format = DataFormat::unspecified;
  bool keepdims = false;
  std::int64_t storage_order = 0;
  std::optional<OutputRatio> output_ratio = {};
  std::int64_t seed = 0;
  bool training = false;
  double alpha = 0.5;
  double eps = 1e-6;
  double beta = 1.0;
  double temperature = 1.0;
  std::int64_t filter_size = 3;
  KernelBank weight = {};
  std::vector<std::int64_t> bins = {};
  std::optional<Roi> rois = {};
  double spatial_scale = 1.0;
  Pair pooled_shape{1, 1};
  std::int64_t output_height = 1, output_width = 1;
  std::int64_t sampling_ratio = 0;
  Choice mode = {};
  Choice coordinate_transformation_mode = {};
  std::optional<std::int64_t> in_channels = {};  ///< Empty: as many as there are.
  std::optional<std::int64_t> out_channels = {};
  std::optional<std::int64_t> groups = 1;  ///< Empty: each channel is one.
  std::vector<double> bias = {};           ///< One a channel, or one for all; empty: none.
  bool inplace = false;
  double negative_slope = 0.01;
  double min_val = -1.0, max_val = 1.0;
  std::vector<double> running_mean = {}, running_var = {}, gamma = {};  ///< As `bias`.

  Pair effective_stride() const { return stride.value_or(kernel_size); }
  bool operator==(const Layer&) const = default;
};

/// Where a parameter lives in Layer; its type says how it is written, read and edited.
using ParameterField =
    std::variant<Pair Layer::*, std::optional<Pair> Layer::*, Pads Layer::*, AutoPad Layer::*,
                 bool Layer::*, std::optional<std::int64_t> Layer::*, double Layer::*,
                 OutputSize Layer::*, DataFormat Layer::*, std::int64_t Layer::*,
                 std::optional<OutputRatio> Layer::*, std::vector<std::int64_t> Layer::*,
                 std::optional<Roi> Layer::*, Choice Layer::*, KernelBank Layer::*,
                 std::vector<double> Layer::*>;

/// The numbers a parameter may be, and the words that say so.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::string_view rule = {};  ///< `from 0 to 1`.
};

/// One parameter of one kind, as its framework names it.
struct Parameter {
  std::string_view name;  ///< `kernel_size`, `pool_size`, `kernel_shape`, ...
  ParameterField field;
  bool required = false;
  std::string_view help;                           ///< One line for tooltips and --help.
  NumberRange range = {};                          ///< Of a number.
  std::span<const std::string_view> choices = {};  ///< Of a Choice, and the presets of kernels.
};

/// One table row: everything the program knows of a kind of layer.
struct LayerKind {
  std::string_view name;  ///< As the framework writes it: `MaxPool2d`.
  Framework framework;
  std::string_view title;  ///< For menus: `Max`, `Average`, `Adaptive max`, ...
  /// In the order of the framework's positional arguments.
  std::span<const Parameter> parameters;
  /// What `layer` does to an input. Errors: any parameter out of its limits, naming the parameter;
  /// an output without cells.
  Result<LoweredLayer> (*lower)(const Layer& layer, const Shape& input);
  /// Default values where they differ from Layer's own.
  Layer defaults = {};
  bool global = false;  ///< Reduces the whole plane to one cell.
  /// That it pools over: 2 (rows and columns), 1 (a single row), or 0 (none: it works on each value
  /// by itself, whatever the axes).
  int axes = 2;
  /// The output size in letters, where it is not that of a sliding, adaptive or global window.
  std::string_view size_rule = {};
  bool is_pool = true;  ///< Or it stands beside pools in a network.
  std::string_view starting_text =
      {};  ///< Of starting_layer(), where the defaults alone teach little.

  bool is(Framework other) const { return framework == other; }
};

/// Every kind, PyTorch's pools first, then Keras', ONNX' and the research pools, and PyTorch's
/// layers that stand beside pools; the order of the menus.
std::span<const LayerKind* const> layer_kinds();
/// The kind of that exact name, or null.
const LayerKind* find_kind(std::string_view name);
/// A layer of `kind` with its framework's defaults.
Layer make_layer(const LayerKind& kind);
/// The same setting as another kind: parameters that both have are carried over, the others get the
/// defaults of `kind`.
Layer converted(const Layer& layer, const LayerKind& kind);
/// The kind's parameter of that name, or null.
const Parameter* find_parameter(const LayerKind& kind, std::string_view name);

/// A layer that runs on most inputs, where the framework's defaults alone do not make one.
Layer starting_layer(const LayerKind& kind);

/// What a layer does to an input. Errors: a parameter out of its limits (by name, with the value
/// found and what would be right), no output cell, an output too large.
Result<LoweredLayer> lower_layer(const Layer& layer, const Shape& input);

/// The same for a layer that is one pool. Errors: also a layer that is not.
Result<LoweredPool> lower(const Layer& layer, const Shape& input);

/// The form of the array a layer gives when it reads one of form `input`. Errors: no spatial axes.
Result<ArrayForm> output_form(const Layer& layer, const ArrayForm& input);

/// The order in which frameworks return a layer's winners (return_indices, ONNX' Indices), from
/// indices y*W + x per plane. PyTorch, Keras: the same; ONNX: over the whole N*C*H*W tensor,
/// column-major inside the plane with storage_order 1. -1 stays -1.
Result<Indices> framework_indices(const Layer& layer, const Indices& winners, const Shape& input);

}  // namespace poolscope
