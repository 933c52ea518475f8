#include "core/engines/cpu_plan.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"
#include "core/engines/cpu_general.h"
#include "core/engines/cpu_median.h"

namespace poolscope::cpu {
namespace {

/// A tile's scratch has to stay in a core's second-level cache to be of use.
constexpr std::int64_t kCacheBytes = 256 << 10;
/// Beyond this the windows are so large that a tile by tile walk of the windows takes over.
constexpr std::int64_t kMaxScratchBytes = 16 << 20;
/// Input cells that make a task worth its start.
constexpr std::int64_t kTaskCells = 32 << 10;
/// Small planes are shared out by multiples of this, as many as the widest vector has lanes.
constexpr std::int64_t kPlanesAtOnce = 16;
/// Each rounding is off by up to 6e-8 of the terms' size, and 1e-6 is allowed.
constexpr int kMostRoundings = 16;
bool is_extreme(const Job& job) {
  return (job.pool->reduction == Reduction::max || job.pool->reduction == Reduction::min) &&
         !job.winners;
}
bool is_mean(const Job& job) { return job.pool->reduction == Reduction::mean; }

/// Bytes that a sliding kernel keeps for a cell; 0 for a reduction without one, whose columns
/// cannot be reduced first and their results next.
std::int64_t lane_bytes(const Job& job) {
  constexpr std::int64_t kFloat = sizeof(float), kDouble = sizeof(double);
  switch (job.pool->reduction) {
    case Reduction::max:
    case Reduction::min:
      return job.winners ? kFloat + static_cast<std::int64_t>(sizeof(std::int32_t)) : kFloat;
    case Reduction::mean:
    case Reduction::power:
      return kDouble;
    case Reduction::mixed:
      return 2 * kDouble;
    case Reduction::stochastic:
      return job.pool->sampled ? 0 : 2 * kDouble;
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return 3 * kDouble;
    default:
      return 0;
  }
}

std::int64_t most_taps(const std::vector<AxisWindow>& windows) {
  return std::ranges::max_element(windows, {}, &AxisWindow::count)->count;
}

std::int64_t all_taps(const std::vector<AxisWindow>& windows) {
  return std::accumulate(
      windows.begin(), windows.end(), std::int64_t{0},
      [](std::int64_t sum, const AxisWindow& window) { return sum + window.count; });
}

/// How often a term is rounded where taps are summed eight at a time, and these sums in order.
int roundings_by_eights(std::int64_t taps) {
  return tree_depth(std::clamp<std::int64_t>(taps, 1, 8)) + static_cast<int>((taps - 1) / 8);
}

/// Whether windows are so large and share so little, or lie so far apart, that each is best read by
/// itself.
bool better_apart(const Job& job, const SlidingAxis& rows, const SlidingAxis& cols) {
  constexpr std::int64_t kLongRun = 64;
  if (job.out.plane_size() == 1 || cols.stride > 2 * cols.extent()) return true;
  return !job.winners && cols.dilation == 1 && cols.taps >= kLongRun &&
         2 * rows.stride > rows.extent() && 2 * cols.stride > cols.extent() &&
         (is_extreme(job) || is_mean(job)) && rows.taps > kLongRun;
}

/// Scratch memory of this thread, kept between tiles.
std::byte* scratch(std::int64_t bytes) {
  thread_local std::vector<std::byte> memory;
  constexpr std::size_t alignment = 128;
  const auto needed = static_cast<std::size_t>(bytes) + alignment;
  if (memory.size() < needed) memory.resize(needed);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (alignment - address % alignment) % alignment;
}

Plan::Tables* tables() {
  thread_local Plan::Tables kept;
  return &kept;
}

}  // namespace

Plan::Plan(const Job& job, int threads)
    : job_(job),
      plane_groups_(job.out.planes()),
      band_rows_(job.out.h),
      strip_cols_(job.out.w),
      tables_(tables()) {
  if (job.out.elements() == 0) {
    plane_groups_ = 0;
    return;
  }
  method_ = choose();
  if (method_ == Method::planes) {
    // A tile takes long enough to outweigh its start, and there are enough for all threads.
    group_planes_ =
        std::max(plane_groups_ / (16 * threads) / kPlanesAtOnce, std::int64_t{1}) * kPlanesAtOnce;
    plane_groups_ = (plane_groups_ + group_planes_ - 1) / group_planes_;
    fill_taps();
  } else {
    if (method_ == Method::rings) cut_rings();
    if (method_ == Method::medians) cut_medians();
    cut_rows(threads);
  }
  if (method_ != Method::general && !is_extreme(job)) fill_divisors();
}

Plan::Method Plan::choose() {
  if (job_.pool->planes.size() != 1 || job_.pool->border == Border::reflect) {
    return Method::general;
  }
  rows_ = sliding_axis(windows().rows);
  cols_ = sliding_axis(windows().cols);
  if (is_extreme(job_) || is_mean(job_)) {
    const int roundings = roundings_by_eights(most_taps(windows().rows)) +
                          roundings_by_eights(most_taps(windows().cols)) + 2;
    if (fits_planes(job_) && (is_extreme(job_) || roundings <= kMostRoundings)) {
      return Method::planes;
    }
    if (job_.out.plane_size() > 1 && plan_columns()) return Method::columns;
  }
  if (job_.pool->reduction == Reduction::median && medians_slide(windows())) return Method::medians;
  const bool slides = rows_ && cols_ && lane_bytes(job_) > 0;
  if (slides && !better_apart(job_, *rows_, *cols_) &&
      scratch_bytes(*rows_, cols_->part(0, 1), lane_bytes(job_)) <= kMaxScratchBytes) {
    return Method::rings;
  }
  return Method::general;
}

bool Plan::plan_columns() {
  /// Cells that outputs read along a line, where each window is read by itself.
  constexpr std::int64_t kMostReads = 8;
  const std::vector<AxisWindow>& cols = windows().cols;
  if (cols_) line_ = line_plan(*cols_, is_extreme(job_), doubles_cells());
  if (line_ && line_->part_count == 0) line_.reset();
  const bool runs = std::ranges::all_of(
      cols, [](const AxisWindow& col) { return col.step == 1 || col.count == 1; });
  if (!line_ && (!runs || all_taps(cols) > kMostReads * (job_.in.w + job_.out.w))) return false;
  if (!plan_rows_of_columns() || (is_mean(job_) && !plan_sums())) return false;
  cut_columns();
  return wide_enough();
}

bool Plan::plan_rows_of_columns() {
  /// Rows that outputs read, for each row of the input and of the output.
  constexpr std::int64_t kMostReads = 12;
  /// A scan reads and writes each row a few times, however many share it.
  constexpr std::int64_t kFewRows = 8, kScanReads = 4;
  const std::vector<AxisWindow>& rows = windows().rows;
  const std::int64_t most = most_taps(rows);
  if (most > kMostDirectRows) return false;
  const bool scan = rows_ && rows_->dilation == 1 && rows_->taps > kFewRows &&
                    rows_->taps > kScanReads * rows_->stride;
  down_ = scan ? Down::scan : Down::direct;
  return scan || all_taps(rows) <= kMostReads * (job_.in.h + job_.out.h);
}

/// False where means would be rounded too often.
bool Plan::plan_sums() {
  // Without a line's plan each run of it is summed in double and rounded once; the sum is divided,
  // by a divisor that may itself be rounded.
  const int most_down = kMostRoundings - (line_ ? line_->roundings() : 1) - 2;
  if (down_ == Down::scan) {
    // Among the rows taken at once; of those before them, from double; of the two together; and of
    // a window's two parts.
    const auto down = [&] { return (rows_at_once_ - 1) + 1 + 1 + 1; };
    while (rows_at_once_ > 1 && down() > most_down) rows_at_once_ /= 2;
    return down() <= most_down;
  }
  const std::int64_t rows = most_taps(windows().rows);
  return (rows <= 8 ? tree_depth(rows) : rows <= 64 ? 6 : 9) <= most_down;
}

void Plan::cut_columns() {
  /// Rows that are read again for the next window stay in the second-level cache; beyond that a
  /// strip is as wide as can be, since memory gives long rows quicker than short ones.
  constexpr std::int64_t kRowBytes = 1 << 20;
  constexpr std::int64_t kNarrowest = 512;
  const std::int64_t taps = most_taps(windows().rows);
  const bool shared = down_ == Down::scan || all_taps(windows().rows) > job_.in.h;
  const std::int64_t row_bytes = (shared ? taps : 4) * static_cast<std::int64_t>(sizeof(float));
  const std::int64_t widest = std::max(kRowBytes / row_bytes, kNarrowest);
  const std::int64_t stride = std::max<std::int64_t>(job_.in.w / job_.out.w, 1);
  const std::int64_t strips = (job_.out.w * stride + widest - 1) / widest;
  strip_cols_ = (job_.out.w + strips - 1) / strips;
  strips_ = (job_.out.w + strip_cols_ - 1) / strip_cols_;
}

bool Plan::streams() const {
  /// An output larger than this would push everything else out of the caches.
  constexpr std::int64_t kCacheBytes = 8 << 20;
  /// Half cache lines at a row's ends cost more than they save, unless the row is long.
  constexpr std::int64_t kLineCells = 16, kLongRow = 3000;
  const bool whole_lines = strips_ == 1 && job_.out.w % kLineCells == 0;
  return job_.out.elements() * static_cast<std::int64_t>(sizeof(float)) >= kCacheBytes &&
         (whole_lines || strip_cols_ >= kLongRow);
}

bool Plan::wide_enough() const {
  /// The kernels take whole vectors of the cells inside the input, of any instruction set.
  constexpr std::int64_t kWidestVector = 64;
  for (std::int64_t strip = 0; strip < strips_; ++strip) {
    const std::int64_t begin = strip * strip_cols_;
    const std::int64_t end = std::min(begin + strip_cols_, job_.out.w);
    const ColumnTile part{.width = job_.in.w,
                          .cols = std::span(windows().cols)
                                      .subspan(static_cast<std::size_t>(begin),
                                               static_cast<std::size_t>(end - begin)),
                          .line = line_ ? &*line_ : nullptr};
    const LineRange range(part);
    if (range.last - range.first < kWidestVector / 4) return false;
    if (range.end - range.begin > 4 * job_.in.w + kSlack) return false;
  }
  return true;
}

void Plan::cut_rings() {
  constexpr std::int64_t kNarrow = 256;
  const auto bytes = [&] {
    return scratch_bytes(*rows_, cols_->part(0, strip_cols_), lane_bytes(job_));
  };
  while (strip_cols_ > kNarrow && bytes() > kCacheBytes) strip_cols_ = (strip_cols_ + 1) / 2;
  while (strip_cols_ > 1 && bytes() > kMaxScratchBytes) strip_cols_ = (strip_cols_ + 1) / 2;
  strips_ = (job_.out.w + strip_cols_ - 1) / strip_cols_;
}

void Plan::cut_medians() {
  /// Input cells along a tile, beside those that its windows share with the next one's: their ranks
  /// stay in the second-level cache. Larger windows take as many again as they are long.
  constexpr std::int64_t kSide = 160;
  const std::int64_t side = std::max({kSide, most_taps(windows().rows), most_taps(windows().cols)});
  strip_cols_ = std::clamp<std::int64_t>(side * job_.out.w / job_.in.w, 1, job_.out.w);
  strips_ = (job_.out.w + strip_cols_ - 1) / strip_cols_;
  band_rows_ = std::clamp<std::int64_t>(side * job_.out.h / job_.in.h, 1, job_.out.h);
  bands_ = (job_.out.h + band_rows_ - 1) / band_rows_;
}

std::int64_t Plan::tile_cells() const {
  if (method_ == Method::planes) return group_planes_ * job_.in.plane_size();
  const AxisWindow& row = windows().rows.front();
  const AxisWindow& col = windows().cols.front();
  if (method_ == Method::general) {
    return band_rows_ * strip_cols_ * std::min(row.count, job_.in.h) *
           std::min(col.count, job_.in.w);
  }
  const std::int64_t rows = band_rows_ * job_.in.h / job_.out.h + row.count * row.step;
  const std::int64_t cols = strip_cols_ * job_.in.w / job_.out.w + col.count * col.step;
  return std::min(rows, job_.in.h) * std::min(cols, job_.in.w);
}

void Plan::cut_rows(int threads) {
  // A band reads the rows of its first window again that the band above it has read.
  const std::int64_t overlap = rows_ ? rows_->extent() / rows_->stride : 1;
  const std::int64_t fewest_rows = std::max<std::int64_t>(2 * overlap, 1);
  const std::int64_t wanted = std::int64_t{4} * threads;
  while (plane_groups_ * bands_ * strips_ < wanted && band_rows_ >= 2 * fewest_rows &&
         tile_cells() >= 2 * kTaskCells) {
    band_rows_ = (band_rows_ + 1) / 2;
    bands_ = (job_.out.h + band_rows_ - 1) / band_rows_;
  }
}

bool Plan::is_short() const { return tiles() <= 1 || tiles() * tile_cells() < kTaskCells / 2; }

void Plan::fill_divisors() {
  const auto& override = job_.pool->divisor_override;
  Tables& t = *tables_;
  t.row_divisors.clear();
  t.col_divisors.clear();
  for (const AxisWindow& row : windows().rows) {
    t.row_divisors.push_back(override ? 1.0 : static_cast<double>(row.divisor));
  }
  for (const AxisWindow& col : windows().cols) {
    t.col_divisors.push_back(static_cast<double>(override.value_or(col.divisor)));
  }
  t.col_divisors.resize(t.col_divisors.size() + kSlack, 1.0);
  t.rounded_col_divisors.assign(t.col_divisors.begin(), t.col_divisors.end());
}

void Plan::fill_taps() {
  const auto fill = [](std::vector<Taps>& to, const std::vector<AxisWindow>& from,
                       std::int64_t size) {
    to.clear();
    for (const AxisWindow& window : from) to.push_back(inside(window, size));
  };
  fill(tables_->row_taps, windows().rows, job_.in.h);
  fill(tables_->col_taps, windows().cols, job_.in.w);
}

Tile Plan::tile(std::int64_t index) const {
  const std::int64_t strip = index % strips_;
  const std::int64_t band = index / strips_ % bands_;
  return {.plane = index / strips_ / bands_,
          .row_begin = band * band_rows_,
          .row_end = std::min((band + 1) * band_rows_, job_.out.h),
          .col_begin = strip * strip_cols_,
          .col_end = std::min((strip + 1) * strip_cols_, job_.out.w)};
}

TileDivisors Plan::divisors(const Tile& tile) const {
  return {tables_->row_divisors.data() + tile.row_begin,
          tables_->col_divisors.data() + tile.col_begin,
          tables_->rounded_col_divisors.data() + tile.col_begin};
}

void Plan::run(std::int64_t index) const {
  switch (method_) {
    case Method::planes:
      return run_planes(index);
    case Method::columns:
      return run_columns(tile(index));
    case Method::rings:
      return run_rings(tile(index), false);
    case Method::medians:
      return median_tile(job_, tile(index));
    case Method::general:
      return pool_general(job_, tile(index));
  }
}

void Plan::run_planes(std::int64_t index) const {
  PlaneGroup group{.job = &job_,
                   .rows = tables_->row_taps,
                   .cols = tables_->col_taps,
                   .divisors = divisors({}),
                   .plane_begin = index * group_planes_,
                   .plane_end = std::min((index + 1) * group_planes_, job_.in.planes()),
                   .scratch = scratch(plane_scratch_bytes(job_))};
  if (is_extreme(job_)) return extreme_planes(group);
  if (mean_planes(group)) return;
  for (std::int64_t p = group.plane_begin; p < group.plane_end; ++p) {
    mend_general(job_, {p, 0, job_.out.h, 0, job_.out.w});
  }
}

void Plan::run_columns(const Tile& tile) const {
  const auto part = [](const std::vector<AxisWindow>& all, std::int64_t begin, std::int64_t end) {
    return std::span(all).subspan(static_cast<std::size_t>(begin),
                                  static_cast<std::size_t>(end - begin));
  };
  LinePlan line = line_.value_or(LinePlan{});
  line.outputs = tile.col_end - tile.col_begin;
  ColumnTile columns{.plane = job_.plane(tile.plane),
                     .height = job_.in.h,
                     .width = job_.in.w,
                     .rows = part(windows().rows, tile.row_begin, tile.row_end),
                     .cols = part(windows().cols, tile.col_begin, tile.col_end),
                     .line = line_ ? &line : nullptr,
                     .down = down_,
                     .rows_at_once = rows_at_once_,
                     .anchor = windows().rows.front().begin,
                     .reduction = job_.pool->reduction,
                     .values = job_.values + job_.cell(tile.plane, tile.row_begin) + tile.col_begin,
                     .pitch = job_.out.w,
                     .stream = streams(),
                     .divisors = divisors(tile)};
  columns.scratch = scratch(column_scratch_bytes(columns));
  if (is_extreme(job_)) {
    extreme_columns(columns);
  } else if (!mean_columns(columns)) {
    mend(tile);
  }
}

void Plan::mend(const Tile& tile) const {
  const auto bytes = [&] {
    return scratch_bytes(rows_->part(tile.row_begin, tile.row_end),
                         cols_->part(tile.col_begin, tile.col_end), sizeof(double));
  };
  if (rows_ && cols_ && bytes() <= kMaxScratchBytes) {
    run_rings(tile, true);
  } else {
    mend_general(job_, tile);
  }
}

void Plan::run_rings(const Tile& tile, bool mend) const {
  const std::int64_t cell = job_.cell(tile.plane, tile.row_begin) + tile.col_begin;
  SlidingTile part{.plane = job_.plane(tile.plane),
                   .input_end = job_.input + job_.in.elements(),
                   .height = job_.in.h,
                   .width = job_.in.w,
                   .rows = rows_->part(tile.row_begin, tile.row_end),
                   .cols = cols_->part(tile.col_begin, tile.col_end),
                   .values = job_.values + cell,
                   .winners = job_.winners ? job_.winners + cell : nullptr,
                   .pitch = job_.out.w,
                   .divisors = divisors(tile),
                   .pool = job_.pool,
                   .mend = mend};
  part.scratch = scratch(scratch_bytes(part.rows, part.cols, lane_bytes(job_)));
  switch (job_.pool->reduction) {
    case Reduction::max:
    case Reduction::min:
      return extreme_tile(part);
    case Reduction::mean:
      return mean_tile(part);
    case Reduction::power:
      return power_tile(part);
    default:
      return compound_tile(part);
  }
}

}  // namespace poolscope::cpu
