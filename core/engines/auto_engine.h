#pragma once

#include <functional>

#include "core/engines/engine.h"

namespace poolscope {

/// A run as far as the choice of an engine depends on it.
struct Workload {
  double cells_in = 0.0, cells_out = 0.0;
  double taps = 0.0;         ///< Of all windows together.
  double cpu_seconds = 0.0;  ///< What the CPU engine takes, about.
  bool on_gpu = false;       ///< The input lies in the GPU's memory already.
};

Workload workload_of(const Tensor& input, const LoweredPool& pool, bool on_gpu);

/// Whether a GPU is worth the way there and back: it saves more than half of the CPU engine's time,
/// and that time can be felt. The rates behind it are estimates for two cores and a GPU on PCIe 3;
/// they stand in one place, in auto_engine.cpp.
bool gpu_pays(const Workload& work);

/// The GPU's engine, as far as it is known without waiting.
struct GpuOffer {
  const Engine* engine = nullptr;
  /// It works, and is no software renderer; the first call may start to find out.
  std::function<bool()> is_hardware;
  std::function<bool(const Tensor& input)> holds;  ///< The input is on the GPU already.
};

/// The fastest engine for each run: the GPU's where it pays, else the CPU's. Small runs never ask
/// for a GPU, and no run waits for one to be found.
/// Thread: as the engines it chooses from.
class AutoEngine final : public Engine {
 public:
  AutoEngine(const Engine& cpu, GpuOffer gpu) : cpu_(cpu), gpu_(std::move(gpu)) {}

  std::string name() const override { return "auto"; }
  /// That of the CPU's engine, which runs most; each output names the one that ran it.
  std::string title() const override { return cpu_.title(); }
  /// Errors: those of the CPU's engine, which also runs what the GPU's fails in, with a note.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  bool has_network_layers() const override { return cpu_.has_network_layers(); }
  Result<PoolOutput> convolve(const Tensor& input, const Convolution& convolution,
                              const RunOptions& options) const override;
  Result<PoolOutput> map(const Tensor& input, const Pointwise& pointwise,
                         const RunOptions& options) const override;

 private:
  bool chooses_gpu(const Tensor& input, const LoweredPool& pool, const RunOptions& options) const;

  const Engine& cpu_;
  GpuOffer gpu_;
};

}  // namespace poolscope
