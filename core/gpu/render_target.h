#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/gpu/gl_objects.h"

namespace poolscope {

/// The pixels of the framebuffer bound for reading, RGBA8, rows from the top.
std::vector<std::uint8_t> read_pixels(int width, int height);

/// An RGBA8 picture to draw into when there is no window.
class RenderTarget {
 public:
  /// Errors: a size outside 1 to GL_MAX_TEXTURE_SIZE, or a driver that refuses it.
  static Result<RenderTarget> create(int width, int height);

  /// Draws and reads go to it from now on; the viewport is all of it.
  void bind() const;
  /// Binds it and gives its pixels, rows from the top.
  std::vector<std::uint8_t> pixels() const;
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  Texture texture_;
  Framebuffer framebuffer_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace poolscope
