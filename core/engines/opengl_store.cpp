#include "core/engines/opengl_store.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace poolscope {
namespace {

constexpr std::int64_t kCell = 4;
constexpr std::uint32_t kGuard = 0x5EA15EA1;
constexpr std::int64_t kGuardBytes = kOpenGlGuardCells * kCell;
/// Cells that are read back at once.
constexpr std::int64_t kPiece = std::int64_t{1} << 22;

bool guard_is_whole(std::int64_t cell) {
  std::array<std::uint32_t, kOpenGlGuardCells> guard{};
  glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, cell * kCell, kGuardBytes, guard.data());
  return std::ranges::all_of(guard, [](std::uint32_t word) { return word == kGuard; });
}

}  // namespace

Result<void> GlStore::reserve(std::int64_t wanted) {
  if (buffer && bytes >= wanted) return {};
  buffer = GlBuffer::create();
  bytes = 0;
  clear_gl_errors();
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer.get());
  glBufferData(GL_SHADER_STORAGE_BUFFER, wanted, nullptr, GL_DYNAMIC_COPY);
  if (const GLenum error = glGetError(); error != GL_NO_ERROR) {
    buffer = {};
    return failure(fmt::format("{}: {:.1f} MiB asked for", gl_error_text(error),
                               static_cast<double>(wanted) / (1 << 20)));
  }
  bytes = wanted;
  return {};
}

Result<void> GlStore::reserve_guarded(std::int64_t cells) {
  if (auto made = reserve((cells + 2 * kOpenGlGuardCells) * kCell); !made) return made;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer.get());
  for (const std::int64_t cell : {std::int64_t{0}, cells + kOpenGlGuardCells}) {
    glClearBufferSubData(GL_SHADER_STORAGE_BUFFER, GL_R32UI, cell * kCell, kGuardBytes,
                         GL_RED_INTEGER, GL_UNSIGNED_INT, &kGuard);
  }
  return {};
}

Result<void> GlStore::fill(const void* table, std::int64_t table_bytes) {
  if (auto made = reserve(std::max(kCell, table_bytes)); !made) return made;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, table_bytes, table);
  return {};
}

bool GlStore::guards_are_whole(std::int64_t cells) const {
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer.get());
  return guard_is_whole(0) && guard_is_whole(cells + kOpenGlGuardCells);
}

std::int32_t bind_range(GLuint binding, const GlStore& store, CellRange range,
                        std::int64_t alignment) {
  const std::int64_t first = range.begin * kCell / alignment * alignment;
  const std::int64_t end = std::min(store.bytes, range.end * kCell + kGuardBytes);
  glBindBufferRange(GL_SHADER_STORAGE_BUFFER, binding, store.buffer.get(), first,
                    std::max(kCell, end - first));
  return static_cast<std::int32_t>(range.begin - first / kCell);
}

Result<void> read_cells(GlStaging& staging, const GlStore& store, std::int64_t cells,
                        const std::function<bool()>& stop, const TakeCells& take) {
  if (!staging.buffer) {
    staging.buffer = GlBuffer::create();
    glBindBuffer(GL_COPY_WRITE_BUFFER, staging.buffer.get());
    glBufferData(GL_COPY_WRITE_BUFFER, kPiece * kCell, nullptr, GL_STREAM_READ);
  }
  glBindBuffer(GL_COPY_READ_BUFFER, store.buffer.get());
  glBindBuffer(GL_COPY_WRITE_BUFFER, staging.buffer.get());
  for (std::int64_t cell = 0; cell < cells; cell += kPiece) {
    if (stop()) return failure("cancelled");
    const std::int64_t bytes = std::min(kPiece, cells - cell) * kCell;
    glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER,
                        (cell + kOpenGlGuardCells) * kCell, 0, bytes);
    const void* bits = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, bytes, GL_MAP_READ_BIT);
    if (bits == nullptr) return failure(gl_error_text(glGetError()));
    take(cell, bits, bytes / kCell);
    if (glUnmapBuffer(GL_COPY_WRITE_BUFFER) == GL_FALSE) {
      return failure("the driver lost the output while it was read");
    }
  }
  return {};
}

void clear_gl_errors() {
  for (int i = 0; i < 16 && glGetError() != GL_NO_ERROR; ++i) {
  }
}

std::string gl_error_text(GLenum error) {
  if (error == GL_OUT_OF_MEMORY) return "the GPU is out of memory";
  if (error == kGlContextLost) return "the OpenGL context was lost";
  return fmt::format("OpenGL error {:#x}", error);
}

}  // namespace poolscope
