#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/engines/engine.h"
#include "core/engines/opengl_pooler.h"

namespace poolscope {

struct OpenGlOptions {
  std::optional<OpenGlLimits> limits = {};  ///< Instead of the device's; for tests.
  bool debug = false;  ///< Any error that the driver reports fails a run, as does a write beside
                       ///< its output; for tests.
  /// Called in the engine's thread before each run; tests take the context away there.
  std::function<void()> before_run = {};
};

/// Compute shaders on any GPU with OpenGL 4.3, in a context of its own without a window. The
/// context is made when first needed, and lives in a thread of the engine's; one that is lost
/// fails its run and is made anew for the next.
/// Thread: run() may be called from several threads at once; runs take turns.
class OpenGlEngine final : public Engine {
 public:
  explicit OpenGlEngine(OpenGlOptions options = {});
  ~OpenGlEngine() override;

  std::string name() const override { return "opengl"; }
  /// `OpenGL, NVIDIA GeForce RTX 3060`; `OpenGL` until the context was made.
  std::string title() const override;
  /// Errors: no OpenGL 4.3, the device's limits and memory, a lost context; `cancelled`.
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override;
  /// Refuses what the shaders cannot hold to the bounds of design/semantics.md, and everything
  /// where there is no OpenGL 4.3: the first call makes the context. Also refuses small runs while
  /// another is under way: they are asked for by who must not wait, and any engine does them.
  std::optional<std::string> refuses(const Shape& input, const LoweredPool& pool,
                                     const RunOptions& options) const override;

  /// run() that also tells where the time went; the table of the benchmarks has it.
  Result<PoolOutput> run_timed(const Tensor& input, const LoweredPool& pool,
                               const RunOptions& options, OpenGlTimes& times) const;
  /// What it runs on, as far as that is known by now; never waits. The first call starts to find
  /// out in the engine's thread.
  std::optional<GlInfo> device() const;
  /// Whether the system lists a device that the driver of a GPU would open. Opens nothing.
  static bool may_be_hardware();
  /// Waits for a context that is being made: a driver that is still starting does not survive the
  /// program's end.
  void settle() const;
  /// Whether the input of the last run was this very tensor: it is on the GPU still. Never waits.
  bool holds(const Tensor& input) const;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace poolscope
