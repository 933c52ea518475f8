#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// What can be written to a file, in the order of the menu.
enum class SaveKind {
  session,
  png,
  input_png,
  windows_png,
  output_png,
  gif,
  npy,
  csv,
  code,
  model,  ///< In Feature maps, with its pools changed.
};

inline constexpr std::array kExports{
    SaveKind::png, SaveKind::input_png, SaveKind::windows_png, SaveKind::output_png,
    SaveKind::gif, SaveKind::npy,       SaveKind::csv,         SaveKind::code};

/// One row of what can be written: how menus, the file browser and the command line call it.
struct SaveRow {
  SaveKind kind;
  std::string_view title;              ///< `Picture of the window`.
  std::string_view extension;          ///< With its dot.
  std::vector<std::string> arguments;  ///< Of the program, before --session and --output.
};
const SaveRow& save_row(SaveKind kind);

/// A file that the user wants written.
struct SaveRequest {
  SaveKind kind = SaveKind::session;
  std::filesystem::path path = {};  ///< Empty: to be asked for.
};

}  // namespace poolscope
