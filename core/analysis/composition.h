#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/pooling/pipeline.h"

/// What layers that follow one another are, taken as one.
namespace poolscope {

/// The windows of a run of layers along one axis of its source, borders aside: window i spans the
/// `size` cells from start + i * jump on.
/// Source: Dumoulin and Visin 2016 (A guide to convolution arithmetic); Araujo, Norris and Sim 2019
/// (Computing receptive fields), equations 1 and 2.
struct AxisReach {
  std::int64_t size = 1;   ///< The effective window: cells from the first to the last it can read.
  std::int64_t jump = 1;   ///< Cells of the source from one output to the next.
  std::int64_t start = 0;  ///< Where window 0 begins; negative in the padding.

  bool operator==(const AxisReach&) const = default;
};

/// The reach of the stages up to one of them; nothing where its windows are uneven, or no list of
/// windows says what it reads.
struct StageReach {
  std::optional<AxisReach> rows, cols;

  bool operator==(const StageReach&) const = default;
};

/// One for each stage, the source first.
std::vector<StageReach> stage_reaches(std::span<const StagePlan> stages);

/// Rows and columns of the source, in order, each once: the cells where they cross.
struct CellSet {
  std::vector<std::int64_t> rows, cols;

  bool operator==(const CellSet&) const = default;
};

/// Which window of which channel of a stage.
struct StageCell {
  std::size_t stage = 0;
  std::int64_t channel = 0, row = 0, col = 0;
};

/// The cells of stage `source` that a later stage's cell depends on, traced window by window, with
/// all padding left out. Nothing where a stage between has no such windows.
std::optional<CellSet> receptive_field(std::span<const StagePlan> stages, const StageCell& cell,
                                       std::size_t source = 0);

/// From the first to the last cell of stage `source` that each output of stage `last` depends on;
/// one without any spans one cell. Nothing as for receptive_field().
std::optional<PlaneWindows> spanned_windows(std::span<const StagePlan> stages, std::size_t source,
                                            std::size_t last);

/// With which weight each cell of the source counts in one output of layers that only add up.
struct WeightMap {
  CellSet cells;
  std::int64_t channels = 1;
  std::vector<double> weights;  ///< Channels x rows x columns.

  double at(std::int64_t channel, std::size_t row, std::size_t col) const {
    const std::size_t rows = cells.rows.size(), cols = cells.cols.size();
    return weights[(static_cast<std::size_t>(channel) * rows + row) * cols + col];
  }
};

/// A one pushed back from the cell through averages, weighted sums, convolutions and batch norms.
/// Errors: a stage that is not linear, or has too many cells, by its name.
Result<WeightMap> weight_map(const Pipeline& pipeline, std::span<const StagePlan> stages,
                             const StageCell& cell);

/// Layers [first, end) that do together what others do.
struct Identity {
  std::size_t first = 0, end = 0;
  std::vector<Layer> replacement;  ///< None: they do nothing.
  std::string sentence;            ///< What equals what, and why: `... read the same cells`.
};

/// The identities of the pipeline on its own input, the longest first: maxima whose cells are those
/// of one maximum, averages whose cells count as those of one average, layers that repeat what is
/// done or do nothing. Each is proven window by window on this very input.
std::vector<Identity> identities(const Pipeline& pipeline, std::span<const StagePlan> stages);

/// The pipeline with an identity's layers replaced.
Pipeline replaced(const Pipeline& pipeline, const Identity& identity);

}  // namespace poolscope
