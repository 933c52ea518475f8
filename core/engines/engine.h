#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "core/pooling/lowered_layer.h"
#include "core/pooling/trace.h"

namespace poolscope {

struct RunOptions {
  bool winners = false;  ///< Also give the winners (reductions that have them).
  /// When set and true, a run stops early with the error "cancelled".
  const std::atomic<bool>* cancelled = nullptr;

  bool is_cancelled() const { return cancelled && cancelled->load(std::memory_order_relaxed); }
};

struct PoolOutput {
  Tensor values;
  std::optional<Indices> winners = {};  ///< y*W + x in the input plane, -1 for none.
  std::string engine = {};              ///< name() of the engine that ran.
  std::vector<std::string> notes = {};  ///< What the user is to be told of the run.
};

/// Runs lowered pools, and the layers that stand beside them in a network. Thread: run() may be
/// called from several threads at once.
class Engine {
 public:
  virtual ~Engine() = default;
  /// `reference`, `cpu`, ...: the name used by --engine and in messages.
  virtual std::string name() const = 0;
  /// For people: `CPU, 8 threads`.
  virtual std::string title() const = 0;
  /// Errors: memory, cancellation, a pool this engine cannot run.
  virtual Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                                 const RunOptions& options) const = 0;
  /// Why this engine leaves such a run to another, in a few words for a note (`the median`); empty
  /// where it can run it.
  virtual std::optional<std::string> refuses(const Shape& /*input*/, const LoweredPool& /*pool*/,
                                             const RunOptions& /*options*/) const {
    return {};
  }
  /// Whether this engine has convolve() and map(); where not, another runs those layers.
  virtual bool has_network_layers() const { return false; }
  /// Shape: N as the input, the convolution's channels and windows. Errors: memory, cancellation.
  virtual Result<PoolOutput> convolve(const Tensor& /*input*/, const Convolution& /*convolution*/,
                                      const RunOptions& /*options*/) const {
    return failure(name() + " has no convolution");
  }
  /// Shape: as the input. Errors: memory, cancellation.
  virtual Result<PoolOutput> map(const Tensor& /*input*/, const Pointwise& /*pointwise*/,
                                 const RunOptions& /*options*/) const {
    return failure(name() + " has no pointwise layers");
  }
  /// What differs from the documented rule when this engine runs the layer; shown to the user.
  virtual std::vector<std::string> notes(const Layer& /*layer*/, const Shape& /*input*/) const {
    return {};
  }
};

/// Runs a pipeline stage by stage; a layer that cannot run ends the trace and leaves its error in
/// it. `input_form` says how the user's array of the input looks. Winners, when asked for, are
/// computed for every layer that has them.
Trace run_pipeline(const Engine& engine, const Pipeline& pipeline, const Tensor& input,
                   const ArrayForm& input_form, const RunOptions& options);

/// The part of a pool that gives output rows [row_begin, row_end) and columns [col_begin, col_end):
/// the same windows on the same input, so an engine computes just that part.
LoweredPool sliced(const LoweredPool& pool, std::int64_t row_begin, std::int64_t row_end,
                   std::int64_t col_begin, std::int64_t col_end);

}  // namespace poolscope
