#pragma once

#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// Once a frame: takes the playing on by as many windows as are due, asks for the next frame, and
/// stops at the end.
void run_playback(const Ui& ui, const StageView& view, ExploreState& state);

/// Plays from the current window on, or from the first again at the end; or pauses.
void play_or_pause(const Ui& ui, const StageView& view);

/// First, play, last, a slider over all windows, the speed, and whether outputs are hidden; below
/// them, while they are, what there is to reveal and how the guesses stand.
void draw_playback_bar(const Ui& ui, const StageView& view, const Rect& area);

/// The height that the bar takes.
float playback_bar_height(const Ui& ui, const StageView& view);

}  // namespace poolscope
