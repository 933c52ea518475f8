#pragma once

#include "core/engines/engine.h"
#include "core/torch/libtorch.h"

namespace poolscope {

/// LibTorch as an engine, on the best device that the linked build offers (CUDA, then MPS, then the
/// CPU): its own pooling operators where they say what the windows say, else its general ones.
/// NaN/padding: as design/semantics.md says. Max, min, median and winners have the reference's
/// bits; sums of own operators are taken in float, one tap after another, as LibTorch does. Thread:
/// run() has no state; LibTorch shares the work among its own threads.
class TorchEngine final : public Engine {
 public:
  TorchEngine();

  std::string name() const override { return "torch"; }
  /// `LibTorch 1.13.1, CPU`.
  std::string title() const override;
  /// Errors: out of memory, on the device too; `cancelled`.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  bool has_network_layers() const override { return true; }
  Result<PoolOutput> convolve(const Tensor& input, const Convolution& convolution,
                              const RunOptions& options) const override;
  Result<PoolOutput> map(const Tensor& input, const Pointwise& pointwise,
                         const RunOptions& options) const override;
  std::optional<std::string> refuses(const Shape& input, const LoweredPool& pool,
                                     const RunOptions& options) const override;
  std::vector<std::string> notes(const Layer& layer, const Shape& input) const override;

 private:
  at::Device device_;
};

/// Of the linked LibTorch: `1.13.1`.
std::string torch_version();

}  // namespace poolscope
