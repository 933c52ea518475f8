#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/workspaces/feature_maps/model_session.h"
#include "core/models/channel_figures.h"

namespace poolscope {

/// The maps on one side of a layer, of one sample.
struct SideMaps {
  Tensor values;  ///< Of that sample alone.
  std::vector<std::int64_t> axes;
  std::shared_ptr<const Picture> picture;
  std::vector<ChannelFigures> figures;
  ChannelFigures overall;  ///< Only its range is filled in.

  std::int64_t channels() const { return values.shape().c; }
  /// That channel, or the last one where there are fewer.
  std::int64_t nearest(std::int64_t channel) const {
    return std::clamp<std::int64_t>(channel, 0, std::max<std::int64_t>(0, channels() - 1));
  }
};

/// A layer with what it reads and what it gives, ready to be drawn; all of one pass.
struct LayerMaps {
  std::uint64_t serial = 0;  ///< Of each another one.
  std::shared_ptr<const ModelPass> pass;
  std::size_t layer = 0;
  std::int64_t sample = 0;
  SideMaps before, after;

  const ModelLayer& info() const { return pass->layers[layer]; }
  /// Whether channel i of the output is made of channel i of the input.
  bool keeps_channels() const;
};

/// The maps that a layer reads first; nothing where those were not kept.
const ModelMap* input_map(const ModelPass& pass, std::size_t layer);
/// A container reads what the first layer inside it does.
std::size_t first_inside(const std::vector<ModelLayer>& layers, std::size_t layer);

/// The layer that the document names, or the first pool, or the first of all.
std::size_t selected_layer(const std::vector<ModelLayer>& layers, const ModelView& view);

/// Reads a layer's maps once; the last sample where there are fewer. Thread: any; meant for a
/// worker.
LayerMaps make_layer_maps(const std::shared_ptr<const ModelPass>& pass, std::size_t layer,
                          std::int64_t sample);

/// Channels in the order of the view: those pinned, then the others.
std::vector<std::int64_t> shown_channels(const SideMaps& side, const ModelView& view);

/// `16×36×48` of axes with a sample before them.
std::string map_text(const std::vector<std::int64_t>& axes);
/// `features.pool1` as `pool1`.
std::string_view own_name(const ModelLayer& layer);
/// `max 2×2`, `3×3 s2`, `linear`: what matters most of a layer.
std::string short_text(const ModelLayer& layer, const Layer* swap);
/// `max`, `average`, ...: of a pool of ours, in a word.
std::string pool_word(const Layer& layer);

}  // namespace poolscope
