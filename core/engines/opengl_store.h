#pragma once

#include <cstdint>
#include <functional>

#include "core/base/result.h"
#include "core/engines/opengl_limits.h"
#include "core/gpu/gl_objects.h"

namespace poolscope {

/// A buffer on the GPU that grows, and is used again.
struct GlStore {
  GlBuffer buffer;
  std::int64_t bytes = 0;

  /// Makes it at least that large; what it held is lost where it grows. Errors: the GPU's memory.
  Result<void> reserve(std::int64_t wanted);
  /// The same for so many cells with a guard on each side.
  Result<void> reserve_guarded(std::int64_t cells);
  /// Makes it hold a small table. Errors: as reserve().
  Result<void> fill(const void* table, std::int64_t table_bytes);
  /// Whether both guards of so many cells are as reserve_guarded() left them.
  bool guards_are_whole(std::int64_t cells) const;
};

/// Cells [begin, end) of a store, guards counted.
struct CellRange {
  std::int64_t begin = 0, end = 0;
};

/// Lets a dispatch see a part of a store that holds the range and a guard's length more; gives how
/// far into that part the range begins.
std::int32_t bind_range(GLuint binding, const GlStore& store, CellRange range,
                        std::int64_t alignment);

/// A buffer that the CPU reads. Outputs are copied there first: a driver may move a buffer that is
/// mapped itself to where shaders are slow to reach it.
struct GlStaging {
  GlBuffer buffer;
};

/// Calls take(cell, bits, count) for the guarded cells of a store, piece by piece, until `stop` is
/// true. Errors: `cancelled`, the driver's.
using TakeCells = std::function<void(std::int64_t cell, const void* bits, std::int64_t count)>;
Result<void> read_cells(GlStaging& staging, const GlStore& store, std::int64_t cells,
                        const std::function<bool()>& stop, const TakeCells& take);

inline constexpr GLenum kGlContextLost = 0x0507;

/// Forgets the errors that the context has noted.
void clear_gl_errors();
/// `the GPU is out of memory`.
std::string gl_error_text(GLenum error);

}  // namespace poolscope
