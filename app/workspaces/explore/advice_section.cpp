#include "app/workspaces/explore/advice_section.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "app/background.h"
#include "app/draw_list.h"
#include "core/analysis/advice.h"

namespace poolscope {
namespace {

/// What the section keeps between frames.
struct AdvicePanel {
  Background<std::uint64_t, Advice> advice;  ///< By evaluation.
  std::set<std::string> dismissed;           ///< Findings, by id.
  bool shows_passed = false;
};

/// `advice/skipped-cells/0`
std::string id_of(const Finding& finding) {
  return fmt::format("advice/{}/{}", finding.check, finding.layer);
}

void update(const Ui& ui, const StageView& view, AdvicePanel& panel) {
  panel.advice.update(
      ui, view.evaluation->serial,
      [pipeline = view.evaluation->request.pipeline, trace = view.evaluation->trace](
          const std::atomic<bool>& cancelled) { return advise(pipeline, trace, cancelled); });
}

/// A card: `draw` fills the rectangle given and returns its bottom.
template <class Draw>
void draw_card(const Ui& ui, Column& column, ImU32 background, Draw draw) {
  const ImVec2 at = column.at();
  ImDrawListSplitter layers;
  layers.Split(&draw_list(), 2);
  layers.SetCurrentChannel(&draw_list(), 1);
  const float padding = ui.px(10);
  const float bottom =
      draw(Rect{{at.x + padding, at.y + padding}, {column.right() - padding, at.y + padding}}) +
      padding;
  layers.SetCurrentChannel(&draw_list(), 0);
  draw_list().AddRectFilled(at, {column.right(), bottom}, background, ui.px(8));
  layers.Merge(&draw_list());
  column.skip_pixels(bottom - at.y + ui.px(8));
}

/// A remedy as a link; clicking it changes the pipeline, which undo brings back.
float draw_remedy(const Ui& ui, const Finding& finding, ImVec2 at) {
  const Remedy& remedy = *finding.remedy;
  const Rect link = Rect::of(at.x - ui.px(4), at.y + ui.px(4),
                             text_width(ui, Font::sans12, remedy.action) + ui.px(8), ui.px(24));
  const Click click = click_area(ui, id_of(finding) + "/fix", link);
  tooltip(ui, "Do this; undo brings the layers back as they were");
  if (click.hovered) draw_list().AddRectFilled(link.min, link.max, ui.theme.ctl, ui.px(5));
  draw_text(ui, Font::sans12, {at.x, link.center().y}, ui.theme.acctext, remedy.action);
  if (click.clicked) ui.act(action::SetPipeline{remedy.pipeline});
  return link.max.y;
}

/// Returns the bottom of what was drawn.
float draw_finding(const Ui& ui, const Finding& finding, AdvicePanel& panel, const Rect& area) {
  const bool warning = finding.severity == Severity::warning;
  const float x = area.min.x + ui.px(24), side = ui.px(20);
  draw_icon(ui, Icon::warn, {area.min.x + ui.px(7), area.min.y + ui.px(9)},
            warning ? ui.theme.warn : ui.theme.t3, 14);
  const Rect close = Rect::of(area.max.x - side + ui.px(4), area.min.y - ui.px(2), side, side);
  if (button(ui, id_of(finding) + "/dismiss", close,
             {.icon = Icon::close, .flat = true, .tip = "Not again in this session"})) {
    panel.dismissed.insert(id_of(finding));
  }
  std::string title = finding.title;
  if (ui.document.pipeline.size() > 1)
    title = fmt::format("Layer {}: {}", finding.layer + 1, title);
  float y = area.min.y;
  y += draw_text_wrapped(ui, Font::sans13_semibold, {x, y}, ui.theme.t1, close.min.x - x, title);
  y += ui.px(4);
  y += draw_text_wrapped(ui, Font::sans12, {x, y}, ui.theme.t2, area.max.x - x, finding.reason);
  ui.tell(id_of(finding), finding.title + ". " + finding.reason);
  return finding.remedy ? draw_remedy(ui, finding, {x, y}) : y;
}

float draw_passed(const Ui& ui, const PassedCheck& check, const Rect& area) {
  draw_icon(ui, Icon::check, {area.min.x + ui.px(7), area.min.y + ui.px(8)}, ui.theme.ok, 14);
  const float x = area.min.x + ui.px(24);
  return area.min.y + draw_text_wrapped(ui, Font::sans12, {x, area.min.y}, ui.theme.t2,
                                        area.max.x - x, check.text);
}

/// `2 found, 6 passed`, which opens and closes the list of what passed.
void draw_counts(const Ui& ui, AdvicePanel& panel, const Rect& title, std::size_t found) {
  const std::string text =
      fmt::format("{} found, {} passed", found, panel.advice.shown()->passed.size());
  const float width = text_width(ui, Font::sans12, text);
  const Rect toggle{{title.max.x - width - ui.px(22), title.min.y}, title.max};
  const Click click = click_area(ui, "advice/passed", toggle);
  tooltip(ui, panel.shows_passed ? "Hide the checks that passed" : "Show the checks that passed");
  draw_text(ui, Font::sans12, {toggle.min.x, title.center().y},
            click.hovered ? ui.theme.t1 : ui.theme.t3, text);
  draw_icon(ui, Icon::chevron, {title.max.x - ui.px(7), title.center().y}, ui.theme.t3, 14);
  if (click.clicked) panel.shows_passed = !panel.shows_passed;
  ui.tell("advice", text);
}

}  // namespace

void draw_advice_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  AdvicePanel& panel = state.panels.of<AdvicePanel>();
  update(ui, view, panel);
  if (panel.advice.shown() == nullptr || ui.document.pipeline.empty()) return;
  column.divider();
  std::vector<const Finding*> findings;
  for (const Finding& finding : panel.advice.shown()->findings) {
    if (!panel.dismissed.contains(id_of(finding))) findings.push_back(&finding);
  }
  draw_counts(ui, panel, column.title("Advice"), findings.size());
  for (const Finding* finding : findings) {
    const bool warning = finding->severity == Severity::warning;
    draw_card(ui, column, warning ? ui.theme.soft_warn : ui.theme.raised,
              [&](const Rect& area) { return draw_finding(ui, *finding, panel, area); });
  }
  if (!panel.shows_passed) return;
  for (const PassedCheck& check : panel.advice.shown()->passed) {
    draw_card(ui, column, ui.theme.soft_ok,
              [&](const Rect& area) { return draw_passed(ui, check, area); });
  }
}

}  // namespace poolscope
