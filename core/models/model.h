#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/models/reach.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// One parameter of a model's layer, by PyTorch's name: `kernel_size`, `eps`.
struct ModelParameter {
  using Value = std::variant<bool, std::int64_t, double, std::vector<std::int64_t>, std::string>;
  std::string name;
  Value value;

  bool operator==(const ModelParameter&) const = default;
};

/// The value as Python writes it: `(3, 3)`, `True`, `1e-05`.
std::string value_text(const ModelParameter& parameter);
/// All of them as keyword arguments: `kernel_size=(3, 3), stride=(2, 2)`.
std::string parameters_text(const std::vector<ModelParameter>& parameters);

/// Stands for the model's own input where layers are counted.
inline constexpr std::size_t kModelInput = std::numeric_limits<std::size_t>::max();

/// One layer of a model: a module, or an operator that a module's forward calls.
struct ModelLayer {
  /// The module's path as named_modules() has it: `layer1.0.conv1`; of a functional operator the
  /// path of the module that calls it, the operator and a number that counts from 1:
  /// `layer1.0.add_1`. A module's second call is `layer1.0.relu_2`. A number already taken is left
  /// out.
  std::string name;
  std::string kind;        ///< The module's class, or the operator: `Conv2d`, `add_`.
  std::string scope = {};  ///< Path of the module that calls it; empty for the model itself.
  int depth = 0;           ///< In the tree: 0 for what the model itself calls.
  bool is_module = false;
  bool is_container = false;  ///< Other layers lie inside; they follow it.
  bool is_pooling = false;    ///< A pool, or a convolution with a stride.
  std::vector<ModelParameter> parameters = {};
  std::int64_t parameter_count = 0;  ///< Numbers that training learns, of the layers inside too.
  std::optional<Layer> layer = {};   ///< The same as Poolscope's own layer, where it has one.
  LayerReach reach = {};             ///< What a cell of it reads.
  /// The layers whose maps it reads, or kModelInput; of a container, those that give its map.
  std::vector<std::size_t> inputs = {};
};

/// Numbers that training learns, of all layers: what the outermost modules hold.
std::int64_t all_parameters(const std::vector<ModelLayer>& layers);

/// Values of any number of axes. Shape: `axes` is PyTorch's; `values` holds the same numbers in the
/// same order, as N,C,H,W: two axes are N,C, three N,C,W, and of more than four those between C
/// and the last are taken as one.
struct ModelMap {
  Tensor values;
  std::vector<std::int64_t> axes = {};

  /// Whether the layer ran; where it did and `values` are empty, they were not wanted or were over
  /// the budget.
  bool ran = false;
  std::string type = {};  ///< `float32`; values of another type are converted.
};

/// Whether both have the same axes, and values of the same bits.
bool same_bits(const ModelMap& a, const ModelMap& b);

/// A map of that shape. Errors: more axes or elements than arrays may have.
Result<Shape> map_shape(const std::vector<std::int64_t>& axes);

/// Another pool in the place of a model's pooling layer.
struct LayerSwap {
  std::size_t layer = 0;
  Layer replacement;

  bool operator==(const LayerSwap&) const = default;
};

/// What to run a model on, and what to keep of it.
struct ModelRequest {
  Tensor input;
  std::vector<std::int64_t> axes;  ///< Of the input, as the model is to see it.
  std::vector<LayerSwap> swaps = {};
  /// Layers whose values are kept; empty for all.
  std::vector<std::size_t> wanted = {};
  /// Bytes of maps kept; layers beyond it only tell their shape.
  std::int64_t budget = std::numeric_limits<std::int64_t>::max();
  /// When set and true, the run stops before its next layer with the error "cancelled".
  const std::atomic<bool>* cancelled = nullptr;
};

/// What one forward pass gave.
struct ModelRun {
  std::vector<ModelMap> maps;  ///< One a layer; of one that runs several times, the last.
  ModelMap output;             ///< The first tensor that the model returns.
};

/// A trained network that is open. Thread: its members may be called from several threads at once.
class Model {
 public:
  virtual ~Model() = default;

  /// In the order in which they are called; a container comes before what lies inside.
  virtual const std::vector<ModelLayer>& layers() const = 0;
  /// What the user is to be told: parts that are not shown, a model saved in training mode.
  virtual const std::vector<std::string>& notes() const = 0;

  /// One forward pass that keeps every map; the arithmetic is the model's own, in its own order, so
  /// that the output has the bits of plain(). Errors: what the model throws, with the layer where
  /// it did; for a swap that a later layer cannot take, also the remedy; memory; "cancelled".
  virtual Result<ModelRun> run(const ModelRequest& request) const = 0;
  /// The model's own forward pass, nothing captured; `swaps` and `wanted` are not read.
  virtual Result<ModelMap> plain(const ModelRequest& request) const = 0;

  /// The weights that make one channel of a convolution's map: a kernel for each input channel that
  /// it reads. Shape: 1 x input channels of its group x kernel rows x kernel columns. Errors: no
  /// module with such weights, a channel that is not there.
  virtual Result<Tensor> filter(std::size_t layer, std::int64_t channel) const = 0;

  /// Writes the model with those pools changed as TorchScript, beside first, then renamed. Errors:
  /// a pool that TorchScript has no operators for, by name; the file.
  virtual Result<void> save(const std::vector<LayerSwap>& swaps,
                            const std::filesystem::path& path) const = 0;
};

/// The layer of that name. Errors: another name, with the nearest one.
Result<std::size_t> find_layer(const std::vector<ModelLayer>& layers, std::string_view name);
/// The same for a layer that can be swapped. Errors: also a layer that is no pool, with those that
/// are.
Result<std::size_t> find_pooling_layer(const std::vector<ModelLayer>& layers,
                                       std::string_view name);

}  // namespace poolscope
