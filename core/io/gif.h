#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"

struct GifFileType;

namespace poolscope {

/// An animated GIF in the making, in memory; it plays for ever. Each frame has a palette of its
/// own: exact where it shows at most 256 colours, else by median cut; only what changed since the
/// frame before is stored. Thread: one at a time. Source: Heckbert 1982 (Color image quantization
/// for frame buffer display).
class GifWriter {
 public:
  /// Errors: a size outside 1 to 65535, or no memory.
  static Result<GifWriter> create(int width, int height);

  /// Adds a frame of 8-bit RGBA pixels, rows from the top, shown for `delay` hundredths of a
  /// second.
  Result<void> add(std::span<const std::uint8_t> pixels, int delay);
  /// The bytes of the file; nothing can be added afterwards.
  Result<std::vector<std::uint8_t>> finish();

 private:
  struct Close {
    void operator()(GifFileType* file) const;
  };
  GifWriter(int width, int height) : width_(width), height_(height) {}

  int width_, height_;
  std::unique_ptr<std::vector<std::uint8_t>> bytes_;  // written to until file_ is closed
  std::unique_ptr<GifFileType, Close> file_;
  std::vector<std::uint32_t> shown_;  // the colours on the screen after the last frame
};

}  // namespace poolscope
