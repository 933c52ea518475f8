#include "app/canvas/confusion.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/heatmap.h"
#include "app/draw_list.h"

namespace poolscope {
namespace {

/// A matrix of more classes has no room.
constexpr std::size_t kMostClasses = 16;
constexpr std::size_t kListed = 6;
constexpr float kLabel = 84.0F, kMaxCell = 26.0F;

void draw_mistakes(const Ui& ui, Column& column, const ConfusionMatrix& matrix,
                   std::span<const std::string> labels) {
  const auto mistakes = matrix.mistakes();
  if (mistakes.empty()) {
    const Rect row = column.row(26, 0);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "No mistakes");
  }
  for (const auto& [truth, answer, count] :
       std::span(mistakes).first(std::min(mistakes.size(), kListed))) {
    const Rect row = column.row(26, 0);
    const std::string times = count_text(count);
    const float room = row.width() - text_width(ui, Font::mono12, times) - ui.px(8);
    draw_text_cut(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, room,
                  fmt::format("{} → {}", class_name(labels, truth), class_name(labels, answer)));
    draw_text_right(ui, Font::mono12, {row.max.x, row.center().y}, ui.theme.t1, times);
  }
}

}  // namespace

std::string class_name(std::span<const std::string> labels, std::size_t index) {
  const bool named = index < labels.size() && !labels[index].empty();
  return named ? labels[index] : fmt::format("class {}", index);
}

void draw_confusion(const Ui& ui, std::string_view id, Column& column,
                    const ConfusionMatrix& matrix, std::span<const std::string> labels) {
  const auto scores = matrix.scores();
  if (scores.size() > kMostClasses) return draw_mistakes(ui, column, matrix, labels);
  const float side = std::floor(std::min(
      ui.px(kMaxCell), (column.width() - ui.px(kLabel)) / static_cast<float>(scores.size())));
  ImDrawList& list = draw_list();
  const ImVec2 origin = column.at();
  std::string told;
  float y = origin.y;
  for (const auto& [of, score] : scores) {
    const std::string truth = class_name(labels, of);
    draw_text_cut(ui, Font::sans12, {origin.x, y + side * 0.5F}, ui.theme.t2, ui.px(kLabel - 6),
                  truth);
    const std::int64_t support = score.support;
    float x = origin.x + ui.px(kLabel);
    for (const auto& [answer, ignored] : scores) {
      const std::int64_t count = matrix.count(of, answer);
      const float share =
          support == 0 ? 0.0F : static_cast<float>(count) / static_cast<float>(support);
      const Color color = ui.heatmaps.maps().color_of(ui.document.view.map, share);
      const Rect cell = Rect::of(x, y, side - ui.px(1), side - ui.px(1));
      x += side;
      list.AddRectFilled(cell.min, cell.max, color.packed());
      const std::string number = std::to_string(count);
      if (count > 0 && text_width(ui, Font::mono12, number) <= cell.width())
        draw_text_centered(ui, Font::mono12, cell.center(), text_color_on(color).packed(), number);
      const std::string cell_id = fmt::format("{}/{}-{}", id, of, answer);
      click_area(ui, cell_id, cell, Reach::mouse);
      tooltip(ui, fmt::format("{} of {} {} answered as {}", count, support, truth,
                              class_name(labels, answer)));
      if (count > 0)
        told += fmt::format("{}{}→{} {}", told.empty() ? "" : "; ", truth,
                            class_name(labels, answer), count);
    }
    y += side;
  }
  column.skip_pixels(side * static_cast<float>(scores.size()) + ui.px(8));
  ui.tell(std::string(id), told);
}

}  // namespace poolscope
