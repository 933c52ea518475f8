#pragma once

#include <vector>

#include "app/app.h"

namespace poolscope {

/// Pixels of the window, RGBA, 8 bit, rows from the top.
struct WindowImage {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

/// Draws the window of a document without any display, through EGL.
/// Errors: no OpenGL without a display, missing assets.
Result<WindowImage> render_offscreen(Document document, int width, int height);

}  // namespace poolscope
