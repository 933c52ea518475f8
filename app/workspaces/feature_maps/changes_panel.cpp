#include <algorithm>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/metrics/changed_cells.h"

namespace poolscope {
namespace {

constexpr std::size_t kListed = 5;

/// Two passes, and where they are compared.
struct ChangeKey {
  std::uint64_t before = 0, after = 0;
  std::size_t layer = 0;
  std::int64_t sample = 0, channel = 0;
  bool operator==(const ChangeKey&) const = default;
};

struct ChangeWork {
  Background<ChangeKey, Result<MapChange>> work;
};

/// A cell that is another one now; a click looks at it.
void draw_cell(const Ui& ui, Column& column, const ChangedCell& cell) {
  const Rect row = column.row(26, 0);
  const std::string id = fmt::format("changes/{}-{}", cell.row, cell.col);
  const Click click = click_area(ui, id, row);
  tooltip(ui, "Look at this cell");
  if (click.hovered) draw_list().AddRectFilled(row.min, row.max, ui.theme.ctl, ui.px(4));
  const float y = row.center().y;
  const std::string after = number_text(static_cast<double>(cell.after));
  draw_text(ui, Font::sans13, {row.min.x, y}, ui.theme.t2,
            fmt::format("row {}, col {}", cell.row, cell.col));
  draw_text_right(ui, Font::mono12, {row.max.x, y}, ui.theme.acctext, after);
  const float end = row.max.x - text_width(ui, Font::mono12, after);
  draw_text_right(ui, Font::mono12, {end, y}, ui.theme.t1,
                  number_text(static_cast<double>(cell.before)) + " → ");
  if (!click.clicked) return;
  edit_model_view(ui, [&](ModelView& view) {
    view.row = cell.row;
    view.col = cell.col;
    view.cell_pinned = true;
    view.zoom = 0.0;
  });
}

}  // namespace

void draw_changes_section(const Ui& ui, MapsState& state, Column& column) {
  const auto& before = state.session.before();
  const auto after = state.session.changed();
  if (!after || !state.layer || !state.session.swap_error().empty()) return;
  const std::size_t layer = *state.layer;
  const Tensor &was = before->run.maps[layer].values, &is = after->run.maps[layer].values;
  if (was.empty() || is.empty()) return;
  const auto last = [](std::int64_t at, std::int64_t size) { return std::min(at, size - 1); };
  const ModelView& view = ui.document.model_view;
  const ChangeKey key{before->serial, after->serial, layer,
                      last(view.sample, std::min(was.shape().n, is.shape().n)),
                      last(view.channel, std::min(was.shape().c, is.shape().c))};
  auto& kept = state.panels.of<ChangeWork>();
  kept.work.update(ui, key, [was, is, key](const std::atomic<bool>&) {
    return changed_cells(was, is, key.sample, key.channel, kListed);
  });
  column.divider();
  const Rect title = column.title("What changed");
  const bool is_known = kept.work.shown_key() != nullptr && *kept.work.shown_key() == key;
  if (!is_known) return column.space(26);
  const Result<MapChange>& change = *kept.work.shown();
  if (!change) {
    ui.tell("changes", change.error().message);
    column.skip_pixels(draw_text_wrapped(ui, Font::sans12, column.at(), ui.theme.t3, column.width(),
                                         change.error().message));
    return;
  }
  draw_text_right(
      ui, Font::mono12, {title.max.x, title.center().y}, ui.theme.acctext,
      percent_text(static_cast<double>(change->changed) / static_cast<double>(change->cells)));
  column.fact("Cells",
              fmt::format("{} of {}", count_text(change->changed), count_text(change->cells)));
  column.fact("Channels",
              fmt::format("{} of {}", count_text(change->channels), count_text(was.shape().c)));
  std::string told =
      fmt::format("{} of {} cells, {} channels", change->changed, change->cells, change->channels);
  if (!change->largest.empty()) {
    const Rect head = column.row(26, 0);
    draw_text(ui, Font::sans12, {head.min.x, head.center().y}, ui.theme.t3,
              fmt::format("Largest changes in channel {}", key.channel));
  }
  for (const ChangedCell& cell : change->largest) {
    draw_cell(ui, column, cell);
    told += fmt::format("; {},{}: {} → {}", cell.row, cell.col,
                        number_text(static_cast<double>(cell.before)),
                        number_text(static_cast<double>(cell.after)));
  }
  ui.tell("changes", told);
}

}  // namespace poolscope
