#pragma once

#include "app/ui.h"

namespace poolscope {

/// A column of rows, filled from the top; lengths are at scale 1.
class Column {
 public:
  /// Fills `area` inside a side padding of 16.
  Column(const Ui& ui, const Rect& area)
      : ui_(ui),
        left_(area.min.x + ui.px(16)),
        right_(area.max.x - ui.px(16)),
        edge_(area),
        y_(area.min.y) {}

  /// The next row of that height, and the gap after it.
  Rect row(float height, float gap = 8.0F) {
    const Rect rect{{left_, y_}, {right_, y_ + ui_.px(height)}};
    y_ = rect.max.y + ui_.px(gap);
    return rect;
  }
  void space(float height) { y_ += ui_.px(height); }
  /// Room already used by something of that height in pixels.
  void skip_pixels(float height) { y_ += height; }
  /// A line over the whole width with space around it.
  void divider() {
    y_ += ui_.px(8);
    draw_divider(ui_, edge_.min.x, edge_.max.x, y_);
    y_ += ui_.px(8);
  }
  /// A section's title row.
  Rect title(std::string_view text) {
    const Rect rect = row(32, 4);
    draw_text(ui_, Font::sans14_semibold, {rect.min.x, rect.center().y}, ui_.theme.t1, text);
    return rect;
  }
  /// What is so, and its figure on the right.
  void fact(std::string_view label, std::string_view value) {
    const Rect rect = row(28, 0);
    draw_text(ui_, Font::sans13, {rect.min.x, rect.center().y}, ui_.theme.t2, label);
    draw_text_right(ui_, Font::mono13, {rect.max.x, rect.center().y}, ui_.theme.t1, value);
  }
  ImVec2 at() const { return {left_, y_}; }
  float width() const { return right_ - left_; }
  float right() const { return right_; }
  float y() const { return y_; }

 private:
  const Ui& ui_;
  float left_, right_;
  Rect edge_;
  float y_;
};

/// `rect` cut into `count` equal parts with `gap` between them; part `index`.
inline Rect part_of(const Ui& ui, const Rect& rect, int index, int count, float gap = 8.0F) {
  const float width =
      (rect.width() - ui.px(gap) * static_cast<float>(count - 1)) / static_cast<float>(count);
  const float x = rect.min.x + static_cast<float>(index) * (width + ui.px(gap));
  return {{x, rect.min.y}, {x + width, rect.max.y}};
}

}  // namespace poolscope
