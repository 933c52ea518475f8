#include "app/workspaces/explore/prediction.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/cell_editor.h"
#include "app/workspaces/explore/guess_check.h"

namespace poolscope {
namespace {

constexpr float kAnswerRow = 40.0F;
/// Smaller cells are covered without a question mark each.
constexpr float kLeastMarked = 14.0F;

/// A guess being typed, and the cell it is for.
struct TypedGuess {
  std::string text;
  Guess guess;

  bool is_at_selection(const StageView& view) const {
    return guess.is_at(view.plane, view.selection.row, view.selection.col);
  }
};

/// A check mark or a cross in the cell's corner, on a ground of its own.
void draw_verdict(const Ui& ui, const Rect& cell, bool right) {
  const float side = std::min(ui.px(16), cell.width() * 0.4F);
  const Rect mark{{cell.max.x - side, cell.min.y}, {cell.max.x, cell.min.y + side}};
  draw_list().AddRectFilled(mark.min, mark.max, right ? ui.theme.soft_ok : ui.theme.soft_err,
                            ui.px(3));
  draw_icon(ui, right ? Icon::check : Icon::close, mark.center(),
            right ? ui.theme.ok : ui.theme.err, side * 0.75F / ui.document.view.shown_scale());
}

/// Covers hidden cells that are too small for a question mark each: three rectangles at most a run.
void cover_runs(const Ui& ui, const StageView& view, const Pane& pane, const CellSpan& cells) {
  const std::int64_t cols = view.out_cols;
  Rect largest;
  const auto cover = [&](std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
    if (y0 >= y1 || x0 >= x1) return;
    const Rect rect = pane.screen({static_cast<double>(x0), static_cast<double>(y0),
                                   static_cast<double>(x1), static_cast<double>(y1)});
    draw_list().AddRectFilled(rect.min, rect.max, ui.theme.raised);
    if (rect.height() > largest.height()) largest = rect;
  };
  const auto runs = view.answers->revealed.gaps({cells.row_begin * cols, cells.row_end * cols});
  for (const IndexRange& run : runs) {
    const std::int64_t first = run.begin / cols, last = (run.end - 1) / cols;
    const std::int64_t x0 = run.begin % cols, x1 = (run.end - 1) % cols + 1;
    if (first == last) {
      cover(first, first + 1, x0, x1);
      continue;
    }
    cover(first, first + 1, x0, cols);
    cover(first + 1, last, 0, cols);
    cover(last, last + 1, 0, x1);
  }
  if (largest.height() > ui.px(32))
    draw_text_centered(ui, Font::mono28, largest.center(), ui.theme.t3, "?");
}

/// The text of a hidden cell.
std::string question_text(const StageView& view, std::int64_t row, std::int64_t col) {
  for (const Guess& guess : view.answers->guesses) {
    if (guess.is_at(view.plane, row, col)) return number_text(static_cast<double>(guess.value));
  }
  return "?";
}

void draw_guess_marks(const Ui& ui, const StageView& view, const Pane& pane) {
  if (pane.cell_size() < ui.px(kLeastMarked)) return;
  for (const Guess& guess : view.answers->guesses) {
    if (guess.plane != view.plane || guess.row >= view.out_rows || guess.col >= view.out_cols)
      continue;
    draw_verdict(ui, pane.cell(guess.row, guess.col), is_right(view, guess));
  }
}

/// Writes the typed guess down; a right one is revealed.
void commit(const Ui& ui, const StageView& view, TypedGuess& typed) {
  const auto number = finish_number(ui, typed.text, "nothing was guessed");
  if (!number) return;
  typed.guess.value = *number;
  ui.act(action::GuessOutput{typed.guess});
  const std::int64_t window = typed.guess.row * view.out_cols + typed.guess.col;
  if (is_right(view, typed.guess)) ui.act(action::RevealOutputs{{window, window + 1}});
}

void type_guess(const Ui& ui, const StageView& view, TypedGuess& typed) {
  if (typed.text.empty()) {
    if (!begins_number()) return;
    typed.guess = {view.plane, view.selection.row, view.selection.col, 0.0F};
    Selection pinned = view.selection;
    pinned.pinned = true;
    ui.act(action::SetSelection{pinned});
  }
  type_number(ui, typed.text);
}

void reveal(const Ui& ui, const StageView& view) {
  const std::int64_t window = view.selection.row * view.out_cols + view.selection.col;
  ui.act(action::RevealOutputs{{window, window + 1}});
}

void reveal_all(const Ui& ui, const StageView& view) {
  ui.act(action::RevealOutputs{{0, view.out_rows * view.out_cols}});
}

bool handle_guess_keys(const Ui& ui, const StageView& view, TypedGuess& typed) {
  if (!typed.text.empty() && !typed.is_at_selection(view)) commit(ui, view, typed);
  if (!view.hides_selection() || ui.stale) {
    typed.text.clear();
    return false;
  }
  const bool typing = !typed.text.empty();
  if (typing && ui.keys.pressed(Key::escape)) {
    typed.text.clear();
    return true;
  }
  type_guess(ui, view, typed);
  if (!typing) return false;
  for (const Key key : {Key::enter, Key::tab, Key::left, Key::right, Key::up, Key::down}) {
    if (!ui.keys.pressed(key)) continue;
    commit(ui, view, typed);
    return key == Key::enter || key == Key::tab;
  }
  return true;
}

}  // namespace

void draw_question(const Ui& ui, const Rect& cell, const std::string& text) {
  draw_list().AddRectFilled(cell.min, cell.max, ui.theme.panel);
  draw_dashed_rect(ui, cell.inset(ui.px(1)), ui.theme.edge, 1.0F);
  draw_cell_text(ui, cell, ui.theme.t3, text);
}

bool handle_prediction_keys(const Ui& ui, const StageView& view, ExploreState& state) {
  auto& typed = state.panels.of<TypedGuess>();
  ui.memory.typing_cell = false;
  if (view.answers != nullptr && handle_guess_keys(ui, view, typed)) {
    ui.memory.typing_cell = !typed.text.empty();
    return true;
  }
  ui.memory.typing_cell = !typed.text.empty();
  return false;
}

void answer_prediction_commands(const Ui& ui, const StageView& view) {
  if (view.layer == nullptr || view.output == nullptr) return;
  if (ui.asked("hide")) ui.act(action::HideOutputs{!ui.document.prediction.hidden});
  if (view.answers == nullptr) return;
  if (ui.asked("reveal")) reveal(ui, view);
  if (ui.asked("reveal/all")) reveal_all(ui, view);
}

void draw_hidden_cells(const Ui& ui, const StageView& view, ExploreState& state, const Pane& pane) {
  if (view.answers == nullptr) return;
  const CellSpan cells = visible_cells(pane, view.out_rows, view.out_cols);
  if (pane.cell_size() < ui.px(kLeastMarked)) return cover_runs(ui, view, pane, cells);
  const auto& typed = state.panels.of<TypedGuess>();
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      if (!view.hides(row, col)) continue;
      const Rect cell = pane.cell(row, col);
      draw_question(ui, cell, question_text(view, row, col));
      const bool current = row == view.selection.row && col == view.selection.col;
      if (current && !typed.text.empty()) draw_typing(ui, cell, typed.text);
    }
  }
  draw_guess_marks(ui, view, pane);
}

void draw_hidden_result(const Ui& ui, const StageView& view, ExploreState& state,
                        const Rect& cell) {
  const auto& typed = state.panels.of<TypedGuess>();
  if (!typed.text.empty()) return draw_typing(ui, cell, typed.text);
  draw_question(ui, cell, question_text(view, view.selection.row, view.selection.col));
  if (const Guess* guess = current_guess(view)) draw_verdict(ui, cell, is_right(view, *guess));
}

std::string prediction_sentence(const StageView& view) {
  if (const Guess* guess = current_guess(view)) return guess_sentence(view, *guess);
  if (!view.hides_selection()) return {};
  return "Type the number that you expect here; Enter checks it, R reveals it.";
}

float prediction_row_height(const Ui& ui) { return ui.px(kAnswerRow); }

void draw_prediction_row(const Ui& ui, const StageView& view, const Rect& area) {
  const float y = area.min.y + ui.px(kAnswerRow - 8) * 0.5F, height = ui.px(28);
  float x = area.min.x;
  const auto place = [&](std::string_view id, const ButtonSpec& spec) {
    const float width = button_width(ui, spec);
    const Rect rect = Rect::of(x, y - height * 0.5F, width, height);
    x += width + ui.px(6);
    return button(ui, id, rect, spec);
  };
  const bool hidden = view.hides_any();
  if (place("prediction/reveal", {.text = "Reveal",
                                  .enabled = view.hides_selection(),
                                  .tip = "Show the result of this window",
                                  .command = "reveal"})) {
    reveal(ui, view);
  }
  if (place("prediction/reveal-all", {.text = "Reveal all",
                                      .enabled = hidden,
                                      .tip = "Show the results of all windows",
                                      .command = "reveal/all"})) {
    reveal_all(ui, view);
  }
  if (place("prediction/hide-again",
            {.text = "Hide again",
             .enabled = !view.answers->revealed.empty() || !view.answers->guesses.empty(),
             .tip = "Hide all results and forget the guesses: a new round"})) {
    ui.act(action::HideOutputs{true});
  }
  const std::string tally = guess_tally(view);
  ui.tell("tally", tally);
  draw_text_right(ui, Font::sans13_semibold, {area.max.x, y}, ui.theme.t1, tally);
  const float right = area.max.x - text_width(ui, Font::sans13_semibold, tally) - ui.px(12);
  const std::string sentence = prediction_sentence(view);
  ui.tell("prediction", sentence);
  x += ui.px(8);
  if (const Guess* guess = current_guess(view)) {
    const bool good = is_right(view, *guess);
    draw_icon(ui, good ? Icon::check : Icon::close, {x + ui.px(7), y},
              good ? ui.theme.ok : ui.theme.err, 14);
    x += ui.px(20);
  }
  if (right - x > ui.px(40))
    draw_text_cut(ui, Font::sans12, {x, y}, ui.theme.t2, right - x, sentence);
}

}  // namespace poolscope
