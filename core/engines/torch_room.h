#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/engines/engine.h"
#include "core/pooling/layer.h"

namespace poolscope {

class Model;
struct ModelMap;

/// What libpoolscope_torch.so offers: everything of the program that runs on LibTorch. Lives as
/// long as the program. Thread: all members may be called from several threads at once.
class TorchRoom {
 public:
  virtual ~TorchRoom() = default;

  /// Of the linked LibTorch: `1.13.1`.
  virtual std::string version() const = 0;
  /// The engine named `torch`.
  virtual const Engine& engine() const = 0;

  /// Whether LibTorch has the layer itself, so that it can be its witness.
  virtual bool has_layer(const Layer& layer) const = 0;
  /// What LibTorch's own layer gives for `layer`'s parameters, on the CPU; nothing of Poolscope's
  /// lowering is used, so this witnesses it. Winners where the layer has them, -1 for none.
  /// `winners` are those that an unpooling reads. Errors: LibTorch's own; a layer it does not have.
  virtual Result<PoolOutput> witness(const Layer& layer, const Tensor& input,
                                     const Indices* winners = nullptr) const = 0;
  /// The gradient that autograd sends through that layer to `input` when `output` is the one on its
  /// output. Errors: as witness(); `output` of another shape.
  virtual Result<Tensor> witness_gradient(const Layer& layer, const Tensor& input,
                                          const Tensor& output) const = 0;

  /// Where models can run: `cpu`, and the graphics devices that the linked build can use.
  virtual std::vector<std::string> devices() const = 0;
  /// Opens a TorchScript file on one of devices(). Its code is read before any of it runs: a file
  /// that could read or write others is refused. Errors: with the file's name, what is wrong with
  /// it and how to export one that is right.
  virtual Result<std::shared_ptr<const Model>> open_model(
      const std::filesystem::path& path, const std::string& device = "cpu") const = 0;
  /// Reads a tensor that torch.save() wrote. Errors: with the file's name, what is wrong with it.
  virtual Result<ModelMap> read_tensor(const std::filesystem::path& path) const = 0;
};

/// Opens libpoolscope_torch.so, which lies beside libpoolscope_core.so, at the first call: this
/// takes up to a second, so call it where waiting is fine. Errors: the library is not there or
/// cannot be opened, with the package that brings it. Thread: any.
Result<const TorchRoom*> torch_room();

/// Whether that library was built; opens nothing, and takes no time. Thread: any.
bool has_torch_library();

/// The name and the type of the one function that libpoolscope_torch.so exports. It gives null, and
/// says why in `reason`, when LibTorch cannot be used.
inline constexpr const char* kTorchRoomFunction = "poolscope_torch_room";
using TorchRoomFunction = const TorchRoom* (*)(std::string& reason);

}  // namespace poolscope
