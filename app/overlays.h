#pragma once

#include "app/ui.h"

namespace poolscope {

/// The windows above the frame: keys, messages.
void draw_overlays(const Ui& ui);

/// True while keys belong to a text field or an open popup.
bool keys_are_typed(const Ui& ui);

}  // namespace poolscope
