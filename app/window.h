#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/app.h"

namespace poolscope {

struct WindowOptions {
  std::vector<std::filesystem::path> files;  ///< Opened after the start; the last one stays.
  std::filesystem::path dump_document;
  int width = 1600, height = 1000;
  /// What was remembered: the window's place, the tour. Empty: nothing is read or remembered.
  std::optional<Settings> settings = {};
  std::filesystem::path settings_file = {};  ///< Where they are kept; empty for nowhere.
  std::string message = {};                  ///< What was wrong with them, for the log.
  bool scale_is_chosen = false;              ///< Else the screen's own scale is the interface's.
};

/// Opens the program's window and runs until it is closed. The window sleeps while nothing changes.
/// Errors: no display, no OpenGL 3.3, missing assets.
Result<void> run_window(Document document, const WindowOptions& options);

/// Whether a display is there to open a window on.
bool has_display();

}  // namespace poolscope
