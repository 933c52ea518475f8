#include "app/workspaces/explore/lab.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/scroll_area.h"

namespace poolscope {
namespace {

constexpr LabPanel kPanels[] = {
    {"what-if", "What if", "the same input under other settings; click one to apply it", 200, true,
     draw_what_if, true},
    {"values", "Values", "what pooling did to the values: share of cells in 64 bins", 220, true,
     draw_value_statistics, true},
    {"frameworks", "Frameworks",
     "the same setting in PyTorch, Keras and ONNX; cells that differ are outlined", 320, false,
     draw_frameworks},
    {"compare", "Compare", "this pipeline, A, and another one, B, on the same input", 340, false,
     draw_compare},
    {"sweep", "Sweep", "the layer over two of its parameters; click an output to take its setting",
     400, false, draw_sweep},
    {"shift", "Shift", "move the input by whole cells: how far does each output change?", 310,
     false, draw_shift_lab},
    {"loss", "Loss", "what was thrown away, and how well the rest lets the input be guessed", 270,
     false, draw_loss},
    {"notes", "Notes", "what you want to remember; saved with the session", 180, true,
     draw_notes_panel, true, true},
    {"composition", "Composition",
     "all layers as one: what a cell sees of the source, and how much", 230, false,
     draw_composition, true, true},
};

constexpr float kTabs = 36.0F;
constexpr float kTabGap = 20.0F, kMinTabGap = 12.0F;

/// What lies between two tabs where all are in one row of `width`; nothing where they have no room.
std::optional<float> tab_gap(const Ui& ui, float width) {
  float titles = 0.0F;
  for (const LabPanel& panel : kPanels)
    titles += text_width(ui, Font::sans13_semibold, panel.title);
  const float gap = (width - titles) / static_cast<float>(std::size(kPanels));
  if (gap < ui.px(kMinTabGap)) return {};
  return std::min(gap, ui.px(kTabGap));
}

void choose(const Ui& ui, const LabPanel& panel) {
  ui.edit_view([&](View& view) { view.lab = panel.id; });
}

void draw_tab(const Ui& ui, const LabPanel& panel, bool shown, const Rect& rect) {
  const Click click = click_area(ui, fmt::format("lab/{}", panel.id), rect);
  tooltip(ui, panel.about);
  const ImU32 ink = shown || click.hovered ? ui.theme.t1 : ui.theme.t2;
  const float width = text_width(ui, Font::sans13_semibold, panel.title);
  const float x = rect.center().x - width * 0.5F;
  draw_text(ui, shown ? Font::sans13_semibold : Font::sans13, {x, rect.center().y}, ink,
            panel.title);
  if (shown) {
    draw_list().AddRectFilled({x, rect.max.y - ui.px(6)}, {x + width, rect.max.y - ui.px(4)},
                              ui.theme.acc);
  }
  if (click.clicked) choose(ui, panel);
}

/// All panels as tabs, or in a list where those have no room.
void draw_tabs(const Ui& ui, const LabPanel& shown, const Rect& row) {
  float x = row.min.x;
  if (const auto gap = tab_gap(ui, row.width())) {
    x -= *gap * 0.5F;
    for (const LabPanel& panel : kPanels) {
      const float width = text_width(ui, Font::sans13_semibold, panel.title) + *gap;
      draw_tab(ui, panel, &panel == &shown, Rect::of(x, row.min.y, width, row.height()));
      x += width;
    }
    x += *gap * 0.5F;
  } else {
    std::vector<std::string_view> titles;
    for (const LabPanel& panel : kPanels) titles.push_back(panel.title);
    const float width = std::min(ui.px(220), row.width());
    const auto chosen = combo(ui, "lab", Rect::of(x, row.min.y, width, ui.px(32)), titles,
                              static_cast<int>(&shown - kPanels));
    tooltip(ui, shown.about);
    if (chosen) choose(ui, kPanels[*chosen]);
    x += width + ui.px(12);
  }
  if (row.max.x - x < ui.px(160)) return;
  draw_text_cut(ui, Font::sans12, {x, row.center().y}, ui.theme.t3, row.max.x - x, shown.about);
}

/// In place of a panel that would tell what the class is to find out.
void draw_secret(const Ui& ui, const Rect& area) {
  draw_text_cut(ui, Font::sans13, {area.min.x, area.min.y + ui.px(16)}, ui.theme.t2, area.width(),
                "Hidden with the outputs: shown once all of them are revealed (Shift+R).");
}

}  // namespace

std::span<const LabPanel> lab_panels() { return kPanels; }

bool is_small_grid(const Ui& ui, const StageView& view) {
  return ui.document.source.is_grid() && view.rows * view.cols <= 400;
}

const LabPanel& shown_lab_panel(const Ui& ui, const StageView& view) {
  const std::string_view wanted = ui.document.view.lab;
  const auto named = std::ranges::find(kPanels, wanted, &LabPanel::id);
  if (named != std::end(kPanels)) return *named;
  return is_small_grid(ui, view) ? kPanels[0] : kPanels[1];
}

void draw_lab(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  const LabPanel& panel = shown_lab_panel(ui, view);
  ui.tell("lab", std::string(panel.id));
  const Rect row = Rect::of(area.min.x, area.min.y, area.width(), ui.px(kTabs));
  draw_tabs(ui, panel, row);
  const Rect rest{{area.min.x, row.max.y + ui.px(8)}, area.max};
  if (rest.height() < ui.px(40)) return;
  if (view.hides_any() && !panel.keeps_secrets) return draw_secret(ui, rest);
  if (view.is_span() && !panel.of_spans) {
    draw_text_wrapped(ui, Font::sans13, rest.min, ui.theme.t2, rest.width(),
                      "This panel is about one layer. Choose \"of this layer\" above the canvases, "
                      "or look at Composition.");
    return;
  }
  draw_scroll_area(ui, "lab panel", rest, [&](ImVec2 origin) {
    return panel.draw(ui, view, state, Rect::of(origin.x, origin.y, rest.width(), rest.height()));
  });
}

}  // namespace poolscope
