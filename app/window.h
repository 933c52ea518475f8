#pragma once

#include <filesystem>
#include <vector>

#include "app/app.h"

namespace poolscope {

struct WindowOptions {
  std::vector<std::filesystem::path> files;  ///< Opened after the start; the last one stays.
  std::filesystem::path dump_document;
  int width = 1600, height = 1000;
};

/// Opens the program's window and runs until it is closed. The window sleeps while nothing changes.
/// Errors: no display, no OpenGL 3.3, missing assets.
Result<void> run_window(Document document, const WindowOptions& options);

/// Whether a display is there to open a window on.
bool has_display();

}  // namespace poolscope
