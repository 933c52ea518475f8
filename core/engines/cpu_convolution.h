#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/engines/cpu_convolution_row.h"
#include "core/pooling/axis_windows.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope::cpu {

/// A convolution laid out for the CPU: its windows slide evenly, and its sums are taken in double.
/// A tile copies the rows it reads into double, once, a tap's cells side by side whatever the
/// stride; all kernels of the group then go over them, several at a time.
class ConvolutionPlan {
 public:
  /// What is convolved with what, and where to; all outlive the plan.
  struct Job {
    const float* input;
    Shape in, out;
    const Convolution* convolution;
    float* values;
  };

  /// Nothing where windows reach so far outside the input that rows of them would not fit.
  static std::optional<ConvolutionPlan> of(const Job& job);

  std::int64_t tiles() const {
    return job_.in.n * job_.convolution->groups * row_tiles_ * col_tiles_;
  }
  /// Computes one tile. Thread: different tiles at once.
  void run(std::int64_t tile) const;

 private:
  /// Outputs [row_begin, row_end) x [col_begin, col_end) of a group's kernels, and the input rows
  /// that are kept for them.
  struct Tile {
    std::int64_t sample = 0, group = 0;
    std::int64_t row_begin = 0, row_end = 0, col_begin = 0, col_end = 0;
    std::int64_t first_kept = 0, kept_rows = 0;
    std::int64_t phase_cells = 0;  ///< Kept of each row for each phase.

    std::int64_t outputs() const { return col_end - col_begin; }
  };

  ConvolutionPlan(const Job& job, const EvenAxis& rows, const EvenAxis& cols);
  Tile tile_at(std::int64_t index) const;
  /// The rows that a tile reads: channels x rows x phases x cells.
  void keep_rows(const Tile& tile, std::vector<double>& kept) const;
  /// The runs of taps that one row of outputs reads.
  void list_runs(const Tile& tile, std::int64_t row, const double* kept,
                 std::vector<ConvolutionRow::Run>& runs) const;

  Job job_;
  EvenAxis rows_, cols_;
  std::int64_t slack_;  ///< Cells past the end of a row that are loaded.
  std::vector<double> weights_;
  std::vector<std::int64_t> phases_;     ///< Remainders by the stride that taps have.
  std::vector<std::int64_t> tap_phase_;  ///< Of each tap of a row: which of phases_.
  std::int64_t tile_rows_ = 1, tile_cols_ = 1;
  std::int64_t row_tiles_ = 1, col_tiles_ = 1;
};

}  // namespace poolscope::cpu
