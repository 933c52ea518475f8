#pragma once

#include <optional>
#include <vector>

#include "core/engines/cpu_sliding.h"

namespace poolscope::cpu {

/// How a run is cut into tiles and which kernel computes them. The cut never changes a result: each
/// output's taps are joined in an order that depends on its window alone.
class Plan {
 public:
  Plan(const Job& job, int threads);

  std::int64_t tiles() const { return planes_ * bands_ * strips_; }
  Tile tile(std::int64_t index) const;
  /// How many tiles make a task that is worth its start.
  std::int64_t tiles_per_task() const;
  /// Computes one tile.
  void run(const Tile& tile) const;

 private:
  /// Both axes, where all windows slide evenly over all planes.
  struct Sliding {
    SlidingAxis rows, cols;
  };

  void cut_columns();
  void cut_rows(int threads);
  /// Input cells that a tile reads, about.
  std::int64_t tile_cells() const;
  void fill_divisors();
  void run_sliding(const Tile& tile) const;

  Job job_;
  std::optional<Sliding> sliding_;
  bool float_sums_ = false;  ///< Whether float is precise enough for the sums of a mean.
  std::int64_t planes_ = 0, bands_ = 1, strips_ = 1, band_rows_ = 1, strip_cols_ = 1;
  std::vector<double> row_divisors_, col_divisors_;
  std::vector<float> rounded_col_divisors_;
};

}  // namespace poolscope::cpu
