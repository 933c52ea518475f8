#include "core/engines/torch_room.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>

#include "core/torch/saved_tensor.h"
#include "core/torch/script_model.h"
#include "core/torch/torch_engine.h"
#include "core/torch/witness.h"

namespace poolscope {
namespace {

class Room final : public TorchRoom {
 public:
  std::string version() const override { return torch_version(); }
  const Engine& engine() const override { return engine_; }
  bool has_layer(const Layer& layer) const override { return has_witness(layer); }
  Result<PoolOutput> witness(const Layer& layer, const Tensor& input,
                             const Indices* winners) const override {
    return poolscope::witness(layer, input, winners);
  }
  Result<Tensor> witness_gradient(const Layer& layer, const Tensor& input,
                                  const Tensor& output) const override {
    return poolscope::witness_gradient(layer, input, output);
  }
  std::vector<std::string> devices() const override { return torch_devices(); }
  Result<std::shared_ptr<const Model>> open_model(const std::filesystem::path& path,
                                                  const std::string& device) const override {
    return open_script(path, device);
  }
  Result<ModelMap> read_tensor(const std::filesystem::path& path) const override {
    return read_saved_tensor(path);
  }

 private:
  TorchEngine engine_;
};

/// Debian's build starts with one thread; as everywhere, OMP_NUM_THREADS has the last word.
void use_all_cores() {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return;
  at::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

std::unique_ptr<const Room> open_room(std::string& reason) {
  try {
    use_all_cores();
    return std::make_unique<const Room>();
  } catch (const std::exception& exception) {
    reason = libtorch::error_of(exception).message;
    return nullptr;
  }
}

}  // namespace
}  // namespace poolscope

extern "C" __attribute__((visibility("default"))) const poolscope::TorchRoom* poolscope_torch_room(
    std::string& reason) {
  static const std::unique_ptr<const poolscope::Room> room = poolscope::open_room(reason);
  return room.get();
}
