#pragma once

#include <cstdint>

namespace poolscope {

/// Cells before and behind those of an output, which a shader could reach by mistake: they hold a
/// mark that tests look for.
inline constexpr std::int64_t kOpenGlGuardCells = 64;

/// How much the OpenGL engine may ask of a device at once. Tests make them small.
struct OpenGlLimits {
  std::int64_t block_bytes = std::int64_t{1} << 24;   ///< Of a buffer, what one dispatch can see.
  std::int64_t block_alignment = 256;                 ///< Where such a part may begin.
  std::int64_t groups = 65535;                        ///< Work groups of a dispatch along an axis.
  std::int64_t memory_bytes = std::int64_t{1} << 31;  ///< All buffers of a run together.
  std::int64_t slice_taps = std::int64_t{1} << 27;    ///< Taps that one dispatch reads.
  std::int64_t slice_bytes = std::int64_t{1} << 24;   ///< Bytes that one upload moves.
  /// Takes denormals for 0 in arithmetic, as many GPUs do; for tests on one that does not.
  bool flushes_denormals = false;

  /// Those of the device of the current context (OpenGL 4.3), as far as it tells. The memory is
  /// three quarters of what it has free, or 2 GiB where it does not say.
  static OpenGlLimits of_current_context();
};

}  // namespace poolscope
