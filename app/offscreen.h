#pragma once

#include <memory>
#include <vector>

#include "app/app.h"

namespace poolscope {

/// Pixels of the window, RGBA, 8 bit, rows from the top.
struct WindowImage {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

/// A window of the program without any display, drawn through EGL. One at a time.
/// Thread: the one that made it.
class OffscreenWindow {
 public:
  /// Errors: no OpenGL without a display, missing assets.
  static Result<std::unique_ptr<OffscreenWindow>> create(Document document, int width, int height);
  ~OffscreenWindow();

  /// Changes the document with the next picture.
  void act(decltype(Action::change) change);
  /// Draws until layout, runs and panels have come to rest.
  WindowImage picture();
  const App& app() const;

 private:
  struct Parts;
  explicit OffscreenWindow(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// One picture of a document's window. Errors: as create().
Result<WindowImage> render_offscreen(Document document, int width, int height);

}  // namespace poolscope
