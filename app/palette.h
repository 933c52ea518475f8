#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/user_command.h"

namespace poolscope {

/// How well `query` finds `title`: its letters must come in that order, case and spaces aside; more
/// for letters that follow one another or begin a word, less for long titles. Empty: not found.
std::optional<int> match_score(std::string_view query, std::string_view title);

/// The commands of the table and of its submenus that `query` finds, best first, those by their
/// explanation last; all of them, in the order of the table, for an empty one.
std::vector<UserCommand> matching_commands(const std::vector<UserCommand>& commands,
                                           std::string_view query);

/// The window in which every command is found by a few letters of its name.
class Palette {
 public:
  void open() { asked_ = true; }
  /// Draws it while it is open.
  void draw(const Ui& ui);

 private:
  void reset(const Ui& ui);
  void handle_keys(const Ui& ui);
  void draw_query(const Ui& ui, const Rect& row);
  void draw_entries(const Ui& ui, const Rect& area);
  void draw_row(const Ui& ui, std::size_t index, const Rect& row);
  void choose(const Ui& ui, std::size_t index);

  std::vector<UserCommand> all_, found_;
  std::array<char, 128> query_{};
  std::size_t selected_ = 0;
  std::optional<UserCommand> chosen_;  ///< Done when the list has been drawn.
  bool asked_ = false, open_ = false;
  bool moved_ = false;  ///< The selection moved by key: the list scrolls to it.
};

}  // namespace poolscope
