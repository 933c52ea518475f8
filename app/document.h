#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/color_map.h"
#include "app/index_set.h"
#include "app/model_document.h"
#include "app/theme.h"
#include "core/analysis/backward_lens.h"
#include "core/analysis/shift_test.h"
#include "core/io/input.h"
#include "core/pooling/pipeline.h"

namespace poolscope {

/// What the pipeline reads.
struct Source {
  LoadedArray array;           ///< As loaded, before any conversion.
  std::filesystem::path path;  ///< Empty for a grid typed here.
  bool luma = false;           ///< Convert three channels to one (BT.601) before the pipeline.

  bool is_grid() const {
    return array.kind == InputKind::grid && array.tensor.shape().planes() == 1;
  }
};

/// Whether input and output share one colour range.
enum class RangeScale { shared, own };

/// What the windows canvas shows of each input cell: its value, or how many windows read it.
enum class CoverageOverlay {
  values,
  count,    ///< How many windows read it.
  overlap,  ///< Whether more than one does.
  dead,     ///< Whether none does.
};

/// What the panel Sweep goes over; empty names stand for what suits the layer.
struct SweepView {
  std::string down, across;  ///< Names of parameters.
  std::string measure;       ///< As sweep_measure_name() has it.

  bool operator==(const SweepView&) const = default;
};

/// How values are drawn.
struct View {
  ThemeName theme = ThemeName::dark;
  float scale = 1.0F;      ///< Of the whole interface, 1 to 2.5.
  bool projector = false;  ///< For the front of a class: light, 1.6 times as large, and calmer.
  ColorMap map = ColorMap::viridis;
  RangeScale range = RangeScale::shared;
  bool values = true;   ///< Print numbers in cells.
  bool indices = true;  ///< Row and column numbers around the canvases.
  CoverageOverlay overlay = CoverageOverlay::values;
  bool composite = true;  ///< Draw three channels as a colour picture.
  std::int64_t channel = 0;
  std::int64_t sample = 0;
  /// Stages that the input and the output canvas show instead of the selected layer's: 0 is the
  /// source, i + 1 what layer i gives.
  std::optional<std::size_t> input_stage, output_stage;
  float left_width = 304.0F;       ///< At scale 1.
  float inspector_width = 336.0F;  ///< At scale 1.
  bool left_open = true;
  bool inspector_open = true;
  std::string lab;  ///< Id of the panel under the canvases; empty: the one that suits the input.
  SweepView sweep;

  ThemeName shown_theme() const { return projector ? ThemeName::light : theme; }
  /// Pixels a unit of the design is drawn with.
  float shown_scale() const { return projector ? std::min(scale * 1.6F, 2.5F) : scale; }
  bool operator==(const View&) const = default;
};

/// The current window, as its output cell in the selected layer.
struct Selection {
  std::int64_t row = 0, col = 0;
  bool pinned = false;

  bool operator==(const Selection&) const = default;
};

/// The part of the canvases on screen, the same for all three: the centre in shares of the
/// padded input (0 to 1), and how many times larger than fitted.
struct Camera {
  double zoom = 1.0;
  double center_y = 0.5, center_x = 0.5;

  bool operator==(const Camera&) const = default;
};

/// A cell of the source that typing changes.
struct EditCell {
  bool active = false;
  std::int64_t row = 0, col = 0;

  bool operator==(const EditCell&) const = default;
};

/// How the panel Shift moves the input, and what it plots.
struct ShiftView {
  std::int64_t y = 0, x = 1;  ///< Cells down and right.
  bool down = false;          ///< The curves run over y instead of x.
  ShiftEdge edge = ShiftEdge::circular;
  bool aligned = false;  ///< Plots the error after alignment instead of the change.

  bool operator==(const ShiftView&) const = default;
};

/// How fast windows are played; by rows where there are too many of them to wait for each.
enum class PlaySpeed { automatic, half, normal, twice, fourfold, row, rows4, rows16, rows64 };

/// `automatic`, `normal`, `rows4`, ...: as sessions write it.
std::string_view play_speed_name(PlaySpeed speed);

/// The windows one after the other, row by row.
struct Playback {
  bool playing = false;
  PlaySpeed speed = PlaySpeed::automatic;

  bool operator==(const Playback&) const = default;
};

/// A number that the class expects in an output cell.
struct Guess {
  std::int64_t plane = 0, row = 0, col = 0;
  float value = 0.0F;

  bool is_at(std::int64_t p, std::int64_t r, std::int64_t c) const {
    return plane == p && row == r && col == c;
  }
  bool operator==(const Guess&) const = default;
};

/// What is known so far of one layer's outputs while they are hidden.
struct Answers {
  IndexSet revealed;           ///< Windows, row * columns + column, in all channels alike.
  std::vector<Guess> guesses;  ///< At most one a cell, in the order of the cells' first guesses.

  bool operator==(const Answers&) const = default;
};

/// Predict, then reveal: outputs are hidden until asked for.
struct Prediction {
  bool hidden = false;
  std::map<std::size_t, Answers> layers;  ///< By the layer's index; none for an untouched one.

  /// Those of a layer; none revealed where it was not touched.
  const Answers& answers(std::size_t layer) const;
  bool operator==(const Prediction&) const = default;
};

/// The gradient that the backward lens puts on an output.
enum class GradientSeed {
  ones,   ///< 1 on every cell.
  cell,   ///< 1 on the current cell alone.
  typed,  ///< Numbers typed into cells, else 0.
};

/// The panes turned round: a gradient on the output flows to the input.
struct Lens {
  bool on = false;
  GradientSeed seed = GradientSeed::ones;
  TiePolicy ties = TiePolicy::winner;
  bool to_source = false;  ///< Through all layers up to the selected one, not through it alone.
  std::vector<OutputGradient::Cell> typed;  ///< At most one a cell, of the selected layer.

  bool operator==(const Lens&) const = default;
};

/// All that a user can see or change: plain data, cheap to copy. Only apply() makes a new one.
struct Document {
  std::string workspace = "explore";  ///< The one shown, by its id.
  Source source;
  Pipeline pipeline;
  std::size_t selected_layer = 0;
  std::optional<Pipeline> pipeline_b;  ///< What `pipeline` is compared with; empty for none.
  std::string engine = "auto";
  View view;
  Selection selection;
  Camera camera;
  EditCell edit;
  ShiftView shift;
  Playback playback;
  Prediction prediction;
  Lens lens;
  ModelSetup model;
  ModelView model_view;
  std::string notes;  ///< What the user wrote down, of any number of lines.
  /// The session file that it belongs to; empty before it was saved. Not itself part of it.
  std::filesystem::path session;
};

}  // namespace poolscope
