#include "core/engines/opengl_limits.h"

#include <algorithm>
#include <string_view>

#include <glad/gl.h>

namespace poolscope {
namespace {

// GL_NVX_gpu_memory_info and GL_ATI_meminfo; both count in KiB.
constexpr GLenum kNvidiaFreeMemory = 0x9049;
constexpr GLenum kAmdFreeTextureMemory = 0x87FC;

/// Indices in the shaders are ints, and some drivers count a block's bytes in one.
constexpr std::int64_t kLargestBlock = std::int64_t{1} << 30;

std::int64_t integer(GLenum name) {
  GLint64 value = 0;
  glGetInteger64v(name, &value);
  return value;
}

bool has_extension(std::string_view name) {
  for (GLint i = 0, count = static_cast<GLint>(integer(GL_NUM_EXTENSIONS)); i < count; ++i) {
    const auto* text = reinterpret_cast<const char*>(glGetStringi(GL_EXTENSIONS, i));
    if (text != nullptr && name == text) return true;
  }
  return false;
}

/// 0 where the driver does not say.
std::int64_t free_bytes() {
  GLint kib[4] = {};
  if (has_extension("GL_NVX_gpu_memory_info")) {
    glGetIntegerv(kNvidiaFreeMemory, kib);
  } else if (has_extension("GL_ATI_meminfo")) {
    glGetIntegerv(kAmdFreeTextureMemory, kib);
  }
  return std::int64_t{kib[0]} << 10;
}

}  // namespace

OpenGlLimits OpenGlLimits::of_current_context() {
  OpenGlLimits limits;
  limits.block_bytes = std::min(integer(GL_MAX_SHADER_STORAGE_BLOCK_SIZE), kLargestBlock);
  limits.block_alignment = integer(GL_SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT);
  GLint groups = 0;
  glGetIntegeri_v(GL_MAX_COMPUTE_WORK_GROUP_COUNT, 0, &groups);
  limits.groups = groups;
  if (const std::int64_t free = free_bytes(); free > 0) limits.memory_bytes = free / 4 * 3;
  return limits;
}

}  // namespace poolscope
