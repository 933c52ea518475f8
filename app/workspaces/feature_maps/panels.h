#pragma once

#include "app/canvas/pane.h"
#include "app/column.h"
#include "app/workspaces/feature_maps/maps_state.h"

namespace poolscope {

// The left column ---------------------------------------------------------------------------------

/// What the model reads as it looks, over a pane of its cells.
void draw_input_picture(const Ui& ui, MapsState& state, HeatmapTexture& texture, const Pane& pane);
/// The model and what it reads, with what went wrong with either.
void draw_model_panel(const Ui& ui, MapsState& state, Column& column);
/// Where the model runs; nothing where there is no choice and the device asked for is there.
void draw_device_pick(const Ui& ui, const MapsState& state, Column& column);
/// Which array, sample and order of axes are read, and how a picture becomes numbers.
void draw_input_picks(const Ui& ui, MapsState& state, Column& column);
/// A message in the colour of errors, or of warnings; nothing where `text` is empty.
void draw_error(const Ui& ui, Column& column, const std::string& text);
void draw_warning(const Ui& ui, Column& column, const std::string& text);
/// Every layer in its scope; a click, or ↑ and ↓, choose one.
void draw_layer_tree(const Ui& ui, MapsState& state, Column& column);
/// The layer before or after the selected one in the list as it is filtered and folded.
void step_layer(const Ui& ui, MapsState& state, int step);
/// What the selected cell depends on in the model's input, in numbers and on the picture.
void draw_reach_panel(const Ui& ui, MapsState& state, Column& column);

// The middle --------------------------------------------------------------------------------------

/// The name of the layer, what was changed, and how channels are ordered and coloured.
void draw_maps_toolbar(const Ui& ui, MapsState& state, const Rect& area);
/// All channels before and after the layer.
void draw_mosaics(const Ui& ui, MapsState& state, const Rect& area);
/// The selected channel before and after, close, with the arithmetic of the selected cell.
void draw_channel_detail(const Ui& ui, MapsState& state, const Rect& area);
/// The kernel of the convolution that made the selected channel, where there is one and room up to
/// `right`: from `at`, the middle of its left side, on. Gives the end of what was drawn.
float draw_filter(const Ui& ui, MapsState& state, ImVec2 at, float right);
/// The source of Explore becomes what this layer reads, and its pipeline the layer where that is
/// one of ours.
void open_in_explore(const Ui& ui, const MapsState& state);

// The inspector -----------------------------------------------------------------------------------

/// Another pool in the layer's place, and whether the later layers take it.
void draw_surgery_section(const Ui& ui, MapsState& state, Column& column);
/// What the model answers, before and after the change.
void draw_answer_section(const Ui& ui, MapsState& state, Column& column);
/// Which cells of the selected map are others than before the change.
void draw_changes_section(const Ui& ui, MapsState& state, Column& column);
/// How often the answer stays, and stays right, over the folder of the input.
void draw_folder_section(const Ui& ui, MapsState& state, Column& column);
/// Figures and histogram of the selected channel.
void draw_channel_section(const Ui& ui, MapsState& state, Column& column);

}  // namespace poolscope
