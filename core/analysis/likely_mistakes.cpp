#include "core/analysis/likely_mistakes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analysis/window_probe.h"
#include "core/engines/reference_engine.h"

namespace poolscope {
namespace {

/// The window whose value is mistaken, and what is found so far.
struct Search {
  const LoweredPool& pool;
  const Tensor& input;
  const Tensor& output;
  const WindowPlace& place;
  std::vector<double> cells;  ///< Values of the taps inside, NaN left out.
  std::vector<MistakenValue> found = {};

  const AxisWindow& row() const {
    return pool.windows(place.plane).rows[static_cast<std::size_t>(place.row)];
  }
  const AxisWindow& col() const {
    return pool.windows(place.plane).cols[static_cast<std::size_t>(place.col)];
  }
  std::int64_t taps() const { return row().count * col().count; }
  double sum() const { return std::accumulate(cells.begin(), cells.end(), 0.0); }
  bool has_window(std::int64_t r, std::int64_t c) const {
    return r >= 0 && r < output.shape().h && c >= 0 && c < output.shape().w;
  }
  double result(std::int64_t r, std::int64_t c) const {
    const auto plane = output.plane(place.plane);
    return static_cast<double>(plane[static_cast<std::size_t>(r * output.shape().w + c)]);
  }
  void add(Mistake mistake, double value) {
    found.push_back({mistake, value, place.row, place.col});
  }
};

/// Another divisor is the likeliest slip of a mean.
void add_divisors(Search& search) {
  if (search.pool.reduction != Reduction::mean) return;
  search.add(Mistake::all_taps_counted, search.sum() / static_cast<double>(search.taps()));
  search.add(Mistake::inside_counted, search.sum() / static_cast<double>(search.cells.size()));
  search.add(Mistake::sum, search.sum());
}

void add_missing_root(Search& search) {
  const LoweredPool& pool = search.pool;
  if (pool.reduction != Reduction::power) return;
  const double value = search.result(search.place.row, search.place.col);
  search.add(Mistake::no_root, std::pow(value, pool.exponent));
}

void add_other_reductions(Search& search) {
  std::vector<double> sorted = search.cells;
  std::ranges::sort(sorted);
  search.add(Mistake::largest, sorted.back());
  search.add(Mistake::average, search.sum() / static_cast<double>(sorted.size()));
  search.add(Mistake::smallest, sorted.front());
  search.add(Mistake::sum, search.sum());
  search.add(Mistake::middle, sorted[(sorted.size() - 1) / 2]);
  if (static_cast<std::int64_t>(sorted.size()) < search.taps())
    search.add(Mistake::zero_from_padding, 0.0);
}

void add_roundings(Search& search) {
  const double value = search.result(search.place.row, search.place.col);
  for (const double unit : {100.0, 10.0, 1.0}) {
    search.add(Mistake::rounded, std::round(value * unit) / unit);
    search.add(Mistake::rounded, std::trunc(value * unit) / unit);
  }
}

/// The window where it would lie if each step moved it by one cell.
void add_stride_of_one(Search& search) {
  const PlaneWindows& windows = search.pool.windows(search.place.plane);
  AxisWindow row = windows.rows.front(), col = windows.cols.front();
  row.begin += search.place.row;
  col.begin += search.place.col;
  if (row.begin == search.row().begin && col.begin == search.col().begin) return;
  LoweredPool moved = search.pool;
  moved.planes = {{{row}, {col}}};
  const auto block =
      probe_windows(ReferenceEngine(), search.input, moved, search.place.plane, {0, 1, 0, 1});
  if (block) search.add(Mistake::stride_forgotten, static_cast<double>(block->values.data()[0]));
}

void add_other_windows(Search& search) {
  const auto [plane, row, col] = search.place;
  if (row != col && search.has_window(col, row))
    search.found.push_back({Mistake::swapped_axes, search.result(col, row), col, row});
  add_stride_of_one(search);
  for (const auto& [y, x] : {std::pair{0, 1}, {0, -1}, {1, 0}, {-1, 0}}) {
    if (search.has_window(row + y, col + x)) {
      search.found.push_back(
          {Mistake::neighbour, search.result(row + y, col + x), row + y, col + x});
    }
  }
}

}  // namespace

std::vector<MistakenValue> mistaken_values(const LoweredPool& pool, const Tensor& input,
                                           const Tensor& output, const WindowPlace& place) {
  std::vector<WindowTap> taps;
  read_window(pool, input, place, taps);
  Search search{pool, input, output, place, {}};
  for (const WindowTap& tap : taps) {
    if (!std::isnan(tap.value)) search.cells.push_back(tap.value);
  }
  if (search.cells.empty()) return {};
  add_divisors(search);
  add_missing_root(search);
  add_other_reductions(search);
  add_roundings(search);
  add_other_windows(search);
  return std::move(search.found);
}

}  // namespace poolscope
