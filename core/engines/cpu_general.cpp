#include "core/engines/cpu_general.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/engines/cpu_reductions.h"
#include "core/engines/cpu_runs.h"

namespace poolscope::cpu {
namespace {

/// Whether a window's rows are so long, without gaps, that they are read as runs.
bool has_runs(const Window& window) {
  constexpr std::int64_t kShortest = 16;
  const bool whole_rows = window.cols.count == window.width && window.rows.step == 1;
  const std::int64_t cells = whole_rows ? window.rows.count * window.width : window.cols.count;
  return (window.cols.step == 1 || window.cols.count == 1) && cells >= kShortest;
}

/// Calls visit(first, count) for the runs of a window that has_runs().
template <class Visit>
void for_each_run(const Window& window, Visit visit) {
  const float* const first = window.plane + window.rows.first * window.width + window.cols.first;
  if (window.cols.count == window.width && window.rows.step == 1) {
    visit(first, window.rows.count * window.width);
    return;
  }
  for (std::int64_t i = 0; i < window.rows.count; ++i) {
    visit(first + i * window.rows.step * window.width, window.cols.count);
  }
}

float max_of_runs(const Window& window) {
  float best = -std::numeric_limits<float>::infinity();
  for_each_run(window, [&](const float* first, std::int64_t count) {
    const float value = max_run(first, count);
    if (value > best || std::isnan(value)) best = value;
  });
  return best;
}

void write_max(const Job& job, const Window& window, std::int64_t cell) {
  if (!job.winners && has_runs(window)) {
    job.values[cell] = max_of_runs(window);
    return;
  }
  float best = -std::numeric_limits<float>::infinity();
  std::int64_t winner = -1;
  for_each_tap(window, [&](float value, std::int64_t index) {
    if (value > best || winner < 0 || std::isnan(value)) {
      best = value;
      winner = index;
    }
  });
  job.values[cell] = best;
  if (job.winners) job.winners[cell] = winner;
}

float mean_of(const Window& window, double divisor) {
  double sum = 0.0;
  if (has_runs(window)) {
    for_each_run(window,
                 [&](const float* first, std::int64_t count) { sum += sum_run(first, count); });
  } else {
    for_each_tap(window, [&](float value, std::int64_t) { sum += value; });
  }
  return static_cast<float>(sum / divisor);
}

float power_of(const Window& window, double divisor, const LoweredPool& pool) {
  double sum = 0.0;
  for_each_tap(window, [&](float value, std::int64_t) {
    const double raised = pool.least && value < *pool.least ? *pool.least : double{value};
    sum += std::pow(pool.magnitude ? std::abs(raised) : raised, pool.exponent);
  });
  return static_cast<float>(std::pow(pool.gain * sum / divisor, 1.0 / pool.exponent));
}

void write_cell(const Job& job, const Window& window, std::int64_t divisor, std::int64_t cell) {
  if (job.pool->reduction != Reduction::max && job.pool->has_winners()) {
    const Picked picked = pick(window, job.pool->reduction);
    job.values[cell] = picked.value;
    if (job.winners) job.winners[cell] = picked.winner;
  } else if (job.pool->reduction == Reduction::max) {
    write_max(job, window, cell);
  } else if (divisor == 0) {
    job.values[cell] = std::numeric_limits<float>::quiet_NaN();
  } else if (job.pool->reduction == Reduction::mean) {
    job.values[cell] = mean_of(window, static_cast<double>(divisor));
  } else {
    job.values[cell] = power_of(window, static_cast<double>(divisor), *job.pool);
  }
}

}  // namespace

void pool_general(const Job& job, const Tile& tile) {
  const PlaneWindows& windows = job.pool->windows(tile.plane);
  const float* plane = job.plane(tile.plane);
  const bool is_plain = job.pool->has_winners() || job.pool->reduction == Reduction::mean ||
                        job.pool->reduction == Reduction::power;
  for (std::int64_t i = tile.row_begin; i < tile.row_end; ++i) {
    const AxisWindow& row = windows.rows[static_cast<std::size_t>(i)];
    const Taps rows = inside(row, job.in.h);
    for (std::int64_t j = tile.col_begin; j < tile.col_end; ++j) {
      const AxisWindow& col = windows.cols[static_cast<std::size_t>(j)];
      const Window window{plane, job.in.w, rows, inside(col, job.in.w)};
      const std::int64_t cell = job.cell(tile.plane, i) + j;
      if (is_plain) {
        write_cell(job, window, job.pool->divisor(row, col), cell);
      } else {
        job.values[cell] = reduced(window, *job.pool, {tile.plane, job.in, row, col});
      }
    }
  }
}

void mend_general(const Job& job, const Tile& tile) {
  for (std::int64_t i = tile.row_begin; i < tile.row_end; ++i) {
    for (std::int64_t j = tile.col_begin; j < tile.col_end; ++j) {
      const bool finite = std::isfinite(job.values[job.cell(tile.plane, i) + j]);
      if (!finite) pool_general(job, {tile.plane, i, i + 1, j, j + 1});
    }
  }
}

}  // namespace poolscope::cpu
