#include "app/canvas/picture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include <tbb/parallel_for.h>

namespace poolscope {
namespace {

/// Rows of the tensor that one task reads; a multiple of the four that make a row of level 2.
constexpr std::int64_t kStripRows = 64;
/// The loops over cells are compiled for wider vectors too; the one that fits the processor is
/// chosen when the program starts. The sanitizers do not get along with such a choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define POOLSCOPE_WIDE [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define POOLSCOPE_WIDE
#endif

/// Independent partial results. A comparison of such vectors takes one instruction; compilers make
/// none of it for single floats, as it tells NaN and signed zeros apart.
constexpr std::int64_t kLanes = 16;
using Floats [[gnu::vector_size(kLanes * sizeof(float))]] = float;
using HalfFloats [[gnu::vector_size(kLanes / 2 * sizeof(float))]] = float;
using Doubles [[gnu::vector_size(kLanes / 2 * sizeof(double))]] = double;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::int64_t halved(std::int64_t size) { return (size + 1) / 2; }

std::int64_t size_at(std::int64_t size, int level) {
  const std::int64_t step = std::int64_t{1} << level;
  return (size + step - 1) / step;
}

POOLSCOPE_WIDE bool all_finite(const float* values, std::int64_t count) {
  constexpr std::uint32_t exponent = 0x7F800000U;
  std::uint32_t found = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(values[i]);
    found |= (bits & exponent) == exponent ? 1U : 0U;
  }
  return found == 0;
}

/// The sum and the ends of a whole number of lanes; the ends count only where all are finite, as
/// the sum is then: in double no rows of floats overflow.
struct Figures {
  double sum = 0.0;
  float min = kInfinity, max = -kInfinity;
};

/// Figures while vectors come in.
struct WideFigures {
  std::array<Doubles, 2> sums{};
  Floats low = Floats{} + kInfinity, high = Floats{} - kInfinity;

  /// `value` becomes the vector. (Given back, it would be passed differently by each processor.)
  [[gnu::always_inline]] void add(const float* values, Floats& value) {
    std::memcpy(&value, values, sizeof value);
    low = value < low ? value : low;
    high = value > high ? value : high;
    for (std::size_t half = 0; half < sums.size(); ++half) {
      HalfFloats part;
      std::memcpy(&part, values + half * kLanes / 2, sizeof part);
      sums[half] += __builtin_convertvector(part, Doubles);
    }
  }

  [[gnu::always_inline]] void add_to(Figures& all) const {
    for (const Doubles& part : sums) {
      for (std::int64_t lane = 0; lane < kLanes / 2; ++lane) all.sum += part[lane];
    }
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      all.min = std::min(all.min, low[lane]);
      all.max = std::max(all.max, high[lane]);
    }
  }
};

POOLSCOPE_WIDE Figures figures_of(const float* values, std::int64_t count) {
  WideFigures wide;
  Floats value;
  for (std::int64_t x = 0; x < count; x += kLanes) wide.add(values + x, value);
  Figures figures;
  wide.add_to(figures);
  return figures;
}

/// Fetches a vector to the second-level cache: an address, as nothing may lie there.
[[gnu::always_inline]] inline void fetch(const float* from, std::int64_t ahead) {
  const auto address = reinterpret_cast<std::uintptr_t>(from);
  const auto bytes = static_cast<std::uintptr_t>(ahead) * sizeof(float);
  __builtin_prefetch(reinterpret_cast<const void*>(address + bytes), 0, 2);
}

/// Figures of the first `count` values of four rows, `pitch` apart; `means` takes the mean of each
/// column's four. Quarters first: their sum cannot overflow. The rows behind are fetched meanwhile.
POOLSCOPE_WIDE Figures figures_of_four(const float* rows, std::int64_t pitch, std::int64_t count,
                                       float* __restrict means) {
  std::array<WideFigures, 2> wide;
  for (std::int64_t x = 0; x < count; x += kLanes) {
    std::array<Floats, 4> cells;
    for (std::int64_t i = 0; i < 4; ++i) {
      const float* const row = rows + i * pitch + x;
      fetch(row, 4 * pitch);
      wide[static_cast<std::size_t>(i) % 2].add(row, cells[static_cast<std::size_t>(i)]);
    }
    const Floats mean =
        (cells[0] * 0.25F + cells[1] * 0.25F) + (cells[2] * 0.25F + cells[3] * 0.25F);
    std::memcpy(means + x, &mean, sizeof mean);
  }
  Figures figures;
  for (const WideFigures& half : wide) half.add_to(figures);
  return figures;
}

/// Means of four values each.
POOLSCOPE_WIDE void average_fours(const float* __restrict values, std::int64_t fours,
                                  float* __restrict out) {
  for (std::int64_t i = 0; i < fours; ++i) {
    const float* const four = values + 4 * i;
    out[i] = (four[0] * 0.25F + four[1] * 0.25F) + (four[2] * 0.25F + four[3] * 0.25F);
  }
}

/// Figures while values come in: `total` stands for the mean.
struct Tally {
  std::int64_t finite = 0, nans = 0, plus_infs = 0, minus_infs = 0;
  float min = kInfinity, max = -kInfinity;
  double total = 0.0;

  void add(float value) {
    if (std::isfinite(value)) {
      ++finite;
      min = std::min(min, value);
      max = std::max(max, value);
      total += static_cast<double>(value);
    } else if (std::isnan(value)) {
      ++nans;
    } else {
      ++(value > 0.0F ? plus_infs : minus_infs);
    }
  }

  void add(const Tally& other) {
    finite += other.finite;
    nans += other.nans;
    plus_infs += other.plus_infs;
    minus_infs += other.minus_infs;
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    total += other.total;
  }

  void add_row(const float* values, std::int64_t count) {
    const std::int64_t whole = count - count % kLanes;
    if (!add_if_finite(figures_of(values, whole), whole)) return add_each(values, count);
    add_each(values + whole, count - whole);
  }

  /// The figures of `count` values; false, and nothing added, where some are not finite.
  bool add_if_finite(const Figures& figures, std::int64_t count) {
    if (!std::isfinite(figures.sum)) return false;
    finite += count;
    total += figures.sum;
    min = std::min(min, figures.min);
    max = std::max(max, figures.max);
    return true;
  }

  void add_each(const float* values, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) add(values[i]);
  }

  PlaneStats stats() const {
    PlaneStats stats{finite, nans, plus_infs, minus_infs, 0.0F, 0.0F, 0.0};
    if (finite > 0) {
      stats.min = min;
      stats.max = max;
    }
    stats.mean = total / static_cast<double>(finite);
    return stats;
  }
};

/// The texel of up to four, as the class comment says.
float merged(std::span<const float> texels) {
  double finite_sum = 0.0;
  float sum = 0.0F;
  int finite = 0;
  for (const float texel : texels) {
    sum += std::isfinite(texel) ? 0.0F : texel;
    if (!std::isfinite(texel)) continue;
    finite_sum += static_cast<double>(texel);
    ++finite;
  }
  return finite > 0 ? static_cast<float>(finite_sum / finite) : sum;
}

/// Means of 2x2 texels. Quarters first: their sum cannot overflow.
POOLSCOPE_WIDE void halve_pairs(const float* __restrict upper, const float* __restrict lower,
                                std::int64_t pairs, float* __restrict out) {
  for (std::int64_t i = 0; i < pairs; ++i) {
    out[i] = (upper[2 * i] * 0.25F + lower[2 * i] * 0.25F) +
             (upper[2 * i + 1] * 0.25F + lower[2 * i + 1] * 0.25F);
  }
}

/// One row of a level from two of the level below (the same one twice at an odd end), `count`
/// texels each.
void halve_rows(const float* upper, const float* lower, std::int64_t count, float* out) {
  const std::int64_t pairs = count / 2;
  halve_pairs(upper, lower, pairs, out);
  if (!all_finite(out, pairs)) {
    for (std::int64_t i = 0; i < pairs; ++i) {
      if (std::isfinite(out[i])) continue;
      out[i] = merged(std::array{upper[2 * i], upper[2 * i + 1], lower[2 * i], lower[2 * i + 1]});
    }
  }
  if (count % 2 != 0) out[pairs] = merged(std::array{upper[count - 1], lower[count - 1]});
}

/// Planes of rows x cols, one after another.
struct LevelView {
  const float* data;
  std::int64_t rows, cols;

  const float* row(std::int64_t plane, std::int64_t y) const {
    return data + (plane * rows + std::min(y, rows - 1)) * cols;
  }
};

/// Halves `below` into `out`, rows in parallel.
void halve_level(const LevelView& below, std::int64_t planes, float* out) {
  const std::int64_t rows = halved(below.rows);
  const std::int64_t cols = halved(below.cols);
  tbb::parallel_for(std::int64_t{0}, planes * rows, [&](std::int64_t index) {
    const std::int64_t y = index % rows * 2;
    const float* upper = below.row(index / rows, y);
    halve_rows(upper, below.row(index / rows, y + 1), below.cols, out + index * cols);
  });
}

/// Reads a strip of a plane: its figures, and its rows of level 2.
class StripReader {
 public:
  /// Rows of `tensor` from `first_row` on; `level2`, the plane's, may be null.
  StripReader(const LevelView& tensor, std::int64_t plane, std::int64_t first_row, float* level2)
      : tensor_(tensor),
        plane_(plane),
        first_row_(first_row),
        cols1_(halved(tensor.cols)),
        level2_(level2),
        means_(static_cast<std::size_t>(tensor.rows < 4 ? 0 : tensor.cols)),
        level1_(static_cast<std::size_t>(level2 ? 2 * cols1_ : 0)) {}

  /// Reads each value from memory once.
  Tally read() {
    const std::int64_t end = std::min(first_row_ + kStripRows, tensor_.rows);
    for (std::int64_t y = first_row_; y < end; y += 4) {
      if (y + 4 <= end && read_four(y)) continue;
      for (std::int64_t row = y; row < std::min(y + 4, end); ++row) {
        tally_.add_row(tensor_.row(plane_, row), tensor_.cols);
      }
      if (level2_) halve_twice(y, 0);
    }
    return tally_;
  }

 private:
  /// False, and nothing done, where some values in whole vectors are not finite.
  bool read_four(std::int64_t y) {
    const float* const rows = tensor_.row(plane_, y);
    const std::int64_t whole = tensor_.cols - tensor_.cols % kLanes;
    if (!tally_.add_if_finite(figures_of_four(rows, tensor_.cols, whole, means_.data()),
                              4 * whole)) {
      return false;
    }
    for (std::int64_t i = 0; i < 4; ++i) {
      tally_.add_each(rows + i * tensor_.cols + whole, tensor_.cols - whole);
    }
    if (level2_) {
      average_fours(means_.data(), whole / 4, texels(y));
      halve_twice(y, whole);
    }
    return true;
  }

  /// The texels of level 2 from column x on, a multiple of 4, of the four rows from y on or as many
  /// as there are.
  void halve_twice(std::int64_t y, std::int64_t x) {
    const std::int64_t count = tensor_.cols - x;
    float* const upper = level1_.data();
    float* const lower = y + 2 < tensor_.rows ? upper + cols1_ : upper;
    halve_rows(tensor_.row(plane_, y) + x, tensor_.row(plane_, y + 1) + x, count, upper);
    if (lower != upper) {
      halve_rows(tensor_.row(plane_, y + 2) + x, tensor_.row(plane_, y + 3) + x, count, lower);
    }
    halve_rows(upper, lower, halved(count), texels(y) + x / 4);
  }

  float* texels(std::int64_t y) const { return level2_ + y / 4 * halved(cols1_); }

  const LevelView& tensor_;
  std::int64_t plane_, first_row_, cols1_;
  float* level2_;
  std::vector<float> means_;   ///< Of the four cells of each column.
  std::vector<float> level1_;  ///< Two rows.
  Tally tally_;
};

int level_count(const Shape& shape) {
  int levels = 1;
  while (size_at(shape.h, levels - 1) > 1 || size_at(shape.w, levels - 1) > 1) ++levels;
  return levels;
}

}  // namespace

PlaneStats combined(const PlaneStats& a, const PlaneStats& b) {
  const auto tally = [](const PlaneStats& s) {
    Tally t{s.finite, s.nans, s.plus_infs, s.minus_infs, kInfinity, -kInfinity, 0.0};
    if (s.finite > 0) {
      t.min = s.min;
      t.max = s.max;
      t.total = s.mean * static_cast<double>(s.finite);
    }
    return t;
  };
  Tally sum = tally(a);
  sum.add(tally(b));
  return sum.stats();
}

bool TexelRect::contains(const TexelRect& other) const {
  return x <= other.x && y <= other.y && other.x + other.width <= x + width &&
         other.y + other.height <= y + height;
}

std::int64_t Picture::rows(int level) const { return size_at(shape().h, level); }
std::int64_t Picture::cols(int level) const { return size_at(shape().w, level); }

void Picture::crop(std::int64_t plane, int level, const TexelRect& rect,
                   std::span<float> out) const {
  POOLSCOPE_CHECK(level >= 0 && level < levels() && plane >= 0 && plane < shape().planes());
  POOLSCOPE_CHECK((TexelRect{0, 0, cols(level), rows(level)}.contains(rect)));
  POOLSCOPE_CHECK(out.size() == static_cast<std::size_t>(rect.width * rect.height));
  const bool stored = level != 1;
  const int source = stored ? level : 0;
  const LevelView view{
      source == 0 ? tensor_.data() : levels_[static_cast<std::size_t>(source)].data(), rows(source),
      cols(source)};
  for (std::int64_t y = 0; y < rect.height; ++y) {
    float* to = out.data() + y * rect.width;
    if (stored) {
      const float* from = view.row(plane, rect.y + y) + rect.x;
      std::copy(from, from + rect.width, to);
    } else {
      const std::int64_t x = 2 * rect.x;
      const std::int64_t row = 2 * (rect.y + y);
      halve_rows(view.row(plane, row) + x, view.row(plane, row + 1) + x,
                 std::min(2 * rect.width, view.cols - x), to);
    }
  }
}

/// Makes a picture in three steps.
class PictureMaker {
 public:
  explicit PictureMaker(Tensor tensor) : picture_(new Picture), planes_(tensor.shape().planes()) {
    picture_->tensor_ = std::move(tensor);
  }

  std::shared_ptr<const Picture> make() {
    make_room();
    sum_up(read_tensor());
    for (std::size_t level = 3; level < picture_->levels_.size(); ++level) {
      halve_level(view(level - 1), planes_, picture_->levels_[level].data());
    }
    return std::move(picture_);
  }

 private:
  LevelView view(std::size_t level) const {
    const float* data = level == 0 ? picture_->tensor_.data() : picture_->levels_[level].data();
    const int number = static_cast<int>(level);
    return {data, picture_->rows(number), picture_->cols(number)};
  }

  void make_room() {
    const int levels = picture_->tensor_.empty() ? 1 : level_count(picture_->shape());
    for (int level = 0; level < levels; ++level) {
      const bool stored = level >= 2;
      auto texels = Buffer<float>::allocate(
          stored ? planes_ * picture_->rows(level) * picture_->cols(level) : 0);
      if (!texels) return;  // Without memory the picture has the levels below: coarse, but there.
      picture_->levels_.push_back(std::move(*texels));
    }
  }

  /// Reads each value once; gives the figures of the planes' strips, in order, and fills level 2.
  std::vector<Tally> read_tensor() {
    const LevelView tensor = view(0);
    const std::int64_t strips = (tensor.rows + kStripRows - 1) / kStripRows;
    std::vector<Tally> tallies(static_cast<std::size_t>(planes_ * strips));
    const bool halves = picture_->levels_.size() > 2;
    const std::int64_t size = picture_->rows(2) * picture_->cols(2);
    tbb::parallel_for(std::int64_t{0}, planes_ * strips, [&](std::int64_t index) {
      const std::int64_t plane = index / strips;
      float* level2 = halves ? picture_->levels_[2].data() + plane * size : nullptr;
      tallies[static_cast<std::size_t>(index)] =
          StripReader(tensor, plane, index % strips * kStripRows, level2).read();
    });
    return tallies;
  }

  void sum_up(const std::vector<Tally>& tallies) {
    const std::size_t planes = static_cast<std::size_t>(planes_);
    Tally overall;
    for (std::size_t plane = 0; plane < planes; ++plane) {
      Tally sum;
      const std::size_t strips = tallies.size() / planes;
      for (std::size_t i = plane * strips; i < (plane + 1) * strips; ++i) sum.add(tallies[i]);
      picture_->stats_.push_back(sum.stats());
      overall.add(sum);
    }
    picture_->overall_ = overall.stats();
  }

  std::shared_ptr<Picture> picture_;
  std::int64_t planes_;
};

std::shared_ptr<const Picture> make_picture(Tensor tensor) {
  return PictureMaker(std::move(tensor)).make();
}

}  // namespace poolscope
