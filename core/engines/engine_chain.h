#pragma once

#include <span>
#include <vector>

#include "core/engines/engine.h"

namespace poolscope {

/// An engine and those that stand in for it: the first that does not refuse a run and does not fail
/// in it gives the result, with a note where it is not the first. Winners, bits and bounds are the
/// same in each. Thread: as its members.
class EngineChain final : public Engine {
 public:
  /// At least one engine; all outlive the chain.
  explicit EngineChain(std::vector<const Engine*> engines) : engines_(std::move(engines)) {}

  /// Those of the first engine, which the chain stands for.
  std::string name() const override { return engines_.front()->name(); }
  std::string title() const override { return engines_.front()->title(); }
  /// Errors: that of the last engine; `cancelled`.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  bool has_network_layers() const override;
  Result<PoolOutput> convolve(const Tensor& input, const Convolution& convolution,
                              const RunOptions& options) const override;
  Result<PoolOutput> map(const Tensor& input, const Pointwise& pointwise,
                         const RunOptions& options) const override;
  std::vector<std::string> notes(const Layer& layer, const Shape& input) const override {
    return engines_.front()->notes(layer, input);
  }
  std::span<const Engine* const> engines() const { return engines_; }

 private:
  template <class Leaves, class Run>
  Result<PoolOutput> first_that_runs(const RunOptions& options, Leaves leaves, Run run) const;

  std::vector<const Engine*> engines_;
};

}  // namespace poolscope
