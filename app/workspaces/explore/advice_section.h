#pragma once

#include "app/column.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// The inspector's section of advice on the whole pipeline: a card a finding, with its reason and
/// its remedy, dismissed for the session by its cross; the checks that passed on demand.
void draw_advice_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column);

}  // namespace poolscope
