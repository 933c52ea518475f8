#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "core/analysis/window_taps.h"
#include "core/engines/engine.h"

namespace poolscope {

/// Who of several taps that hold a window's winning value gets its gradient.
enum class TiePolicy {
  winner,  ///< The winner alone, the first of them: what PyTorch does.
  split,   ///< Each an equal part.
  all,     ///< Each the whole of it.
};

/// How gradients are followed back; a policy alone will do.
struct GradientOptions {
  TiePolicy ties = TiePolicy::winner;
  /// When set and true, it stops early with the error "cancelled".
  const std::atomic<bool>* cancelled = nullptr;

  GradientOptions(TiePolicy policy, const std::atomic<bool>* stop = nullptr)
      : ties(policy), cancelled(stop) {}
  bool is_cancelled() const { return cancelled && cancelled->load(std::memory_order_relaxed); }
};

/// The gradient that reaches a pool's input when `output` (one value a cell of the pool's output)
/// is the gradient on its output: the pool's transposed Jacobian at `input`.
/// Shape: as the input. A pick (max, min, median) passes it on by `ties`; a mean sends 1/divisor to
/// each tap inside, a power, softmax or log-sum-exp what its formula's derivative says; where that
/// has none, and for a power whose value is 0, as PyTorch has it, it is 0. NaN: a NaN that won gets
/// the gradient; a mean and a weighted sum send on the same whatever they read; the derivative of
/// another reduction of NaN may be NaN. Errors: memory. Source: design/semantics.md, "Backward".
Result<Tensor> gradient(const LoweredPool& pool, const Tensor& input, const Tensor& output,
                        const GradientOptions& options);

/// What one tap of a window gets of a gradient of 1 on the window's result.
struct TapGradient {
  std::int64_t index = 0;  ///< y*W + x.
  double share = 0.0;
};

/// The gradient of one window alone, a tap that reads a cell after the other in row-major order.
/// Errors: memory. Cost: that of the window.
Result<std::vector<TapGradient>> window_gradient(const LoweredPool& pool, const Tensor& input,
                                                 const WindowPlace& place, TiePolicy ties);

/// The gradients at every stage of a trace, stage 0 first, when `output` is that on the last one; a
/// winner that an unpooling reads counts as fixed. Errors: memory, an output of another shape than
/// the last stage.
Result<std::vector<Tensor>> gradients(const Trace& trace, const Tensor& output,
                                      const GradientOptions& options);

/// The gradient that reaches what the layer before stage `stage` reads, in the order of its axes,
/// when `output` is that on the stage. Shape: as the stage's input. Errors: memory.
Result<Tensor> layer_gradient(const Trace& trace, std::size_t stage, const Tensor& output,
                              const GradientOptions& options);

/// How a gradient compares with central differences of the reference engine.
struct GradientCheck {
  std::int64_t cells = 0;  ///< Compared ones.
  std::int64_t kinks = 0;  ///< Left out: the differences to either side disagree, or are NaN.
  double worst = 0.0;      ///< The largest error, relative to the larger of 1 and the gradient.
};

/// Moves each input cell (evenly spread ones, at most `most`) of a pool up and down by `step`
/// (times its own size, rounded down to a power of two, where that is more than 1), and compares
/// what the sum of all outputs does with the gradient of ones. Errors: those of a run.
Result<GradientCheck> check_gradient(const LoweredPool& pool, const Tensor& input,
                                     std::int64_t most, float step);

}  // namespace poolscope
