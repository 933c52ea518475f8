#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// The in-app file dialog: folders and files, a path to type, recent files; it opens a file, or
/// asks where to write one.
class FileBrowser {
 public:
  /// Opens at the folder of `path`, or where it was last, or the working folder.
  void open(const std::filesystem::path& path);
  /// Asks where to write something of the document, with a name to begin with.
  void ask(SaveKind kind, const Document& document);
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
  /// Whether a file is of a kind that is opened, or written, here.
  bool lists(const std::filesystem::path& path) const;
  void draw_dialog(const Ui& ui, const Rect& inner);
  void draw_name(const Ui& ui, const Rect& row);
  void save(const Ui& ui);

  std::filesystem::path folder_;
  std::vector<Entry> entries_;
  std::string error_;
  std::optional<SaveKind> saving_;  ///< What is to be written; empty: a file is opened.
  std::string name_;                ///< Of the file to write.
  bool replaces_ = false;           ///< The user was told that it exists.
  bool asked_ = false, open_ = false;
};

/// The files opened last, from the user's state folder; empty where there is none.
std::vector<std::filesystem::path> load_recent();

}  // namespace poolscope
