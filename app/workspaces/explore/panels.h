#pragma once

#include "app/column.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// What asks for another input: a grid from the clipboard.
void answer_source_commands(const Ui& ui);
/// Where the input comes from: grid controls, the file, or the samples.
void draw_source_panel(const Ui& ui, ExploreState& state, Column& column);
/// The same in one list, for a projector: all samples, and the layer that is shown.
void draw_compact_source(const Ui& ui, Column& column);
/// The layers as cards.
void draw_pipeline_panel(const Ui& ui, Column& column);
/// The parameters of the selected layer, its convention and its output-size formula.
void draw_parameter_panel(const Ui& ui, Column& column);
/// The current window: its taps, its arithmetic, its facts.
void draw_inspector(const Ui& ui, const StageView& view, ExploreState& state, Column& column);
/// The same as a band under the canvases, where there is no room for the column.
float draw_arithmetic_band(const Ui& ui, const StageView& view, ExploreState& state,
                           const Rect& area);
/// One card a window: its taps and its result; a click selects it. Draws nothing where windows are
/// too large or the room too small. Returns its bottom.
float draw_film_strip(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
// Panels of the lab, in the order of lab.cpp ------------------------------------------------------

/// Small multiples of the same input under other settings; a click applies one.
float draw_what_if(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// A table of small outputs over two parameters, and a chart of a measure over them.
float draw_sweep(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// How far outputs change while the input moves by whole cells.
float draw_shift_lab(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// What was thrown away, and how well the input can be guessed from what is left.
float draw_loss(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// Histogram and figures of input and output.
float draw_value_statistics(const Ui& ui, const StageView& view, ExploreState& state,
                            const Rect& area);
/// The layer as PyTorch, Keras and ONNX write it: what each gives, and the rules that differ.
float draw_frameworks(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// A text of any number of lines that stays with the document.
float draw_notes_panel(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// Puts the whole script on the clipboard.
void copy_as_code(const Ui& ui);
/// The pipeline as code, and what can be written to a file.
void draw_export_section(const Ui& ui, ExploreState& state, Column& column);
/// The layers up to the selected one as one window: its size, jump and start at every stage, where
/// the selected cell comes from on the source and how much each cell counts, and what equals what.
float draw_composition(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);
/// Two pipelines on the same input: their outputs, what lies between, and measures of it.
float draw_compare(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);

}  // namespace poolscope
