#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "app/canvas/heatmap.h"

namespace poolscope {

/// All channels of a picture's first sample on the GPU, in one texture, so that hundreds of them
/// are one draw. Keep one a mosaic; it must outlive the frame that draws it.
class MosaicTexture {
 public:
  /// Uploads the channels when they are to be drawn on tiles of that many pixels of the
  /// framebuffer; does nothing when they are there already. A map smaller than its tile shows exact
  /// values.
  void update(const std::shared_ptr<const Picture>& picture, ImVec2 tile_px);
  bool empty() const { return !texture_ || width_ == 0; }
  /// For tests.
  int uploads() const { return uploads_; }

 private:
  friend class MosaicRenderer;

  Texture texture_;
  std::weak_ptr<const Picture> source_;
  int level_ = -1;
  std::int64_t width_ = 0, height_ = 0;  ///< Of a map, in texels.
  std::int64_t across_ = 1;              ///< Maps in a row of the texture.
  std::vector<float> staging_;
  int uploads_ = 0;
};

/// One map of a mosaic.
struct MosaicTile {
  ImVec2 corner;  ///< Top left, in ImGui's coordinates.
  std::int64_t channel = 0;
  ValueRange range;
};

/// What all tiles of a mosaic share.
struct MosaicStyle {
  ImVec2 tile;  ///< Size of a tile, in ImGui's coordinates.
  ColorMap map = ColorMap::viridis;
  Color blank{23, 24, 27, 255};  ///< Of values that are no number.
  Color mark{150, 154, 163, 255};
};

/// Draws mosaics inside ImGui's draw lists (OpenGL 3 backend). One a GL context, in whose thread it
/// is made, used and destroyed.
class MosaicRenderer {
 public:
  /// Errors: shaders that are missing, or that the driver refuses.
  static Result<std::unique_ptr<MosaicRenderer>> create();
  ~MosaicRenderer();

  /// Call once a frame before any draw(), after the last frame was rendered.
  void begin_frame();
  /// Draws the tiles, all in one call, within the draw list's clip rectangle.
  void draw(ImDrawList& list, const HeatmapRenderer& heatmaps, const MosaicTexture& texture,
            std::span<const MosaicTile> tiles, const MosaicStyle& style);

 private:
  struct State;
  struct Call;

  explicit MosaicRenderer(std::unique_ptr<State> state);
  static void run(const ImDrawList* list, const ImDrawCmd* command);

  std::unique_ptr<State> state_;
};

}  // namespace poolscope
