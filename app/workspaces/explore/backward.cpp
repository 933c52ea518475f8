#include "app/workspaces/explore/backward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "app/background.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/cell_editor.h"
#include "core/analysis/backward_lens.h"

namespace poolscope {
namespace {

constexpr float kControlsRow = 44.0F;
/// Smaller cells are not marked one by one.
constexpr float kLeastMarked = 10.0F;

/// What the gradients on screen depend on.
struct LensKey {
  std::uint64_t evaluation = 0;
  std::size_t layer = 0;
  std::int64_t plane = 0;
  Lens lens;
  std::int64_t row = -1, col = -1;  ///< Of the one cell.

  bool operator==(const LensKey&) const = default;
};

struct LensResult {
  LensView view;
  std::string error;
};

struct LensState {
  Background<LensKey, LensResult> result;
  std::string typed;                ///< A gradient being typed, ...
  std::int64_t row = -1, col = -1;  ///< ... and the output cell it is for.
};

ValueRange range_of(const Picture& picture) {
  return {picture.overall().min, picture.overall().max};
}

/// Ranges that hold 0: its colour is that of no gradient. Around it, where some are negative.
void set_ranges(LensView& view, const View& chosen) {
  const auto held = [](ValueRange range) {
    return ValueRange{std::min(range.low, 0.0F), std::max(range.high, 0.0F)};
  };
  ValueRange output = held(range_of(*view.output)), input = held(range_of(*view.input));
  ValueRange source = view.source ? held(range_of(*view.source)) : input;
  const ValueRange all{std::min({output.low, input.low, source.low}),
                       std::max({output.high, input.high, source.high})};
  view.map = all.low < 0.0F ? ColorMap::diverging : chosen.map;
  if (chosen.range == RangeScale::shared) output = input = source = all;
  view.output_range = display_range(view.map, output);
  view.input_range = display_range(view.map, input);
  view.source_range = display_range(view.map, source);
}

OutputGradient given_gradient(const LensKey& key) {
  switch (key.lens.seed) {
    case GradientSeed::ones:
      return {1.0F, {}};
    case GradientSeed::cell:
      return {0.0F, {{key.plane, key.row, key.col, 1.0F}}};
    case GradientSeed::typed:
      break;
  }
  return {0.0F, key.lens.typed};
}

LensResult look(const LensRequest& request, const GradientOptions& options) {
  const auto answer = look_back(request, options);
  if (!answer) return {{}, answer.error().message};
  LensResult result;
  result.view.output = make_picture(answer->output);
  result.view.input = make_picture(answer->input);
  if (answer->source) result.view.source = make_picture(*answer->source);
  result.view.starved = answer->starved;
  result.view.source_starved = answer->source_starved;
  return result;
}

LensKey key_of(const Ui& ui, const StageView& view) {
  LensKey key{view.evaluation->serial, ui.document.selected_layer, view.plane, ui.document.lens};
  if (key.lens.seed != GradientSeed::typed) key.lens.typed.clear();
  if (key.lens.seed == GradientSeed::cell) {
    key.row = view.selection.row;
    key.col = view.selection.col;
  }
  return key;
}

/// Whether the layer on screen lets a gradient choose among ties.
bool has_ties(const StageView& view) {
  const auto picks = [](const LoweredPool& pool) {
    return pool.has_winners() || pool.reduction == Reduction::mixed;
  };
  const auto& lowered = view.output->plan.lowered;
  return lowered && std::ranges::any_of(pools_of(*lowered), picks);
}

// Cells ------------------------------------------------------------------------------------------

/// One of the gradients, and how it is coloured.
struct Plane {
  const std::shared_ptr<const Picture>& picture;
  ValueRange range;

  std::int64_t rows() const { return picture->shape().h; }
  std::int64_t cols() const { return picture->shape().w; }
  float at(std::int64_t row, std::int64_t col) const {
    return picture->tensor().values()[static_cast<std::size_t>(row * cols() + col)];
  }
};

Plane plane_of(const LensView& lens, CanvasKind kind) {
  if (kind == CanvasKind::output) return {lens.output, lens.output_range};
  if (kind == CanvasKind::input && lens.source) return {lens.source, lens.source_range};
  return {lens.input, lens.input_range};
}

void draw_numbers(const Ui& ui, const LensView& lens, const Plane& plane, const Pane& pane) {
  if (!shows_values(ui, pane)) return;
  const CellSpan cells = visible_cells(pane, plane.rows(), plane.cols());
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      const float value = plane.at(row, col);
      draw_cell_value(ui, pane.cell(row, col), number_color(ui, {lens.map, plane.range}, value),
                      static_cast<double>(value));
    }
  }
}

/// `share` of the way from one colour to another.
ImU32 mixed(ImU32 from, ImU32 to, float share) {
  const ImVec4 a = ImGui::ColorConvertU32ToFloat4(from), b = ImGui::ColorConvertU32ToFloat4(to);
  const auto mix = [&](float x, float y) { return x + (y - x) * share; };
  return ImGui::ColorConvertFloat4ToU32({mix(a.x, b.x), mix(a.y, b.y), mix(a.z, b.z), 1.0F});
}

/// A cell that gets no gradient is struck out.
void draw_starved(const Ui& ui, const Rect& cell) {
  const Rect inner = cell.inset(cell.width() * 0.2F);
  draw_list().AddLine({inner.min.x, inner.max.y}, {inner.max.x, inner.min.y}, ui.theme.edge,
                      std::max(1.0F, ui.px(1)));
}

/// The layer's input, each cell as light as the size of its gradient, with its own value on it.
void draw_shaded_cells(const Ui& ui, const StageView& view, const Pane& pane) {
  const Plane plane = plane_of(*view.lens, CanvasKind::windows);
  const float most = std::max({std::abs(plane.range.low), std::abs(plane.range.high), 1e-30F});
  const CellSpan cells = visible_cells(pane, plane.rows(), plane.cols());
  const float gap = std::max(1.0F, std::floor(ui.px(1)));
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      const Rect cell = pane.cell(row, col);
      const float value = plane.at(row, col);
      const float share = std::isfinite(value) ? std::min(1.0F, std::abs(value) / most) : 1.0F;
      draw_list().AddRectFilled(cell.min, {cell.max.x - gap, cell.max.y - gap},
                                mixed(ui.theme.cov[0], ui.theme.cov[4], share));
      if (value == 0.0F) draw_starved(ui, cell);
      if (!shows_values(ui, pane)) continue;
      draw_cell_value(ui, cell, value == 0.0F ? ui.theme.t3 : ui.theme.t1,
                      static_cast<double>(view.input_value(row, col)));
    }
  }
}

// Typing -----------------------------------------------------------------------------------------

void commit(const Ui& ui, const StageView& view, LensState& lens) {
  if (const auto number = finish_number(ui, lens.typed, "the gradient stays"))
    ui.act(action::SetGradientCell{{view.plane, lens.row, lens.col, *number}});
}

bool handle_typing(const Ui& ui, const StageView& view, LensState& lens) {
  const bool moved = lens.row != view.selection.row || lens.col != view.selection.col;
  if (!lens.typed.empty() && moved) commit(ui, view, lens);
  const bool typing = !lens.typed.empty();
  if (typing && ui.keys.pressed(Key::escape)) {
    lens.typed.clear();
    return true;
  }
  if (!typing) {
    if (!begins_number()) return false;
    lens.row = view.selection.row;
    lens.col = view.selection.col;
    Selection pinned = view.selection;
    pinned.pinned = true;
    ui.act(action::SetSelection{pinned});
  }
  type_number(ui, lens.typed);
  if (!typing) return true;
  for (const Key key : {Key::enter, Key::tab, Key::left, Key::right, Key::up, Key::down}) {
    if (!ui.keys.pressed(key)) continue;
    commit(ui, view, lens);
    return key == Key::enter || key == Key::tab;
  }
  return true;
}

/// What there is to say beside the choices.
std::string lens_note(const Ui& ui, const StageView& view) {
  const Lens& lens = ui.document.lens;
  if (view.hides_any()) return "Hidden with the outputs: the gradient would tell who wins.";
  if (!view.lens_error.empty()) return view.lens_error;
  if (lens.seed == GradientSeed::typed && lens.typed.empty())
    return "Type numbers into output cells.";
  if (!shows_source(view)) return {};
  return fmt::format("{} of {} cells of the source get none", count_text(view.lens->source_starved),
                     count_text(view.lens->source->shape().plane_size()));
}

}  // namespace

void update_lens(const Ui& ui, StageView& view, ExploreState& state) {
  auto& result = state.panels.of<LensState>().result;
  // A gradient would tell who wins in windows whose results are hidden.
  if (!ui.document.lens.on || view.output == nullptr || view.layer == nullptr || view.hides_any())
    return result.cancel();
  const LensKey key = key_of(ui, view);
  const auto work = [request = LensRequest{view.evaluation->trace, key.layer + 1, key.plane,
                                           given_gradient(key), key.lens.to_source},
                     ties = key.lens.ties](const std::atomic<bool>& cancelled) {
    return look(request, {ties, &cancelled});
  };
  result.update(ui, key, work);
  const LensKey* shown = result.shown_key();
  const bool fits = shown != nullptr && shown->evaluation == key.evaluation &&
                    shown->layer == key.layer && shown->plane == key.plane;
  if (!fits) return;
  view.lens_error = result.shown()->error;
  if (!view.lens_error.empty()) return;
  auto lens = std::make_shared<LensView>(result.shown()->view);
  set_ranges(*lens, ui.document.view);
  view.lens = std::move(lens);
}

void toggle_lens(const Ui& ui) {
  Lens next = ui.document.lens;
  next.on = !next.on;
  ui.act(action::SetLens{next});
}

bool handle_lens_keys(const Ui& ui, const StageView& view, ExploreState& state) {
  auto& lens = state.panels.of<LensState>();
  if (view.lens == nullptr) lens.typed.clear();
  if (view.lens != nullptr && handle_typing(ui, view, lens)) {
    ui.memory.typing_cell = !lens.typed.empty();
    return true;
  }
  return false;
}

void draw_lens_cells(const Ui& ui, const StageView& view, ExploreState& state,
                     const CanvasLook& look) {
  const LensView& lens = *view.lens;
  const Plane plane = plane_of(lens, look.kind);
  const auto at = static_cast<std::size_t>(look.kind);
  HeatmapTexture& texture = look.detail ? state.detail_textures[at] : state.main_textures[at];
  if (look.kind == CanvasKind::windows && look.pane.cell_size() >= ui.px(kLeastMarked)) {
    draw_shaded_cells(ui, view, look.pane);
    return draw_surroundings(ui, view, look.pane);
  }
  draw_heatmap(ui, texture, plane.picture, look.pane, {{0, 0, false}, plane.range, lens.map, true});
  if (look.kind != CanvasKind::output)
    draw_ghost_cells(ui, look.pane, plane.rows(), plane.cols(),
                     [](std::int64_t, std::int64_t) { return std::string_view("–"); });
  draw_numbers(ui, lens, plane, look.pane);
  const auto& typing = state.panels.of<LensState>();
  if (look.kind == CanvasKind::output && !typing.typed.empty())
    draw_typing(ui, look.pane.cell(typing.row, typing.col), typing.typed);
}

void draw_lens_legend(const Ui& ui, const StageView& view, CanvasKind kind, const Rect& rect) {
  const LensView& lens = *view.lens;
  const Plane plane = plane_of(lens, kind);
  if (kind != CanvasKind::windows) {
    std::optional<double> linked;
    if (kind == CanvasKind::output)
      linked = static_cast<double>(plane.at(view.selection.row, view.selection.col));
    return draw_value_bar(ui, rect, {lens.map, plane.range}, linked);
  }
  const float y = rect.min.y + ui.px(6);
  const Rect cell = Rect::of(rect.min.x, y - ui.px(9), ui.px(18), ui.px(18));
  draw_list().AddRectFilled(cell.min, cell.max, ui.theme.cov[0]);
  draw_list().AddRect(cell.min, cell.max, ui.theme.line2, 0, 0, 1.0F);
  draw_starved(ui, cell);
  const std::string text = fmt::format("{} of {} cells get none", count_text(lens.starved),
                                       count_text(plane.rows() * plane.cols()));
  ui.tell("starved", text);
  draw_text_cut(ui, Font::sans12, {cell.max.x + ui.px(8), y}, ui.theme.t2,
                rect.max.x + ui.px(24) - cell.max.x, text);
}

float lens_row_height(const Ui& ui) { return ui.px(kControlsRow); }

void draw_lens_row(const Ui& ui, const StageView& view, const Rect& area) {
  const Lens& lens = ui.document.lens;
  Lens next = lens;
  const float y = area.min.y + ui.px(kControlsRow) * 0.5F, height = ui.px(30);
  const bool wide = area.width() >= ui.px(760);
  float x = area.min.x;
  std::string_view tip;  // Of the choice that is drawn next.
  const auto choose = [&](std::string_view caption, std::string_view id, float width,
                          std::span<const std::string_view> items, int current) {
    if (wide) x = draw_text(ui, Font::sans13, {x, y}, ui.theme.t3, caption) + ui.px(8);
    const Rect rect = Rect::of(x, y - height * 0.5F, ui.px(width), height);
    x = rect.max.x + ui.px(14);
    const auto chosen = segmented(ui, id, rect, items, current);
    tooltip(ui, tip);
    return chosen;
  };
  tip = "What the loss sends back: 1 to every output, to one of them, or what you type";
  constexpr std::array<std::string_view, 3> kSeeds{"Ones", "One cell", "Typed"};
  if (const auto seed =
          choose("Gradient on the output", "lens/seed", 198, kSeeds, static_cast<int>(lens.seed))) {
    next.seed = static_cast<GradientSeed>(*seed);
  }
  constexpr std::array<std::string_view, 3> kTies{"Winner", "Split", "All"};
  if (has_ties(view)) {
    tip = "Which of several equal maxima is paid: the first, each a part, or each all of it";
    if (const auto ties = choose("Ties", "lens/ties", 168, kTies, static_cast<int>(lens.ties)))
      next.ties = static_cast<TiePolicy>(*ties);
  }
  constexpr std::array<std::string_view, 2> kReach{"This layer", "To the source"};
  if (ui.document.selected_layer > 0) {
    tip = "How far back: through this layer, or on to the source";
    if (const auto reach = choose("Through", "lens/reach", 196, kReach, lens.to_source ? 1 : 0))
      next.to_source = *reach == 1;
  }
  if (!(next == lens)) ui.act(action::SetLens{next});
  const std::string note = lens_note(ui, view);
  ui.tell("lens", note.empty() ? "on" : note);
  if (area.max.x - x > ui.px(40))
    draw_text_cut(ui, Font::sans12, {x, y}, ui.theme.t2, area.max.x - x, note);
}

std::string lens_cursor_text(const StageView& view, const HoveredCell& cell) {
  const Plane plane = plane_of(*view.lens, cell.canvas);
  if (cell.row < 0 || cell.col < 0 || cell.row >= plane.rows() || cell.col >= plane.cols())
    return "outside: no gradient";
  return fmt::format("gradient at row {}, col {} = {}", cell.row, cell.col,
                     number_text(static_cast<double>(plane.at(cell.row, cell.col))));
}

}  // namespace poolscope
