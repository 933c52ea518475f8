#pragma once

#include "core/engines/engine.h"

namespace poolscope {

/// The oracle that every other engine is held against: plain loops over each window's taps in
/// row-major order, sums in double, one rounding to float at the end. Never optimised.
/// NaN/padding: as design/semantics.md, section "Values", says. Thread: run() has no state.
class ReferenceEngine final : public Engine {
 public:
  std::string name() const override { return "reference"; }
  std::string title() const override { return "Reference, 1 thread"; }
  /// Errors: out of memory; `cancelled`, looked at once an output row.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  bool has_network_layers() const override { return true; }
  Result<PoolOutput> convolve(const Tensor& input, const Convolution& convolution,
                              const RunOptions& options) const override;
  Result<PoolOutput> map(const Tensor& input, const Pointwise& pointwise,
                         const RunOptions& options) const override;
};

}  // namespace poolscope
