#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/models/channel_figures.h"
#include "core/models/preprocess.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// Another pool in the place of a model's layer.
struct ModelSwap {
  std::string layer;  ///< By the layer's name in the model.
  Layer replacement;

  bool operator==(const ModelSwap&) const = default;
};

/// What is computed in Feature maps: a model, what it reads, and what was changed in it. With an
/// input and no model, a single pool runs on the input.
struct ModelSetup {
  std::filesystem::path model;   ///< A TorchScript file; empty for none.
  std::filesystem::path input;   ///< A picture or an array; empty for the sample.
  std::filesystem::path labels;  ///< Names of the classes, one a line; empty for none.
  Preprocessing preprocessing;
  std::string member;  ///< Of an input with several arrays, the one read; empty for the first.
  DataFormat data_format = DataFormat::unspecified;  ///< Of an input array; unspecified: a guess.
  std::string device = "cpu";                        ///< Where LibTorch runs the model.
  std::vector<ModelSwap> swaps;                      ///< At most one a layer.

  /// The pool in the place of that layer; null where it is the model's own.
  const Layer* replacement(const std::string& layer) const;
  bool operator==(const ModelSetup&) const = default;
};

/// Whether channels share one colour range, or each has its own.
enum class ChannelScale { own, shared };

/// What is looked at in Feature maps.
struct ModelView {
  std::string layer;                ///< By name; empty for the first pool.
  std::int64_t sample = 0;          ///< Of the batch.
  std::int64_t channel = 0;         ///< Of the layer's output.
  std::int64_t input_channel = 0;   ///< Of its input, where its channels are others.
  std::int64_t row = -1, col = -1;  ///< The cell of the output; -1 for the middle.
  bool cell_pinned = false;         ///< It stays where it is while the mouse moves.
  ChannelOrder order = ChannelOrder::mean;
  ChannelScale scale = ChannelScale::own;
  std::vector<std::int64_t> pinned;  ///< Channels that come first.
  bool original = false;             ///< Maps are those of the model without swaps.
  double zoom = 0.0;                 ///< Of the detail, as Camera has it; 0: numbers can be read.
  double center_y = 0.5, center_x = 0.5;

  bool operator==(const ModelView&) const = default;
};

}  // namespace poolscope
