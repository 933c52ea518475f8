#pragma once

#include <memory>
#include <string_view>

#include "app/canvas/pane.h"
#include "app/workspaces/explore/stage_view.h"

namespace poolscope {

/// What an experiment with the layer and the plane on screen depends on.
struct PlaneKey {
  std::uint64_t evaluation = 0;
  std::size_t layer = 0;
  std::int64_t plane = 0;
  bool operator==(const PlaneKey&) const = default;
};
PlaneKey plane_key(const Ui& ui, const StageView& view);

/// A plane kept for a small drawing: whole where it is small, else a coarser level of it.
struct SmallPlane {
  std::shared_ptr<const Picture> picture;  ///< Null for none.
  std::int64_t rows = 0, cols = 0;         ///< Of the whole plane.

  bool whole() const { return picture && picture->shape().h == rows && picture->shape().w == cols; }
};
/// Thread: any; meant for a worker. `plane` is 1 x 1 x H x W.
SmallPlane small_plane(const Tensor& plane);

/// The largest rectangle of the plane's shape at the top left of `area`.
Rect fitted(const Rect& area, const SmallPlane& plane);

/// Draws the plane over `rect` in the colours of the view: numbered cells where these have room, a
/// heat map where not. `texture` is this place's own.
void draw_small_plane(const Ui& ui, HeatmapTexture& texture, const SmallPlane& plane,
                      const Rect& rect, ValueRange range);

/// A hatched place for an output that there is not; `reason` is its tooltip.
void draw_no_output(const Ui& ui, const Rect& rect, bool hovered, std::string_view reason);

}  // namespace poolscope
