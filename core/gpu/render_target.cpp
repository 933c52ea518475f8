#include "core/gpu/render_target.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace poolscope {

std::vector<std::uint8_t> read_pixels(int width, int height) {
  const std::ptrdiff_t row = std::ptrdiff_t{4} * width;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(row * height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
  for (int y = 0; y < height / 2; ++y) {  // GL's rows go up.
    const auto upper = pixels.begin() + y * row;
    std::swap_ranges(upper, upper + row, pixels.begin() + (height - 1 - y) * row);
  }
  return pixels;
}

Result<RenderTarget> RenderTarget::create(int width, int height) {
  GLint limit = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &limit);
  if (std::min(width, height) < 1 || std::max(width, height) > limit) {
    return failure(
        fmt::format("a picture of {}x{} pixels; each side takes 1 to {}", width, height, limit));
  }
  RenderTarget target;
  target.width_ = width;
  target.height_ = height;
  target.texture_ = Texture::create();
  glBindTexture(GL_TEXTURE_2D, target.texture_.get());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glBindTexture(GL_TEXTURE_2D, 0);
  target.framebuffer_ = Framebuffer::create();
  target.bind();
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target.texture_.get(),
                         0);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    return failure(
        fmt::format("the driver has no memory for a picture of {}x{} pixels", width, height));
  }
  return target;
}

void RenderTarget::bind() const {
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.get());
  glViewport(0, 0, width_, height_);
}

std::vector<std::uint8_t> RenderTarget::pixels() const {
  bind();
  return read_pixels(width_, height_);
}

}  // namespace poolscope
