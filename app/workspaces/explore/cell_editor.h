#pragma once

#include "app/canvas/pane.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// Whether the layer shown reads the typed grid itself, so that its input's cells can be typed
/// into.
bool can_edit_cells(const Ui& ui);

/// Puts the cursor on a cell of the grid; does nothing where cells cannot be edited.
void start_cell_edit(const Ui& ui, const StageView& view, ExploreState& state, std::int64_t row,
                     std::int64_t col);

/// True for the cell under the cursor while something is typed into it.
bool is_cell_edited(const Ui& ui, const StageView& view, std::int64_t row, std::int64_t col);

/// Typing, Enter (down), Tab (right), arrows, Escape; true when the keys were meant for the cell.
bool handle_cell_edit_keys(const Ui& ui, const StageView& view, ExploreState& state);

/// The cursor and what is typed.
void draw_cell_editor(const Ui& ui, const StageView& view, ExploreState& state, const Pane& pane);

/// Whether a character was typed in this frame that begins a number: letters are keys until then.
bool begins_number();

/// Adds the characters typed in this frame that a number may have to `text`; Backspace takes the
/// last one away.
void type_number(const Ui& ui, std::string& text);

/// Turns what was typed into a number; a text that is none is told, with what stays instead, and
/// forgotten.
std::optional<float> finish_number(const Ui& ui, std::string& text, std::string_view stays);

/// The frame and caret that say that typing goes into a cell, and what was typed.
void draw_typing(const Ui& ui, const Rect& cell, std::string_view text);

}  // namespace poolscope
