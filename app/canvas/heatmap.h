#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <imgui.h>

#include "app/canvas/color_map.h"
#include "app/canvas/picture.h"
#include "core/gpu/gl_objects.h"

namespace poolscope {

/// A part of a plane, in cells: cell (row y, column x) covers [x, x+1) x [y, y+1). Fractions, and
/// cells outside of the plane, are fine.
struct CellRect {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  double width() const { return x1 - x0; }
  double height() const { return y1 - y0; }
  bool operator==(const CellRect&) const = default;
};

/// Which planes of a picture a canvas shows.
struct PlaneChoice {
  std::int64_t sample = 0;
  std::int64_t channel = 0;  ///< Shown through the colour map; not read when `composite`.
  /// Channels 0, 1 and 2 as red, green and blue, or channel 0 as grey where there are fewer than
  /// three. An alpha channel is a number like any other: it is not shown here, the picker shows it.
  bool composite = false;

  bool operator==(const PlaneChoice&) const = default;
};

/// How cells become colours. NaN and infinite cells take `blank` with a mark: a cross for NaN, a
/// triangle up for +inf and down for -inf; below 6 px a cell, three mixtures of the two colours.
struct HeatmapStyle {
  ColorMap map = ColorMap::viridis;
  ValueRange range = {};  ///< Ends of the map; of a composite, black and full, for all channels.
  bool marks = true;      ///< Off where the caller prints the word into such cells.
  float gap = 0.0F;  ///< Pixels (of ImGui) left free right of and below each cell of 8 px or more.
  Color gap_color = {};  ///< What shows in the gaps; alpha 0 for what lies beneath.
  Color blank{23, 24, 27, 255};
  Color mark{150, 154, 163, 255};
};

/// What is on the GPU for one canvas: the visible texels of one picture, at the level that fits the
/// screen, a layer a channel. Keep one a canvas; it must outlive the frame that draws it.
class HeatmapTexture {
 public:
  /// Uploads what `visible` needs when drawn on `screen_px` pixels of the framebuffer (width,
  /// height); does nothing when that is there already. A cell of 1 px or more shows exact values.
  void update(const std::shared_ptr<const Picture>& picture, const PlaneChoice& planes,
              const CellRect& visible, ImVec2 screen_px);
  /// Nothing of a picture is on the GPU (yet).
  bool empty() const { return !texture_ || rect_.width == 0; }
  /// The level shown: 0 when exact.
  int level() const { return level_; }
  /// How often texels were uploaded; for tests and the frame-time panel.
  int uploads() const { return uploads_; }

 private:
  friend class HeatmapRenderer;
  void upload(const Picture& picture);

  Texture texture_;
  std::weak_ptr<const Picture> source_;
  PlaneChoice planes_;
  int level_ = 0;
  int layers_ = 0;
  std::int64_t rows_ = 0, cols_ = 0;  ///< Of the plane, in cells.
  TexelRect rect_;
  std::vector<float> staging_;
  int uploads_ = 0;
};

/// Draws heatmaps and colour bars inside ImGui's draw lists (OpenGL 3 backend). One a GL context,
/// in whose thread it is made, used and destroyed.
class HeatmapRenderer {
 public:
  /// Errors: shaders or assets that are missing, or that the driver refuses.
  static Result<HeatmapRenderer> create();
  HeatmapRenderer(HeatmapRenderer&&) noexcept;
  HeatmapRenderer& operator=(HeatmapRenderer&&) noexcept;
  ~HeatmapRenderer();

  const ColorMaps& maps() const;
  /// The colours of all maps, a row a map; belongs to the renderer.
  GLuint map_texture() const;
  /// Call once a frame before any draw(), after the last frame was rendered.
  void begin_frame();
  /// Draws the cells of `visible` onto the rectangle min..max of the screen (ImGui's coordinates),
  /// within the draw list's clip rectangle. Nothing is drawn where the plane has no cells.
  void draw(ImDrawList& list, const HeatmapTexture& texture, ImVec2 min, ImVec2 max,
            const CellRect& visible, const HeatmapStyle& style);
  /// The map from low (left) to high (right).
  void draw_color_bar(ImDrawList& list, ImVec2 min, ImVec2 max, ColorMap map) const;

 private:
  struct State;
  struct Call;

  explicit HeatmapRenderer(std::unique_ptr<State> state);
  static void run(const ImDrawList* list, const ImDrawCmd* command);

  std::unique_ptr<State>
      state_;  ///< Stays in place when the renderer moves: callbacks point to it.
};

}  // namespace poolscope
