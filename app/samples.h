#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// A picture or grid that ships with the program.
struct Sample {
  std::filesystem::path path;
  std::string name;   ///< File name.
  std::string title;  ///< For people.
  std::string about;  ///< What to look at; empty for pictures.
  bool is_grid = false;
};

/// Every sample in assets/samples and assets/grids, pictures first; read once.
const std::vector<Sample>& samples();

/// The picture a new window starts with. Errors: the assets are missing.
Result<Source> default_source();

/// Reads a file as a source. Errors: as read_input().
Result<Source> read_source(const std::filesystem::path& path);

/// Asks for a file to be opened as the document's source, in the background; what is wrong with it
/// is said at Source and kept in the log.
void open_file(const Ui& ui, const std::filesystem::path& path);

}  // namespace poolscope
