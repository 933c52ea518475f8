#pragma once

#include <span>
#include <string_view>

#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// A panel under the canvases: an experiment or a view of the same layer and input. A new one is a
/// file, its line in panels.h and its row in lab.cpp.
struct LabPanel {
  std::string_view id;     ///< For documents and tests: `what-if`.
  std::string_view title;  ///< On its tab.
  std::string_view about;  ///< One line that says what it shows.
  float height;            ///< That it needs at scale 1; the canvases leave it as much.
  bool below_strip;        ///< Low enough for the film strip above it.
  /// Draws into `area`, which may be lower than `height`; returns its bottom. The view has an
  /// output.
  float (*draw)(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
  bool keeps_secrets = false;  ///< It shows nothing that tells a hidden output.
  bool of_spans = false;       ///< It also tells of several layers that the canvases show as one.
};

/// In the order of the tabs.
std::span<const LabPanel> lab_panels();

/// The panel that the document names, or the one that suits its input.
const LabPanel& shown_lab_panel(const Ui& ui, const StageView& view);

/// Whether the input is a grid small enough to be shown cell by cell, window by window.
bool is_small_grid(const Ui& ui, const StageView& view);

/// The tabs and the panel below them, which scrolls where it is longer than `area`.
void draw_lab(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);

}  // namespace poolscope
