#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/pooled_plane.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// A parameter and the values it is to take, each as the layer's framework writes it.
struct SweepAxis {
  std::string parameter;
  std::vector<std::string> values;
  bool operator==(const SweepAxis&) const = default;
};

/// Every parameter of the layer that can be swept, in its kind's order, with values around the one
/// it has. Those that change no value (return_indices, data_format, ...), and lists, are left out.
std::vector<SweepAxis> sweep_axes(const Layer& layer);

/// Reads `kernel_size=1..5`, `stride=1,2,3`, `weight=average,centre`, `padding=(0, 1),1`. A single
/// number stands for all sides of a parameter that has several. Errors (kind usage): no such
/// parameter, or one that cannot be swept, with those that can; a value it does not take; no value,
/// or more than kMostSweepValues.
Result<SweepAxis> parse_sweep_axis(const Layer& layer, std::string_view text);
inline constexpr std::size_t kMostSweepValues = 64;

/// The layer with each value of the first axis, and within it each of the second (of as many axes
/// as given). Errors: a value that a parameter does not take.
Result<std::vector<Layer>> sweep_layers(const Layer& layer, const std::vector<SweepAxis>& axes);

/// Both run alike: equal but for a stride that is left out here and given there.
bool same_setting(const Layer& a, const Layer& b);

/// One number that says how a setting turned out.
enum class SweepMeasure {
  output_cells,  ///< Rows times columns.
  mean,
  max,
  deviation,    ///< Standard deviation.
  energy_kept,  ///< As LossLedger has it.
  cells_read,   ///< Share of the input's cells that a window reads.
  /// Root of the mean squared difference to the output of the current setting, each laid over the
  /// input, where a cell has the value of the window whose centre is nearest.
  difference,
};
inline constexpr std::array kSweepMeasures{SweepMeasure::output_cells, SweepMeasure::mean,
                                           SweepMeasure::max,          SweepMeasure::deviation,
                                           SweepMeasure::energy_kept,  SweepMeasure::cells_read,
                                           SweepMeasure::difference};
/// `size`, `mean`, ...: for the command line and sessions.
std::string_view sweep_measure_name(SweepMeasure measure);
/// `Output size`, ...: for people.
std::string_view sweep_measure_title(SweepMeasure measure);

/// What one setting gives: its output, or the reason why there is none.
struct SweepCell {
  Layer layer;
  Tensor output;            ///< 1 x 1 x rows x columns; empty without one.
  std::string reason;       ///< Empty with an output.
  Shape shape{0, 0, 0, 0};  ///< Of the output, also once that has been dropped.
  std::array<double, kSweepMeasures.size()> figures{};  ///< By SweepMeasure; NaN where undefined.

  double figure(SweepMeasure measure) const { return figures[static_cast<std::size_t>(measure)]; }
};

struct SweepRequest {
  const Engine* engine = nullptr;
  Tensor input;            ///< All planes of what the layer reads.
  std::int64_t plane = 0;  ///< n*C + c: the one that is computed.
  Layer current;           ///< For SweepMeasure::difference.
  std::vector<Layer> layers;
};

/// Runs one layer after the other and hands over each cell, with its place, as soon as it is there.
/// Errors: memory; `cancelled`. A layer that does not run is a cell with a reason.
Result<void> run_sweep(const SweepRequest& request, const RunOptions& options,
                       const std::function<void(std::size_t, SweepCell)>& landed);

}  // namespace poolscope
