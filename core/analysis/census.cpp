#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/coverage.h"
#include "core/analysis/window_probe.h"
#include "core/engines/reference_engine.h"

namespace poolscope {
namespace {

/// A window and the cell of it that is asked for.
struct Question {
  const LoweredPool& pool;
  const Tensor& input;
  WindowPlace place;
  std::int64_t index;  ///< y*W + x

  double divisor() const {
    const PlaneWindows& windows = pool.windows(place.plane);
    return static_cast<double>(pool.divisor(windows.rows[static_cast<std::size_t>(place.row)],
                                            windows.cols[static_cast<std::size_t>(place.col)]));
  }
};

/// The cell's part of the sum of `term` over the window's taps.
template <class Term>
double part_of_sum(const Question& question, Term term) {
  double all = 0.0, own = 0.0;
  visit_taps(question.pool, question.input, question.place, [&](const WindowTap& tap) {
    const double value = term(tap.value);
    all += value;
    if (tap.index == question.index) own += value;
  });
  return own / all;
}

/// The sum of `term` over the taps that read the cell.
template <class Term>
double sum_of_own(const Question& question, Term term) {
  double own = 0.0;
  visit_taps(question.pool, question.input, question.place, [&](const WindowTap& tap) {
    if (tap.index == question.index) own += term(tap);
  });
  return own;
}

double exponential_part(const Question& question) {
  double top = -std::numeric_limits<double>::infinity();
  visit_taps(question.pool, question.input, question.place,
             [&](const WindowTap& tap) { top = std::max(top, tap.value); });
  return part_of_sum(question,
                     [&](double value) { return exponential(value, top, question.pool.scale); });
}

/// Whether the cell is the one that a sampled window draws.
double drawn_part(const Question& question) {
  std::vector<WindowTap> taps;
  read_window(question.pool, question.input, question.place, taps);
  const auto& windows = question.pool.windows(question.place.plane);
  const double share = sampled_number(question.pool, question.place.plane,
                                      windows.rows[static_cast<std::size_t>(question.place.row)],
                                      windows.cols[static_cast<std::size_t>(question.place.col)]);
  const std::size_t drawn = drawn_tap(taps, share);
  return drawn < taps.size() && taps[drawn].index == question.index ? 1.0 : 0.0;
}

/// Who wins is the reference's answer, as it is every engine's.
Result<CellShare> pick_share(const Question& question) {
  LoweredPool pool = question.pool;
  if (pool.reduction == Reduction::mixed) pool.reduction = Reduction::max;
  const WindowPlace& at = question.place;
  const auto block = probe_windows(ReferenceEngine(), question.input, pool, at.plane,
                                   {at.row, at.row + 1, at.col, at.col + 1});
  if (!block) return tl::unexpected(block.error());
  const std::int64_t winner = block->winner(at.row, at.col);
  if (winner < 0) return CellShare{};
  if (winner == question.index) return CellShare{1.0, false};
  const auto values = question.input.plane(at.plane);
  const auto value = [&](std::int64_t index) { return values[static_cast<std::size_t>(index)]; };
  return CellShare{0.0, value(winner) == value(question.index)};
}

Result<CellShare> mixed_share(const Question& question) {
  auto share = pick_share(question);
  if (!share) return share;
  const double alpha = question.pool.alpha;
  share->part = alpha * share->part + (1.0 - alpha) / question.divisor();
  return share;
}

Result<CellShare> share_of(const Question& question) {
  switch (question.pool.reduction) {
    case Reduction::max:
    case Reduction::min:
    case Reduction::median:
      return pick_share(question);
    case Reduction::mixed:
      return mixed_share(question);
    case Reduction::mean:
      return CellShare{1.0 / question.divisor()};
    case Reduction::weighted:
      return CellShare{sum_of_own(question, [](const WindowTap& tap) { return tap.weight; })};
    case Reduction::power:
      return CellShare{part_of_sum(question, [&](double value) {
        return std::pow(power_base(question.pool, value), question.pool.exponent);
      })};
    case Reduction::stochastic:
      if (question.pool.sampled) return CellShare{drawn_part(question)};
      return CellShare{part_of_sum(question, [](double value) { return std::max(value, 0.0); })};
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return CellShare{exponential_part(question)};
  }
  return CellShare{};
}

}  // namespace

Result<CellCensus> census(const LoweredPool& pool, const Tensor& input, const InputCell& cell,
                          std::int64_t most, const std::atomic<bool>& cancelled) {
  const PlaneWindows& windows = pool.windows(cell.plane);
  const Shape& shape = input.shape();
  const auto rows = axis_readers(windows.rows, cell.row, shape.h, pool.border);
  const auto cols = axis_readers(windows.cols, cell.col, shape.w, pool.border);
  CellCensus found{static_cast<std::int64_t>(rows.size() * cols.size()), {}};
  for (const std::int64_t row : rows) {
    for (const std::int64_t col : cols) {
      if (static_cast<std::int64_t>(found.readings.size()) == most || cancelled) return found;
      const auto share =
          share_of({pool, input, {cell.plane, row, col}, cell.row * shape.w + cell.col});
      if (!share) return tl::unexpected(share.error());
      found.readings.push_back({row, col, *share});
    }
  }
  return found;
}

}  // namespace poolscope
