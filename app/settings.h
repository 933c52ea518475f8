#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/document.h"

namespace poolscope {

/// Where a window was, in pixels of the screen; while maximised, where it goes back to.
struct ScreenPlace {
  int x = 0, y = 0;
  int width = 1600, height = 1000;
  bool maximized = false;

  bool operator==(const ScreenPlace&) const = default;
};

/// What is remembered from one start of the program to the next.
struct Settings {
  View view = {};  ///< Without what belongs to the input: channel, sample, colour picture.
  std::string engine = "auto";
  bool link_axes = true;
  bool tour_seen = false;
  std::optional<ScreenPlace> window = {};

  bool operator==(const Settings&) const = default;
};

/// `poolscope/settings.json` in XDG_CONFIG_HOME or ~/.config; empty without a home.
std::filesystem::path settings_file();

/// Settings as they were read, and what was wrong with them.
struct ReadSettings {
  std::optional<Settings> settings;  ///< Empty where there are none yet, or they cannot be read.
  std::string message;               ///< One line; empty where nothing was wrong.
};

/// Reads a settings file. A value that makes no sense keeps its default, and is told.
ReadSettings read_settings(const std::filesystem::path& file);

/// Writes a settings file and the folders above it. Errors: those of write_file.
Result<void> write_settings(const std::filesystem::path& file, const Settings& settings);

/// The view of a new document with what is remembered; what belongs to its input stays.
View remembered_view(const View& view, const Settings& settings);

/// Writes settings when they have changed.
class SettingsKeeper {
 public:
  /// Keeps them in `file` (nowhere for an empty path), which holds `saved` by now.
  SettingsKeeper(std::filesystem::path file, std::optional<Settings> saved)
      : file_(std::move(file)), saved_(std::move(saved)) {}

  /// Writes `settings` unless the file has them; a window that only moved waits for `with_window`.
  /// Errors: those of write_settings, told once for the same settings.
  Result<void> keep(const Settings& settings, bool with_window);

 private:
  std::filesystem::path file_;
  std::optional<Settings> saved_;
};

}  // namespace poolscope
