#pragma once

#include <imgui.h>

namespace poolscope {

/// A rectangle on the screen, in pixels.
struct Rect {
  ImVec2 min{0, 0}, max{0, 0};

  static Rect of(float x, float y, float w, float h) { return {{x, y}, {x + w, y + h}}; }
  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  ImVec2 size() const { return {width(), height()}; }
  ImVec2 center() const { return {(min.x + max.x) * 0.5F, (min.y + max.y) * 0.5F}; }
  bool contains(ImVec2 p) const {
    return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y;
  }
  Rect inset(float d) const { return {{min.x + d, min.y + d}, {max.x - d, max.y - d}}; }
};

}  // namespace poolscope
