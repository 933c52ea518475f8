#pragma once

#include "app/user_command.h"

namespace poolscope {

/// The menu bar from `x` on, its names centred on `y`; returns the x after it.
float draw_menus(const Ui& ui, float x, float y);

/// The lines of a menu, inside an open popup; one with a submenu opens it.
void draw_menu_lines(const Ui& ui, const std::vector<UserCommand>& commands);

}  // namespace poolscope
