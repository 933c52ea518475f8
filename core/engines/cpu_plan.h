#pragma once

#include <optional>
#include <vector>

#include "core/engines/cpu_columns.h"
#include "core/engines/cpu_planes.h"
#include "core/engines/cpu_sliding.h"

namespace poolscope::cpu {

/// How a run is cut into tiles and which kernel computes them. The cut never changes a result: each
/// output's taps are joined in an order that depends on its window alone.
/// Thread: made and used up by one thread, which keeps its tables for the next plan; run() may be
/// called from several threads at once.
class Plan {
 public:
  Plan(const Job& job, int threads);

  std::int64_t tiles() const { return plane_groups_ * bands_ * strips_; }
  /// Whether the run is so short that sharing it out would take longer.
  bool is_short() const;
  /// Computes one tile.
  void run(std::int64_t tile) const;

  /// Tables that a plan fills for its tiles.
  struct Tables {
    std::vector<double> row_divisors, col_divisors;
    std::vector<float> rounded_col_divisors;
    std::vector<Taps> row_taps, col_taps;
  };

 private:
  enum class Method {
    planes,   ///< Small planes, many at a time.
    columns,  ///< Windows' rows, then their columns.
    rings,    ///< Columns, then rows: winners, powers, means in double, compounds.
    medians,  ///< Cells are ranked first.
    general,  ///< Window by window.
  };

  const PlaneWindows& windows() const { return job_.pool->planes.front(); }
  Method choose();
  bool plan_columns();
  bool plan_rows_of_columns();
  bool plan_sums();
  void cut_columns();
  void cut_rings();
  void cut_medians();
  void cut_rows(int threads);
  bool wide_enough() const;
  bool streams() const;
  /// Input cells that a tile reads, about.
  std::int64_t tile_cells() const;
  void fill_divisors();
  void fill_taps();

  Tile tile(std::int64_t index) const;
  TileDivisors divisors(const Tile& tile) const;
  void run_planes(std::int64_t group) const;
  void run_columns(const Tile& tile) const;
  void run_rings(const Tile& tile, bool mend) const;
  void mend(const Tile& tile) const;

  Job job_;
  std::optional<SlidingAxis> rows_, cols_;  ///< Where the windows slide evenly over all planes.
  Method method_ = Method::general;
  std::optional<LinePlan> line_;
  Down down_ = Down::direct;
  int rows_at_once_ = kMostRowsAtOnce;  ///< Of a scan.
  std::int64_t group_planes_ = 1;       ///< Planes of a tile, by Method::planes.
  std::int64_t plane_groups_ = 0, bands_ = 1, strips_ = 1, band_rows_ = 1, strip_cols_ = 1;
  Tables* tables_;
};

}  // namespace poolscope::cpu
