#pragma once

#include <optional>
#include <vector>

#include "core/engines/opengl_limits.h"
#include "core/engines/opengl_plan.h"
#include "core/engines/opengl_programs.h"
#include "core/engines/opengl_store.h"
#include "core/gpu/gl_context.h"

namespace poolscope {

/// Where the time of a run went. Shaders are compiled before the first, and count nowhere.
struct OpenGlTimes {
  double upload = 0.0;   ///< Seconds of wall time; 0 where the input was there already.
  double compute = 0.0;  ///< Seconds on the GPU, by its own clock.
  double read = 0.0;     ///< Seconds of wall time, from the end of the computation.
};

struct OpenGlJob;

/// Pools on the GPU, in the OpenGL 4.3 context that is current: one run at a time, slice by slice,
/// so that a window's thread can do something else in between. Inputs stay on the GPU: a run on the
/// same tensor uploads nothing.
/// Thread: that of the context, in which it also ends.
class OpenGlPooler {
 public:
  /// Errors: OpenGL older than 4.3, shaders that are missing.
  static Result<OpenGlPooler> create(std::optional<OpenGlLimits> limits = {});

  const GlInfo& info() const { return info_; }
  const OpenGlLimits& limits() const { return limits_; }

  /// Starts a run; one that has not ended is dropped. Errors: what the limits do not hold, GPU
  /// memory, shaders that the driver refuses.
  Result<void> start(const Tensor& input, const LoweredPool& pool, bool winners);
  /// Does the next slice; false once all are under way. Errors: the driver's.
  Result<bool> step();
  /// Waits for the run and reads it back. Errors: memory, the driver's, a lost context.
  Result<PoolOutput> read(const RunOptions& options);
  /// Of the last run that was read.
  const OpenGlTimes& times() const { return times_; }
  /// False once the context was lost: nothing works in it any more.
  bool context_is_there() const;
  /// Whether the last run wrote beside its output; for tests.
  bool guards_are_whole() const;

 private:
  OpenGlPooler(GlInfo info, OpenGlLimits limits, ShaderLibrary library)
      : info_(std::move(info)),
        limits_(limits),
        programs_(std::move(library), limits.flushes_denormals) {}

  Result<void> make_room();
  /// What a pass writes.
  struct Outputs {
    GlStore values, winners;
  };
  Outputs& outputs_of(std::size_t pass) { return pass + 1 < plan_.passes.size() ? middle_ : last_; }
  void upload_slice();
  void bind_chunk(const OpenGlPass& pass, const OpenGlChunk& chunk, OpenGlJob& job) const;
  void dispatch_next();
  Result<void> check();

  GlInfo info_;
  OpenGlLimits limits_;
  OpenGlPrograms programs_;
  GlStore source_, windows_, weights_;
  Outputs middle_, last_;  ///< Of the first of two passes, and of the last one.
  GlStaging staging_;
  GlBuffer job_ = GlBuffer::create();
  Query begun_ = Query::create(), ended_ = Query::create();
  Tensor resident_;  ///< What source_ holds, as far as it is uploaded.
  std::int64_t uploaded_ = 0;
  Tensor input_;
  LoweredPool pool_;
  OpenGlPlan plan_;
  std::vector<const Program*> pass_programs_;
  std::size_t pass_ = 0, chunk_ = 0;
  OpenGlTimes times_;
  bool lost_ = false;
};

}  // namespace poolscope
