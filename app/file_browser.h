#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// The in-app file dialog: folders and readable files, a path to type, recent files.
class FileBrowser {
 public:
  /// Opens at the folder of `path`, or where it was last, or the working folder.
  void open(const std::filesystem::path& path);
  /// Draws it while it is open.
  void draw(const Ui& ui);

 private:
  struct Entry {
    std::filesystem::path path;
    std::string name, size;
    bool folder = false;
  };

  void go_to(const std::filesystem::path& folder);
  void draw_path(const Ui& ui, const Rect& row);
  void draw_recent(const Ui& ui, const Rect& area);
  void draw_entries(const Ui& ui, const Rect& area);
  void choose(const Ui& ui, const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::vector<Entry> entries_;
  std::string error_;
  bool asked_ = false, open_ = false;
};

/// The files opened last, from the user's state folder; empty where there is none.
std::vector<std::filesystem::path> load_recent();

}  // namespace poolscope
