#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/geometry.h"

namespace poolscope {

struct Ui;
class Keys;

/// The control that the keyboard has reached with Tab. Only keys make it visible; a click ends it.
struct Focus {
  /// Its id in the frame, and in each popup over it; empty where the keyboard is with none.
  std::vector<std::string> at{""};
  std::vector<std::string> stops;    ///< All that Tab reaches, in the order they were drawn last.
  std::vector<std::string> drawing;  ///< Those of the frame being drawn.
  std::size_t drawing_depth = 0;     ///< Popups open when they were drawn.
  bool takes_arrows = false;         ///< The control is changed by arrow keys.
  bool moved = false;                ///< Its column scrolls to it.
  bool activated = false;            ///< Enter or Space was pressed on it, not yet answered.
  int steps = 0;                     ///< Arrows pressed on it, not yet answered: right and up add.
  bool on_last = false;              ///< The control drawn last has it.
  double since = 0.0;                ///< When it was reached, by ImGui's clock.
  Rect rect;                         ///< Where it was drawn.

  const std::string& id() const { return at.back(); }
};

/// At the start of a frame: Tab, Enter, Space and arrows go to the control that has the focus and
/// are gone from `keys`; what is typed into a field or a cell stays there.
void take_focus_keys(const Ui& ui, Keys& keys);

/// Makes a control one that Tab reaches, in the order of drawing, and draws the ring around it.
struct FocusAnswer {
  bool focused = false;
  bool activated = false;  ///< As by a click.
  int steps = 0;
};
FocusAnswer focus_stop(const Ui& ui, std::string_view id, const Rect& rect,
                       bool takes_arrows = false);

}  // namespace poolscope
