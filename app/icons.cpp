#include <array>

#include "app/draw_list.h"
#include "app/ui.h"

namespace poolscope {
namespace {

/// Draws on a grid of 16 x 16 units around a centre, with a 1.5 unit stroke.
class Pen {
 public:
  Pen(ImVec2 center, float unit, ImU32 color)
      : list_(draw_list()), center_(center), unit_(unit), color_(color) {}

  void line(std::initializer_list<ImVec2> points, bool closed = false) const {
    for (const ImVec2& point : points) list_.PathLineTo(at(point));
    list_.PathStroke(color_, closed ? ImDrawFlags_Closed : ImDrawFlags_None, 1.5F * unit_);
  }
  void box(ImVec2 min, ImVec2 max, float rounding = 1.5F) const {
    list_.AddRect(at(min), at(max), color_, rounding * unit_, 0, 1.5F * unit_);
  }
  void solid_box(ImVec2 min, ImVec2 max, float rounding = 1.0F) const {
    list_.AddRectFilled(at(min), at(max), color_, rounding * unit_);
  }
  void circle(ImVec2 center, float radius) const {
    list_.AddCircle(at(center), radius * unit_, color_, 0, 1.5F * unit_);
  }
  void dot(ImVec2 center, float radius) const {
    list_.AddCircleFilled(at(center), radius * unit_, color_);
  }
  void arc(ImVec2 center, float radius, float from, float to) const {
    list_.PathArcTo(at(center), radius * unit_, from, to);
    list_.PathStroke(color_, ImDrawFlags_None, 1.5F * unit_);
  }
  void triangle(ImVec2 a, ImVec2 b, ImVec2 c) const {
    list_.AddTriangleFilled(at(a), at(b), at(c), color_);
  }

 private:
  ImVec2 at(ImVec2 p) const {
    return {center_.x + (p.x - 8) * unit_, center_.y + (p.y - 8) * unit_};
  }
  ImDrawList& list_;
  ImVec2 center_;
  float unit_;
  ImU32 color_;
};

constexpr float kPi = 3.14159265F;

void draw_undo(const Pen& pen, bool mirrored) {
  const auto x = [mirrored](float v) { return mirrored ? 16 - v : v; };
  pen.line({{x(6), 2.5F}, {x(2.8F), 5.7F}, {x(6), 9}});
  pen.line({{x(2.8F), 5.7F}, {x(9.2F), 5.7F}});
  if (mirrored) {
    pen.arc({6.8F, 9.4F}, 3.7F, kPi * 0.5F, kPi * 1.5F);
  } else {
    pen.arc({9.2F, 9.4F}, 3.7F, -kPi * 0.5F, kPi * 0.5F);
  }
  pen.line({{x(9.2F), 13.1F}, {x(6), 13.1F}});
}

void draw_eye(const Pen& pen, bool crossed) {
  pen.line({{1.5F, 8},
            {3.6F, 5.4F},
            {6, 4.1F},
            {8, 3.8F},
            {10, 4.1F},
            {12.4F, 5.4F},
            {14.5F, 8},
            {12.4F, 10.6F},
            {10, 11.9F},
            {8, 12.2F},
            {6, 11.9F},
            {3.6F, 10.6F}},
           true);
  pen.circle({8, 8}, 2);
  if (crossed) pen.line({{2.5F, 13.5F}, {13.5F, 2.5F}});
}

void draw_link(const Pen& pen, bool broken) {
  pen.line({{7, 4.6F}, {9, 2.8F}, {11.5F, 2.8F}, {13.2F, 4.5F}, {13.2F, 7}, {11.4F, 9}});
  pen.line({{9, 11.4F}, {7, 13.2F}, {4.5F, 13.2F}, {2.8F, 11.5F}, {2.8F, 9}, {4.6F, 7}});
  if (!broken) pen.line({{6, 10}, {10, 6}});
}

void draw_grid(const Pen& pen) {
  pen.box({2, 2}, {14, 14});
  for (const float at : {6.0F, 10.0F}) {
    pen.line({{at, 2}, {at, 14}});
    pen.line({{2, at}, {14, at}});
  }
}

void draw_dots(const Pen& pen, std::initializer_list<ImVec2> dots) {
  for (const ImVec2& dot : dots) pen.dot(dot, 1.15F);
}

void draw_paste(const Pen& pen) {
  pen.box({3, 3}, {13, 14.5F});
  pen.solid_box({5.5F, 1.5F}, {10.5F, 4.5F});
}

void draw_expand(const Pen& pen) {
  pen.line({{2.5F, 6}, {2.5F, 2.5F}, {6, 2.5F}});
  pen.line({{10, 2.5F}, {13.5F, 2.5F}, {13.5F, 6}});
  pen.line({{13.5F, 10}, {13.5F, 13.5F}, {10, 13.5F}});
  pen.line({{6, 13.5F}, {2.5F, 13.5F}, {2.5F, 10}});
}

void draw_warn(const Pen& pen) {
  pen.line({{8, 2.2F}, {14.4F, 13.4F}, {1.6F, 13.4F}}, true);
  pen.line({{8, 6.4F}, {8, 9.6F}});
  pen.dot({8, 11.5F}, 0.9F);
}

void draw_step(const Pen& pen, bool forward, bool bar) {
  const auto x = [forward](float v) { return forward ? v : 16 - v; };
  pen.line({{x(6), 4}, {x(10), 8}, {x(6), 12}});
  if (bar) pen.line({{x(12.2F), 4}, {x(12.2F), 12}});
}

void draw_reset(const Pen& pen) {
  pen.arc({8, 8.5F}, 5, -kPi * 0.35F, kPi * 1.25F);
  pen.line({{7.6F, 1.6F}, {10.4F, 4}, {7.2F, 6}});
}

}  // namespace

void draw_icon(const Ui& ui, Icon icon, ImVec2 center, ImU32 color, float size) {
  const Pen pen(center, ui.px(size) / 16.0F, color);
  switch (icon) {
    case Icon::undo:
      return draw_undo(pen, false);
    case Icon::redo:
      return draw_undo(pen, true);
    case Icon::folder:
      return pen.line({{2, 13}, {2, 3}, {6.2F, 3}, {7.8F, 5}, {14, 5}, {14, 13}}, true);
    case Icon::plus:
      pen.line({{8, 3}, {8, 13}});
      [[fallthrough]];
    case Icon::minus:
      return pen.line({{3, 8}, {13, 8}});
    case Icon::eye:
      return draw_eye(pen, false);
    case Icon::eye_off:
      return draw_eye(pen, true);
    case Icon::copy:
      pen.box({2.5F, 2.5F}, {10.5F, 10.5F});
      return pen.line({{13.5F, 6}, {13.5F, 13.5F}, {6, 13.5F}});
    case Icon::more:
      return draw_dots(pen, {{3, 8}, {8, 8}, {13, 8}});
    case Icon::grip:
      return draw_dots(pen, {{6, 3.5F}, {10, 3.5F}, {6, 8}, {10, 8}, {6, 12.5F}, {10, 12.5F}});
    case Icon::link:
      return draw_link(pen, false);
    case Icon::unlink:
      return draw_link(pen, true);
    case Icon::close:
      pen.line({{4, 4}, {12, 12}});
      return pen.line({{12, 4}, {4, 12}});
    case Icon::chevron:
      return pen.line({{4.5F, 6.5F}, {8, 10}, {11.5F, 6.5F}});
    case Icon::check:
      return pen.line({{3.5F, 8.5F}, {6.7F, 11.6F}, {12.5F, 4.8F}});
    case Icon::grid:
      return draw_grid(pen);
    case Icon::dice:
      pen.box({2, 2}, {14, 14}, 2.5F);
      return draw_dots(pen, {{5.2F, 5.2F}, {10.8F, 10.8F}, {10.8F, 5.2F}, {5.2F, 10.8F}, {8, 8}});
    case Icon::paste:
      return draw_paste(pen);
    case Icon::arrow:
      pen.line({{2, 8}, {14, 8}});
      return pen.line({{9.5F, 3.5F}, {14, 8}, {9.5F, 12.5F}});
    case Icon::expand:
      return draw_expand(pen);
    case Icon::sidebar:
      pen.box({2, 2.5F}, {14, 13.5F});
      return pen.line({{10, 2.5F}, {10, 13.5F}});
    case Icon::play:
      return pen.triangle({4.5F, 2.5F}, {13.5F, 8}, {4.5F, 13.5F});
    case Icon::pause:
      pen.solid_box({4, 3}, {6.8F, 13});
      return pen.solid_box({9.2F, 3}, {12, 13});
    case Icon::first:
      return draw_step(pen, false, true);
    case Icon::last:
      return draw_step(pen, true, true);
    case Icon::previous:
      return draw_step(pen, false, false);
    case Icon::next:
      return draw_step(pen, true, false);
    case Icon::warn:
      return draw_warn(pen);
    case Icon::reset:
      return draw_reset(pen);
    case Icon::up:
      pen.line({{8, 13}, {8, 3}});
      return pen.line({{3.5F, 7.5F}, {8, 3}, {12.5F, 7.5F}});
    case Icon::luma:
      pen.circle({8, 8}, 5.5F);
      return pen.line({{8, 2.5F}, {8, 13.5F}});
  }
}

}  // namespace poolscope
