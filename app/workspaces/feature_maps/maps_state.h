#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "app/canvas/mosaic.h"
#include "app/workspaces/explore/explore_state.h"
#include "app/workspaces/feature_maps/layer_maps.h"
#include "app/workspaces/feature_maps/layer_scene.h"

namespace poolscope {

/// What the model reads, ready to be drawn.
struct InputPicture {
  const ModelReading* reading = nullptr;  ///< It belongs to; not to be read.
  std::shared_ptr<const Picture> picture;
  bool is_image = false;
  float white = 1.0F;
};

/// Whether the settings of the picture are shown one by one.
struct PreprocessingFold {
  bool open = false;
};

/// The selected tile is to be scrolled into sight.
struct TileReveal {
  bool wanted = true;
};

/// Below the maps where the inspector is folded: 0 the channel, 1 the inspector.
struct LowerPart {
  int shown = 0;
};

/// What Feature maps keeps between frames, and what it shows in this one.
struct MapsState {
  struct Key {
    std::uint64_t pass = 0;
    std::size_t layer = 0;
    std::int64_t sample = 0;
    bool operator==(const Key&) const = default;
  };

  ModelSession session;
  Background<Key, std::shared_ptr<const LayerMaps>> work;
  std::shared_ptr<const LayerMaps> maps;  ///< Shown; null before the first.
  /// The layer that the document names; empty without a model.
  std::optional<std::size_t> layer;
  LayerScene scene;  ///< The selected channel as Explore sees one.
  std::string filter;
  HeatmapTexture thumbnail, picture;
  std::unique_ptr<MosaicRenderer> renderer;
  std::string renderer_error;
  MosaicTexture before_tiles, after_tiles;
  std::string cursor;  ///< What is under the mouse, in words.
  std::future<Result<void>> saving;
  std::filesystem::path saving_to;
  PanelMemory panels;

  /// The layers as the model has them; empty without one.
  const std::vector<ModelLayer>& layers() const;
  /// The selected one of those; null without.
  const ModelLayer* selected() const;
  /// Of the selected layer's output without swaps; empty before it ran.
  std::vector<std::int64_t> original_axes() const;
};

/// Calls `edit` on a copy of what is looked at, and acts on it.
template <class Edit>
void edit_model_view(const Ui& ui, Edit edit) {
  ModelView view = ui.document.model_view;
  edit(view);
  if (view != ui.document.model_view) ui.act(action::SetModelView{view});
}

}  // namespace poolscope
