#pragma once

#include <memory>

#include "core/engines/engine.h"

namespace poolscope {
namespace cpu {
class Crew;
}

/// The fast engine for a CPU: every instruction set it was built for, chosen at run time (Highway),
/// and all cores (oneTBB). The number of threads never changes a result.
/// Thread: run() may be called from several threads at once; they share the engine's threads.
class CpuEngine final : public Engine {
 public:
  /// 0 threads: as many as the machine lends this process.
  explicit CpuEngine(int threads = 0);
  ~CpuEngine() override;

  std::string name() const override { return "cpu"; }
  /// `CPU, 8 threads`.
  std::string title() const override;
  /// Errors: out of memory, with the size asked for; `cancelled`.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  bool has_network_layers() const override { return true; }
  Result<PoolOutput> convolve(const Tensor& input, const Convolution& convolution,
                              const RunOptions& options) const override;
  Result<PoolOutput> map(const Tensor& input, const Pointwise& pointwise,
                         const RunOptions& options) const override;

 private:
  std::unique_ptr<cpu::Crew> crew_;
};

}  // namespace poolscope
