#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <imgui.h>

#include "app/canvas/color_map.h"

namespace poolscope {

/// A colour as shaders take it.
inline std::array<float, 4> shader_color(Color c) {
  const auto unit = [](std::uint8_t channel) { return static_cast<float>(channel) / 255.0F; };
  return {unit(c.r), unit(c.g), unit(c.b), unit(c.a)};
}

/// Pixels of the framebuffer, y down, [x0, x1) x [y0, y1).
struct PixelBox {
  int x0, y0, x1, y1;

  bool empty() const { return x0 >= x1 || y0 >= y1; }
};

/// How ImGui's coordinates become pixels of the framebuffer being drawn.
struct Frame {
  ImVec2 pos, scale;
  int width, height;

  explicit Frame(const ImDrawData& data)
      : pos(data.DisplayPos),
        scale(data.FramebufferScale),
        width(static_cast<int>(data.DisplaySize.x * data.FramebufferScale.x)),
        height(static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y)) {}

  ImVec2 pixels(float x, float y) const { return {(x - pos.x) * scale.x, (y - pos.y) * scale.y}; }
};

/// The pixels whose centres lie in min..max, cut to the command's clip rectangle as ImGui cuts it.
inline PixelBox drawn_box(const Frame& frame, ImVec2 min, ImVec2 max, const ImVec4& clip) {
  const auto first = [](float edge) { return static_cast<int>(std::ceil(edge - 0.5F)); };
  const ImVec2 clip_min = frame.pixels(clip.x, clip.y);
  const ImVec2 clip_max = frame.pixels(clip.z, clip.w);
  return {std::max({first(min.x), static_cast<int>(clip_min.x), 0}),
          std::max({first(min.y), static_cast<int>(clip_min.y), 0}),
          std::min(first(max.x), static_cast<int>(clip_max.x)),
          std::min(first(max.y), static_cast<int>(clip_max.y))};
}

}  // namespace poolscope
