#include "app/workspaces/explore/cell_editor.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "core/io/number_text.h"

namespace poolscope {
namespace {

constexpr std::string_view kNumberCharacters = "0123456789+-.eEnaifNAIF";
constexpr std::size_t kLongestNumber = 24;

void move_cursor(const Ui& ui, const StageView& view, std::int64_t rows, std::int64_t cols) {
  EditCell edit = ui.document.edit;
  edit.row = std::clamp<std::int64_t>(edit.row + rows, 0, view.rows - 1);
  edit.col = std::clamp<std::int64_t>(edit.col + cols, 0, view.cols - 1);
  if (edit == ui.document.edit) return;
  ui.act(action::SetEditCell{edit});
  if (const auto window = window_reading(view, edit.row, edit.col)) {
    ui.act(action::SetSelection{{window->row, window->col, true}});
  }
}

/// Turns what was typed into the cell's value.
void commit(const Ui& ui, ExploreState& state) {
  if (const auto number = finish_number(ui, state.cell_text, "the cell keeps its value"))
    ui.act(action::SetCell{ui.document.edit.row, ui.document.edit.col, *number});
}

}  // namespace

bool begins_number() {
  return std::ranges::any_of(ImGui::GetIO().InputQueueCharacters, [](ImWchar c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
  });
}

void type_number(const Ui& ui, std::string& text) {
  for (const ImWchar character : ImGui::GetIO().InputQueueCharacters) {
    const bool fits =
        character < 128 && text.size() < kLongestNumber &&
        kNumberCharacters.find(static_cast<char>(character)) != std::string_view::npos;
    if (!fits) continue;
    text.push_back(static_cast<char>(character));
    ui.memory.limits.erase("cell");
  }
  if (ui.keys.pressed(Key::backspace) && !text.empty()) text.pop_back();
}

std::optional<float> finish_number(const Ui& ui, std::string& text, std::string_view stays) {
  const std::string typed = std::exchange(text, {});
  if (typed.empty()) return {};
  const auto number = parse_number(typed);
  if (number) return *number;
  ui.memory.log.push_back(fmt::format("\"{}\" is not a number; {}", typed, stays));
  ui.memory.limits["cell"] = ui.memory.log.back();
  return {};
}

void draw_typing(const Ui& ui, const Rect& cell, std::string_view text) {
  ImDrawList& list = draw_list();
  if (!text.empty()) {
    list.AddRectFilled(cell.min, cell.max, ui.theme.raised);
    draw_cell_text(ui, cell, ui.theme.t1, text);
  }
  const Rect frame = cell.inset(ui.px(2));
  list.AddRect(frame.min, frame.max, ui.theme.casing, ui.px(2), 0, ui.px(3.5F));
  list.AddRect(frame.min, frame.max, ui.theme.t1, ui.px(2), 0, ui.px(1.5F));
  // A caret under the number says that typing goes here.
  list.AddRectFilled({cell.center().x - ui.px(7), cell.max.y - ui.px(8)},
                     {cell.center().x + ui.px(7), cell.max.y - ui.px(6)}, ui.theme.t1);
}

bool can_edit_cells(const Ui& ui) {
  const Shape shape = ui.document.source.array.tensor.shape();
  return ui.document.source.is_grid() && ui.document.selected_layer == 0 &&
         std::max(shape.h, shape.w) <= kMaxEditableAxis;
}

void start_cell_edit(const Ui& ui, const StageView&, ExploreState& state, std::int64_t row,
                     std::int64_t col) {
  if (!can_edit_cells(ui)) return;
  commit(ui, state);
  ui.act(action::SetEditCell{{true, row, col}});
}

bool is_cell_edited(const Ui& ui, const StageView&, std::int64_t row, std::int64_t col) {
  const EditCell& edit = ui.document.edit;
  return edit.active && edit.row == row && edit.col == col && can_edit_cells(ui);
}

bool handle_cell_edit_keys(const Ui& ui, const StageView& view, ExploreState& state) {
  if (!ui.document.edit.active || !can_edit_cells(ui) || !ui.memory.editing.empty()) return false;
  if (ui.keys.pressed(Key::escape)) {
    if (state.cell_text.empty()) ui.act(action::SetEditCell{});
    state.cell_text.clear();
    return true;
  }
  type_number(ui, state.cell_text);
  struct Move {
    Key key;
    bool shift;
    std::int64_t rows, cols;
  };
  constexpr Move kMoves[] = {{Key::enter, false, 1, 0}, {Key::enter, true, -1, 0},
                             {Key::tab, false, 0, 1},   {Key::tab, true, 0, -1},
                             {Key::down, false, 1, 0},  {Key::up, false, -1, 0},
                             {Key::right, false, 0, 1}, {Key::left, false, 0, -1}};
  for (const Move& move : kMoves) {
    if (!ui.keys.pressed(move.key, false, move.shift)) continue;
    commit(ui, state);
    move_cursor(ui, view, move.rows, move.cols);
  }
  if (ui.keys.pressed(Key::del)) {
    state.cell_text.clear();
    ui.act(action::SetCell{ui.document.edit.row, ui.document.edit.col, 0.0F});
  }
  return true;
}

void draw_cell_editor(const Ui& ui, const StageView& view, ExploreState& state, const Pane& pane) {
  const EditCell& edit = ui.document.edit;
  if (!edit.active || !can_edit_cells(ui) || !view.inside(edit.row, edit.col)) return;
  const Rect cell = pane.cell(edit.row, edit.col);
  if (state.cell_text.empty()) {
    const float value = view.input_value(edit.row, edit.col);
    draw_cell_value(ui, cell, number_color(ui, view.input_range, value),
                    static_cast<double>(value));
  }
  draw_typing(ui, cell, state.cell_text);
}

}  // namespace poolscope
