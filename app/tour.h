#pragma once

#include <cstddef>

#include "app/document.h"

namespace poolscope {

struct Ui;
struct Rect;

/// Where the tour is: a minute of steps, each pointing at a control that can be tried out at once.
struct Tour {
  std::size_t step = 0;
  Document before;  ///< When the step began: what changed since was tried out.
  bool tried = false;
};

/// Begins the tour, or begins it again.
void start_tour(const Ui& ui);
/// The ring around a control and the card beside it, while the tour runs; Escape leaves it.
void draw_tour(const Ui& ui);
/// In the status bar of a first run, right-aligned in `area`: an invitation, and a cross that sends
/// it away. Returns its width; 0 where it is not wanted or has no room.
float draw_tour_invitation(const Ui& ui, const Rect& area);

}  // namespace poolscope
