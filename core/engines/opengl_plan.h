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
/// Outputs of a tile, and the cells of the input that it may read for them at most.
inline constexpr std::int64_t kOpenGlTileRows = 8, kOpenGlTileCols = 32;
inline constexpr std::int64_t kOpenGlTileSourceRows = 24, kOpenGlTileSourceCols = 96;
/// Cells that a work group of a slide reads: some lines of some length.
inline constexpr std::int64_t kOpenGlSlideCells = 2048;

/// A window along one axis as the shaders read it; taps outside the input are gone, unless the
/// weights count them.
struct OpenGlWindow {
  std::int32_t begin = 0, count = 0, step = 1, divisor = 1;
};

/// Windows of one axis that all have the same taps, each `stride` cells behind the one before.
struct OpenGlSlide {
  std::int32_t begin = 0, stride = 1, count = 1, step = 1;

  std::int64_t extent() const { return std::int64_t{step} * (count - 1) + 1; }
};

/// What a pass reduces. Maxima, minima and means may run along the rows first, so that each row of
/// the source gets its windows' columns, then across the rows of that.
enum class OpenGlStage { whole, along_rows, across_rows };

/// How a pass shares its work out.
enum class OpenGlKernel {
  cell,   ///< An invocation an output cell, tap after tap; any windows.
  group,  ///< A work group an output cell, for few large windows.
  tile,   ///< A work group a tile of outputs, which it reads into shared memory; small windows.
  slide,  ///< As tile, along one axis; windows of 1, 2, 4, ... taps, so that length costs little.
};

/// Output rows [row, row + rows) of `planes` planes, and the rows of the input that their windows
/// read: what one dispatch computes.
struct OpenGlChunk {
  std::int64_t plane = 0, planes = 0;
  std::int64_t row = 0, rows = 0;
  std::int64_t source_row = 0, source_rows = 0;
};

/// One reading of the input, or of what the pass before left, chunk by chunk.
struct OpenGlPass {
  OpenGlStage stage = OpenGlStage::whole;
  OpenGlKernel kernel = OpenGlKernel::cell;
  Shape output;
  std::int64_t most_taps = 0;  ///< Of one window, as far as this pass reduces it.
  std::vector<OpenGlChunk> chunks;
};

/// How the OpenGL engine runs a pool within a device's limits.
struct OpenGlPlan {
  Shape input;
  bool winners = false;
  /// Of each plane (or of all, when there is one set): the rows' windows, then the columns'.
  std::vector<OpenGlWindow> windows;
  bool windows_each_plane = false;
  std::optional<OpenGlSlide> rows, cols;  ///< Where they slide.
  std::vector<OpenGlPass> passes;         ///< One, or two by way of the rows.

  const Shape& output() const { return passes.back().output; }
};

/// Plans a run. Errors: what the device's limits do not hold, with the limit.
Result<OpenGlPlan> plan_opengl(const Shape& input, const LoweredPool& pool, bool winners,
                               const OpenGlLimits& limits);

/// What a work group of a slide does: lines next to one another, cells that it reads of each, and
/// outputs that come from them.
std::int64_t slide_lines(OpenGlStage stage);
std::int64_t slide_length(OpenGlStage stage);
std::int64_t slide_outputs(const OpenGlPlan& plan, OpenGlStage stage);
/// Work groups for so many planes and output rows of a pass.
std::int64_t groups_of(const OpenGlPlan& plan, const OpenGlPass& pass, std::int64_t planes,
                       std::int64_t rows);

/// Why a pool's reduction cannot be held to its bounds by the shaders; empty where it can.
std::optional<std::string> opengl_cannot(const LoweredPool& pool);

}  // namespace poolscope
