#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/ui.h"

namespace poolscope {

struct NoticeButton {
  std::string_view id;  ///< The control is `notice/ID`.
  std::string_view text;
  bool filled = false;
};

/// Something said at the bottom of the middle, out of the way of the canvases.
struct Notice {
  std::string text;
  bool is_error = false;
  std::optional<float> progress = {};  ///< 0 to 1: a line that grows.
  std::vector<NoticeButton> buttons;
};

/// Draws it over the bottom of `area`; gives the id of the button that was clicked.
std::optional<std::string_view> draw_notice(const Ui& ui, const Rect& area, const Notice& notice);

}  // namespace poolscope
