#include <algorithm>

#include <fmt/format.h>

#include "app/canvas/confusion.h"
#include "app/draw_list.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/models/top_k.h"

namespace poolscope {
namespace {

constexpr std::size_t kTop = 5;

/// A class before and after the change.
struct AnswerRow {
  std::size_t index = 0;
  std::size_t rank_before = 0, rank_after = 0;  ///< From 1.
  double before = 0.0, after = 0.0;             ///< Shares.
};

/// All classes of two passes in order, kept while those are shown.
struct KeptAnswer {
  std::uint64_t before = 0, after = 0;
  std::int64_t sample = 0;
  std::vector<AnswerRow> rows;  ///< The first few, and the one that was first.
  std::string error;
};

std::vector<std::size_t> ranks_of(const std::vector<RankedClass>& classes) {
  std::vector<std::size_t> ranks(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) ranks[classes[i].index] = i + 1;
  return ranks;
}

void rank(const ModelPass& before, const ModelPass& after, std::int64_t sample, KeptAnswer& kept) {
  kept = {before.serial, after.serial, sample, {}, ""};
  const auto &old_axes = before.run.output.axes, &new_axes = after.run.output.axes;
  if (old_axes != new_axes) {
    kept.error = fmt::format("The output is {} before and {} after: answers cannot be compared.",
                             axes_text(old_axes, "×"), axes_text(new_axes, "×"));
    return;
  }
  const auto all = static_cast<std::size_t>(old_axes.empty() ? 0 : old_axes.back());
  const auto of = static_cast<std::size_t>(sample);
  const auto first = top_classes(before.run.output, all, of);
  const auto second = top_classes(after.run.output, all, of);
  if (!first || !second) {
    kept.error = (first ? second : first).error().message;
    return;
  }
  if (first->empty()) return;
  const auto before_ranks = ranks_of(*first), after_ranks = ranks_of(*second);
  const auto add = [&](std::size_t index) {
    if (std::ranges::count(kept.rows, index, &AnswerRow::index) > 0) return;
    const std::size_t was = before_ranks[index], is = after_ranks[index];
    kept.rows.push_back({index, was, is, (*first)[was - 1].share, (*second)[is - 1].share});
  };
  for (std::size_t i = 0; i < std::min(kTop, second->size()); ++i) add((*second)[i].index);
  add(first->front().index);
}

std::string name_of(const MapsState& state, std::size_t index) {
  const ModelReading* const reading = state.session.reading();
  const auto labels =
      reading != nullptr ? std::span(reading->labels) : std::span<const std::string>();
  return class_name(labels, index);
}

void draw_bar(const Ui& ui, const Rect& track, double share, ImU32 color) {
  const float width = std::max(ui.px(1), track.width() * static_cast<float>(share));
  draw_list().AddRectFilled(track.min, {track.min.x + width, track.max.y}, color);
}

std::string percent(double share) { return fmt::format("{:.1f}", share * 100.0); }

void draw_row(const Ui& ui, const MapsState& state, const AnswerRow& answer, bool changed,
              Column& column) {
  const Rect row = column.row(44, 0);
  draw_divider(ui, row.min.x, row.max.x, row.max.y);
  const float top = row.min.y + ui.px(13), below = row.min.y + ui.px(31);
  const float bars = row.min.x + row.width() * 0.36F, end = row.max.x - ui.px(48);
  draw_text_cut(ui, Font::sans13_medium, {row.min.x, top}, ui.theme.t1, bars - row.min.x - ui.px(8),
                name_of(state, answer.index));
  const std::string ranks = changed
                                ? fmt::format("#{} → #{}", answer.rank_before, answer.rank_after)
                                : fmt::format("#{}", answer.rank_before);
  draw_text(ui, Font::mono12, {row.min.x, below}, ui.theme.t3, ranks);
  const float half = ui.px(4);
  draw_bar(ui, {{bars, top - half}, {end, top + half}}, answer.before, ui.theme.edge);
  draw_text_right(ui, Font::mono12, {row.max.x, top}, ui.theme.t1, percent(answer.before));
  if (!changed) return;
  draw_bar(ui, {{bars, below - half}, {end, below + half}}, answer.after, ui.theme.acc);
  draw_text_right(ui, Font::mono12, {row.max.x, below}, ui.theme.acctext, percent(answer.after));
}

/// What the two colours of the bars mean.
void draw_head(const Ui& ui, Column& column, bool changed) {
  const Rect row = column.row(28, 0);
  const float y = row.center().y, side = ui.px(10);
  draw_text(ui, Font::sans12, {row.min.x, y}, ui.theme.t3, "rank");
  float x = row.min.x + row.width() * 0.36F;
  const auto key = [&](ImU32 color, std::string_view text) {
    draw_list().AddRectFilled({x, y - side * 0.5F}, {x + side, y + side * 0.5F}, color, ui.px(2));
    x = draw_text(ui, Font::sans12, {x + side + ui.px(5), y}, ui.theme.t3, text) + ui.px(10);
  };
  if (changed) {
    key(ui.theme.edge, "before");
    key(ui.theme.acc, "after");
  }
  draw_text_right(ui, Font::sans12, {row.max.x, y}, ui.theme.t3, "%");
  draw_divider(ui, row.min.x, row.max.x, row.max.y);
}

}  // namespace

void draw_answer_section(const Ui& ui, MapsState& state, Column& column) {
  const auto& before = state.session.before();
  // A pool by itself answers nothing.
  if (!before || ui.document.model.model.empty()) return;
  const auto changed = state.session.changed();
  const auto& after = changed ? changed : before;
  auto& kept = state.panels.of<KeptAnswer>();
  const std::int64_t sample = std::min(ui.document.model_view.sample, samples_of(*before) - 1);
  if (kept.before != before->serial || kept.after != after->serial || kept.sample != sample)
    rank(*before, *after, sample, kept);
  column.divider();
  const Rect title = column.title("Top 5");
  if (kept.rows.empty()) {
    column.skip_pixels(draw_text_wrapped(
        ui, Font::sans12, column.at(), ui.theme.t3, column.width(),
        kept.error.empty() ? "The model's output has no classes to rank." : kept.error));
    return;
  }
  const auto winner = std::ranges::min_element(kept.rows, {}, &AnswerRow::rank_before);
  const std::string was = name_of(state, winner->index);
  const std::string is = name_of(state, kept.rows.front().index);
  if (changed && was != is) {
    draw_text_right(ui, Font::sans12, {title.max.x, title.center().y}, ui.theme.acctext, is);
    const float end = title.max.x - text_width(ui, Font::sans12, is);
    draw_text_right(ui, Font::sans12, {end, title.center().y}, ui.theme.t2, was + " → ");
  }
  draw_head(ui, column, changed != nullptr);
  std::string told;
  for (const AnswerRow& row : kept.rows) {
    draw_row(ui, state, row, changed != nullptr, column);
    told += fmt::format("{}{} #{} {} → #{} {}", told.empty() ? "" : "; ", name_of(state, row.index),
                        row.rank_before, percent(row.before), row.rank_after, percent(row.after));
  }
  ui.tell("answer", told);
  column.space(4);
}

}  // namespace poolscope
