#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/runner.h"
#include "app/ui.h"
#include "core/analysis/border_ledger.h"
#include "core/analysis/coverage.h"
#include "core/analysis/window_probe.h"

namespace poolscope {

struct LensView;

/// What the canvases and the inspector show of the selected layer; made once a frame. Everything in
/// it comes from one evaluation, so that no number is older than its neighbour.
struct StageView {
  const Evaluation* evaluation = nullptr;
  const Layer* layer = nullptr;   ///< That gives the output; null without layers.
  const Stage* output = nullptr;  ///< Null when there is no output: see `reason`.
  std::string reason;             ///< Why there is none: `no output: layer 1`.
  std::string reason_detail;      ///< The rule that was broken.
  Tensor input;                   ///< What the layer reads.
  std::vector<std::int64_t> input_axes, output_axes;
  std::shared_ptr<const Picture> input_picture, output_picture;
  const LoweredPool* pool = nullptr;   ///< Null where the layer is not one pool, or is none.
  std::optional<Surroundings> around;  ///< Of the one pool.
  /// The stages on the input and the output canvas; where they are not one layer apart, what each
  /// output depends on through all layers between.
  std::size_t input_stage = 0, output_stage = 0;
  std::shared_ptr<const PlaneWindows> span = {};
  /// The input's channels may be colours: there are three or four, and no convolution mixed them.
  bool colours = false;
  PlaneChoice planes;
  std::int64_t plane = 0;  ///< n*C + c of the channel shown, of the input.
  /// The same of the output, whose channels are others behind a convolution.
  PlaneChoice output_planes;
  std::int64_t output_plane = 0;
  ValueRange input_range, output_range;
  ValueRange composite_range;
  CellRect domain;                  ///< The input and all cells its windows reach outside it.
  std::int64_t rows = 0, cols = 0;  ///< Of the input plane.
  std::int64_t out_rows = 0, out_cols = 0;
  Selection selection;               ///< The document's, kept inside the output.
  const Answers* answers = nullptr;  ///< What is known while outputs are hidden; else null.

  std::shared_ptr<const LensView>
      lens;                ///< Gradients in place of values; null while there are none.
  std::string lens_error;  ///< Why there are none although they are wanted.

  std::int64_t output_channels() const { return output ? output->values.shape().c : 0; }
  /// Whether the output's channels are others than the input's: behind most convolutions.
  bool has_own_channels() const;
  /// Whether the canvases show more than one layer's work.
  bool is_span() const { return output && input_stage + 1 != output_stage && output_stage > 0; }
  /// The layer where it is a convolution or a function of each value; else null.
  const Convolution* convolution() const { return part<Convolution>(); }
  const Pointwise* pointwise() const { return part<Pointwise>(); }
  /// The windows of the plane shown, or what each output depends on; null where no rectangle says
  /// it.
  const PlaneWindows* windows() const;
  /// The cells window (row, col) spans, gaps of dilation included.
  CellRect window_rect(std::int64_t row, std::int64_t col) const;
  float output_value(std::int64_t row, std::int64_t col) const;
  float input_value(std::int64_t row, std::int64_t col) const;
  bool inside(std::int64_t row, std::int64_t col) const {
    return row >= 0 && row < rows && col >= 0 && col < cols;
  }
  /// Whether an output cell, and all that tells its value, is not to be seen.
  bool hides(std::int64_t row, std::int64_t col) const {
    return answers != nullptr && !answers->revealed.contains(row * out_cols + col);
  }
  bool hides_selection() const { return hides(selection.row, selection.col); }
  /// Whether any output cell is hidden.
  bool hides_any() const {
    return answers != nullptr && !answers->revealed.gaps({0, out_rows * out_cols}).empty();
  }
  /// A channel of the input: `R`, `G`, `B`, `A` of a picture, else its number.
  std::string channel_name(std::int64_t channel) const;
  std::string channel_name() const { return channel_name(planes.channel); }
  /// How a place outside the input looks to the reduction: `-∞`, `0`, or `–` where it is left out.
  std::string_view border_text(std::int64_t row, std::int64_t col) const;
  Border border() const { return pool ? pool->border : Border::skip; }

 private:
  template <class Part>
  const Part* part() const {
    if (!output || is_span() || !output->plan.lowered) return nullptr;
    return std::get_if<Part>(&*output->plan.lowered);
  }
};

/// The windows of a span, kept while the same stages are shown.
struct KeptSpan {
  std::uint64_t evaluation = 0;
  std::size_t input_stage = 0, output_stage = 0;
  std::shared_ptr<const PlaneWindows> windows;
};

/// Empty while nothing was evaluated yet.
std::optional<StageView> make_stage_view(const Ui& ui, KeptSpan& kept);

/// The window whose centre is nearest to an input cell, of those that read it; empty where none
/// does.
std::optional<Selection> window_reading(const StageView& view, std::int64_t row, std::int64_t col);

/// Results that cost more than a frame should repeat, kept until what they belong to changes.
class ProbeCache {
 public:
  /// The winners of the windows in `range`; null when the engine fails.
  const WindowBlock* block(const StageView& view, const CellRange& range);
  const WindowFacts& facts(const StageView& view, std::int64_t winner);
  /// How many windows read each input cell. The view has windows.
  const Coverage& coverage(const StageView& view);

 private:
  struct Key {
    std::uint64_t evaluation = 0;
    const PlaneWindows* windows = nullptr;
    std::int64_t plane = -1;
    bool operator==(const Key&) const = default;
  };
  /// Drops everything when the view shows something else.
  void renew(const StageView& view);

  Key key_;
  std::vector<WindowBlock> blocks_;
  std::optional<WindowFacts> facts_;
  Selection facts_for_;
  std::optional<Coverage> coverage_;
};

}  // namespace poolscope
