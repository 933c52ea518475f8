#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engines/engine.h"
#include "core/engines/opengl_limits.h"

namespace poolscope {

/// Invocations of a work group.
inline constexpr std::int64_t kOpenGlGroup = 256;
/// Before and behind the cells of an output that a shader could reach by mistake: tests look there.
inline constexpr std::int64_t kOpenGlGuardBytes = 256;

/// A window along one axis as the shaders read it; taps outside the input are gone, unless the
/// weights count them.
struct OpenGlWindow {
  std::int32_t begin = 0, count = 0, step = 1, divisor = 1;
};

/// Output rows [row, row + rows) of `planes` planes, and the source rows that their windows read:
/// what one dispatch computes.
struct OpenGlChunk {
  std::int64_t plane = 0, planes = 0;
  std::int64_t row = 0, rows = 0;
  std::int64_t source_row = 0, source_rows = 0;
};

/// What a pass reduces. Reductions that are separable may run along the rows first, so that each
/// row of the source gets its windows' columns, then across the rows of that.
enum class OpenGlStage { whole, along_rows, across_rows };

/// One reading of a source, chunk by chunk.
struct OpenGlPass {
  OpenGlStage stage = OpenGlStage::whole;
  Shape source, output;
  /// Of each plane (or of all, when there is one set): the rows' windows, then the columns'.
  std::vector<OpenGlWindow> windows;
  bool windows_each_plane = false;
  std::int64_t most_taps = 0;  ///< Of one window.
  std::vector<OpenGlChunk> chunks;
};

/// How the OpenGL engine runs a pool within a device's limits.
struct OpenGlPlan {
  std::vector<OpenGlPass> passes;
  bool winners = false;
};

/// Plans a run. Errors: what the device's limits do not hold, with the limit; a reduction that the
/// shaders do not have.
Result<OpenGlPlan> plan_opengl(const Shape& input, const LoweredPool& pool, bool winners,
                               const OpenGlLimits& limits);

/// Why a pool's reduction cannot be held to its bounds by the shaders; empty where it can.
std::optional<std::string> opengl_cannot(const LoweredPool& pool);

}  // namespace poolscope
