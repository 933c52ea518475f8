#pragma once

#include <array>
#include <future>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/workspaces/explore/stage_view.h"

namespace poolscope {

enum class CanvasKind { input, windows, output };

/// A cell under the mouse, on one of the canvases.
struct HoveredCell {
  CanvasKind canvas;
  std::int64_t row = 0, col = 0;
};

/// The same input under other settings, computed once a run.
struct WhatIf {
  struct Variant {
    Layer layer;
    std::optional<Tensor> output;
    std::string reason;  ///< Why there is no output.
  };
  const Evaluation* evaluation = nullptr;
  std::int64_t plane = -1;
  Tensor input = {};
  bool in_a_row = false;  ///< For a layer over a single row.
  std::vector<Variant> variants;
};

inline constexpr int kHistogramBins = 64;

/// Figures of one plane's finite values; bins over the range of input and output together.
struct PlaneFigures {
  std::int64_t count = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0.0, std = 0.0;
  std::array<std::int64_t, kHistogramBins> bins{};
};

/// Figures of input and output, counted in the background.
struct ValueFigures {
  const Evaluation* evaluation = nullptr;
  std::int64_t plane = -1;
  Tensor input = {};
  bool in_a_row = false;  ///< For a layer over a single row.
  std::future<std::array<PlaneFigures, 2>> running;
  std::optional<std::array<PlaneFigures, 2>> shown;
};

/// What Explore keeps between frames: textures, caches, and where the mouse is.
struct ExploreState {
  std::array<HeatmapTexture, 3> main_textures, detail_textures;
  HeatmapTexture inspector_texture, thumbnail_texture;
  ProbeCache probes;
  WhatIf what_if;
  ValueFigures figures;
  std::optional<HoveredCell> hovered;
  std::string cell_text;                        ///< What was typed into the edited cell so far.
  std::int64_t detail_row = 0, detail_col = 0;  ///< First output cell of the detail view.
};

}  // namespace poolscope
