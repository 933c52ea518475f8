#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <unordered_map>

#include "app/workspaces/explore/stage_view.h"

namespace poolscope {

enum class CanvasKind { input, windows, output };

/// A cell under the mouse, on one of the canvases.
struct HoveredCell {
  CanvasKind canvas;
  std::int64_t row = 0, col = 0;
};

/// What panels keep between frames besides the document: one object of each type asked for.
class PanelMemory {
 public:
  template <class T>
  T& of() {
    std::shared_ptr<void>& kept = kept_[std::type_index(typeid(T))];
    if (!kept) kept = std::make_shared<T>();
    return *static_cast<T*>(kept.get());
  }

 private:
  std::unordered_map<std::type_index, std::shared_ptr<void>> kept_;
};

/// What Explore keeps between frames: textures, caches, and where the mouse is.
struct ExploreState {
  std::array<HeatmapTexture, 3> main_textures, detail_textures;
  HeatmapTexture inspector_texture, thumbnail_texture;
  ProbeCache probes;
  KeptSpan span;
  PanelMemory panels;
  std::optional<HoveredCell> hovered;
  std::string cell_text;                        ///< What was typed into the edited cell so far.
  std::int64_t detail_row = 0, detail_col = 0;  ///< First output cell of the detail view.
};

}  // namespace poolscope
