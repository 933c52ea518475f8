#pragma once

#include "app/canvas/pane.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// H hides outputs or shows them, R reveals the current one, Shift+R all; digits are a guess at the
/// selected hidden cell. True when the keys were meant for the guess.
bool handle_prediction_keys(const Ui& ui, const StageView& view, ExploreState& state);
/// What was asked for by key, menu or palette: to hide outputs, and to reveal one or all.
void answer_prediction_commands(const Ui& ui, const StageView& view);

/// Covers the hidden cells of the output canvas, and marks what was guessed.
void draw_hidden_cells(const Ui& ui, const StageView& view, ExploreState& state, const Pane& pane);

/// A hidden cell: dashes around a text, `?` or the guess that was wrong.
void draw_question(const Ui& ui, const Rect& cell, const std::string& text);

/// The current window's result while it is hidden: a question mark, or what is typed.
void draw_hidden_result(const Ui& ui, const StageView& view, ExploreState& state, const Rect& cell);

/// What there is to say of the current window while outputs are hidden: how to guess, or whether
/// the guess is right and else what it was mistaken for. Empty once it is revealed without a guess.
std::string prediction_sentence(const StageView& view);

/// Reveal, reveal all, hide again; the sentence; how many guesses are right.
void draw_prediction_row(const Ui& ui, const StageView& view, const Rect& area);
float prediction_row_height(const Ui& ui);

}  // namespace poolscope
