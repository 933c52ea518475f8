#pragma once

#include "app/ui.h"

namespace poolscope {

/// Controls beside one another, in a further row where the next one has no room; lengths are at
/// scale 1.
class Flow {
 public:
  Flow(const Ui& ui, const Rect& area) : ui_(ui), area_(area), at_(area.min) {}

  /// The place of the next control, and the gap after it.
  Rect place(float width, float gap = 8.0F) { return place_pixels(ui_.px(width), gap); }
  Rect place_pixels(float width, float gap = 8.0F) {
    if (at_.x > area_.min.x && at_.x + width > area_.max.x) {
      at_ = {area_.min.x, at_.y + ui_.px(kPitch)};
    }
    const Rect rect = Rect::of(at_.x, at_.y, std::min(width, area_.width()), ui_.px(kHeight));
    at_.x = rect.min.x + width + ui_.px(gap);
    return rect;
  }
  /// Of the last row.
  float bottom() const { return at_.y + ui_.px(kHeight); }

 private:
  static constexpr float kHeight = 32.0F, kPitch = 40.0F;

  const Ui& ui_;
  Rect area_;
  ImVec2 at_;
};

}  // namespace poolscope
