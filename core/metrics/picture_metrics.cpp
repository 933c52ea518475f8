#include "core/metrics/picture_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <tbb/parallel_for.h>

namespace poolscope {
namespace {

constexpr std::int64_t kWindow = 11;
constexpr double kDeviation = 1.5;
constexpr double kK1 = 0.01, kK2 = 0.03;
/// Rows of a plane that one thread takes at a time.
constexpr std::int64_t kStrip = 64;

constexpr std::string_view kNoCells = "there are no cells";
constexpr std::string_view kNoNumbers = "no cell holds a number in both";
constexpr std::string_view kNoPeak = "all values are the same, so there is no range";

using Weights = std::array<double, kWindow>;

/// A Gaussian along one axis; its weights sum to 1.
Weights gaussian() {
  Weights weights;
  double sum = 0.0;
  for (std::int64_t i = 0; i < kWindow; ++i) {
    const double x = static_cast<double>(i - kWindow / 2) / kDeviation;
    sum += weights[static_cast<std::size_t>(i)] = std::exp(-0.5 * x * x);
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// What one strip of rows adds up to.
struct Tally {
  std::int64_t changed = 0, non_finite = 0;
  double absolute = 0.0, squares = 0.0, largest = 0.0;

  void add(const Tally& other) {
    changed += other.changed;
    non_finite += other.non_finite;
    absolute += other.absolute;
    squares += other.squares;
    largest = std::max(largest, other.largest);
  }
};

bool same_value(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

Tally tally_of(std::span<const float> a, std::span<const float> b) {
  Tally tally;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      ++tally.non_finite;
      tally.changed += same_value(a[i], b[i]) ? 0 : 1;
      continue;
    }
    const double apart = std::abs(double{a[i]} - double{b[i]});
    tally.changed += apart > 0.0 ? 1 : 0;
    tally.absolute += apart;
    tally.squares += apart * apart;
    tally.largest = std::max(tally.largest, apart);
  }
  return tally;
}

/// Two pictures as rows of planes, and where to look whether to stop.
struct Pictures {
  const Tensor& a;
  const Tensor& b;
  const std::atomic<bool>* cancelled;

  const Shape& shape() const { return a.shape(); }
  bool stop() const { return cancelled != nullptr && cancelled->load(std::memory_order_relaxed); }
};

/// Calls visit(strip, plane, first_row, end_row) for strips of `rows` rows of every plane, several
/// at once.
template <class Visit>
void for_each_strip(const Pictures& pictures, std::int64_t rows, Visit visit) {
  const std::int64_t strips = (rows + kStrip - 1) / kStrip;
  tbb::parallel_for(std::int64_t{0}, pictures.shape().planes() * strips, [&](std::int64_t strip) {
    if (pictures.stop()) return;
    const std::int64_t first = strip % strips * kStrip;
    visit(strip, strip / strips, first, std::min(first + kStrip, rows));
  });
}

std::size_t strip_count(const Pictures& pictures, std::int64_t rows) {
  return static_cast<std::size_t>(pictures.shape().planes() * ((rows + kStrip - 1) / kStrip));
}

Tally tally_all(const Pictures& pictures) {
  const Shape& shape = pictures.shape();
  std::vector<Tally> tallies(strip_count(pictures, shape.h));
  for_each_strip(pictures, shape.h,
                 [&](std::int64_t strip, std::int64_t plane, std::int64_t first, std::int64_t end) {
                   const auto at = static_cast<std::size_t>(first * shape.w);
                   const auto count = static_cast<std::size_t>((end - first) * shape.w);
                   tallies[static_cast<std::size_t>(strip)] =
                       tally_of(pictures.a.plane(plane).subspan(at, count),
                                pictures.b.plane(plane).subspan(at, count));
                 });
  Tally sum;
  for (const Tally& tally : tallies) sum.add(tally);
  return sum;
}

// SSIM --------------------------------------------------------------------------------------------

/// The weighted means of a window: of both pictures, of their squares, and of their product.
struct Moments {
  double a = 0.0, b = 0.0, aa = 0.0, bb = 0.0, ab = 0.0;

  void add(double weight, const Moments& other) {
    a += weight * other.a;
    b += weight * other.b;
    aa += weight * other.aa;
    bb += weight * other.bb;
    ab += weight * other.ab;
  }
};

/// Equation 13 of the paper.
double similarity(const Moments& m, double c1, double c2) {
  const double variance_a = m.aa - m.a * m.a, variance_b = m.bb - m.b * m.b;
  const double covariance = m.ab - m.a * m.b;
  return (2.0 * m.a * m.b + c1) * (2.0 * covariance + c2) /
         ((m.a * m.a + m.b * m.b + c1) * (variance_a + variance_b + c2));
}

/// What windows add up to.
struct Similarity {
  double sum = 0.0;
  std::int64_t windows = 0;
};

/// Slides the window over one strip: rows are weighted along the row once, and kept for the windows
/// below.
class StripOfWindows {
 public:
  StripOfWindows(std::span<const float> a, std::span<const float> b, std::int64_t width,
                 double peak)
      : a_(a),
        b_(b),
        width_(width),
        c1_(kK1 * peak * kK1 * peak),
        c2_(kK2 * peak * kK2 * peak),
        places_(static_cast<std::size_t>(width - kWindow + 1)) {
    for (auto& row : rows_) row.resize(places_);
  }

  Similarity over(std::int64_t first, std::int64_t end) {
    Similarity all;
    for (std::int64_t row = first; row < first + kWindow - 1; ++row) weigh(row);
    for (std::int64_t row = first; row < end; ++row) {
      weigh(row + kWindow - 1);
      for (std::size_t col = 0; col < places_; ++col) add(row, col, all);
    }
    return all;
  }

 private:
  /// Means along the row.
  void weigh(std::int64_t row) {
    auto& means = rows_[static_cast<std::size_t>(row % kWindow)];
    for (std::size_t col = 0; col < places_; ++col) {
      Moments sum;
      for (std::size_t i = 0; i < weights_.size(); ++i) {
        const std::size_t at = static_cast<std::size_t>(row * width_) + col + i;
        const double x = a_[at], y = b_[at];
        sum.add(weights_[i], {x, y, x * x, y * y, x * y});
      }
      means[col] = sum;
    }
  }

  /// The window that begins at row and col, unless a cell of it holds no number.
  void add(std::int64_t row, std::size_t col, Similarity& all) const {
    Moments sum;
    for (std::int64_t i = 0; i < kWindow; ++i) {
      sum.add(weights_[static_cast<std::size_t>(i)],
              rows_[static_cast<std::size_t>((row + i) % kWindow)][col]);
    }
    if (!std::isfinite(sum.aa) || !std::isfinite(sum.bb)) return;
    all.sum += similarity(sum, c1_, c2_);
    ++all.windows;
  }

  std::span<const float> a_, b_;
  std::int64_t width_;
  double c1_, c2_;
  std::size_t places_;
  Weights weights_ = gaussian();
  std::array<std::vector<Moments>, kWindow> rows_;
};

Measure measure_ssim(const Pictures& pictures, double peak) {
  const Shape& shape = pictures.shape();
  if (shape.h < kWindow || shape.w < kWindow) {
    return {
        {},
        fmt::format("its window of {}x{} does not fit {}x{}", kWindow, kWindow, shape.h, shape.w)};
  }
  if (!(peak > 0.0)) return {{}, std::string(kNoPeak)};
  const std::int64_t rows = shape.h - kWindow + 1;
  std::vector<Similarity> strips(strip_count(pictures, rows));
  for_each_strip(pictures, rows,
                 [&](std::int64_t strip, std::int64_t plane, std::int64_t first, std::int64_t end) {
                   strips[static_cast<std::size_t>(strip)] =
                       StripOfWindows(pictures.a.plane(plane), pictures.b.plane(plane), shape.w,
                                      peak)
                           .over(first, end);
                 });
  Similarity all;
  for (const Similarity& strip : strips) {
    all.sum += strip.sum;
    all.windows += strip.windows;
  }
  if (all.windows == 0) return {{}, "every window holds a cell without a number"};
  return {all.sum / static_cast<double>(all.windows)};
}

}  // namespace

Measure psnr(double mean_square, double peak) {
  if (mean_square == 0.0) return {{}, "infinite: the numbers are the same"};
  if (!(peak > 0.0)) return {{}, std::string(kNoPeak)};
  return {10.0 * std::log10(peak * peak / mean_square)};
}

Result<PictureMetrics> picture_metrics(const Tensor& a, const Tensor& b, double peak,
                                       const std::atomic<bool>* cancelled) {
  const Shape &left = a.shape(), &right = b.shape();
  if (left != right) {
    return failure(
        fmt::format("pictures of {}x{}x{}x{} and {}x{}x{}x{} cannot be compared cell by "
                    "cell; both must have one shape",
                    left.n, left.c, left.h, left.w, right.n, right.c, right.h, right.w));
  }
  PictureMetrics metrics;
  metrics.cells = left.elements();
  metrics.peak = peak;
  if (metrics.cells == 0) {
    const Measure none{{}, std::string(kNoCells)};
    metrics.psnr = metrics.ssim = metrics.mean_absolute = metrics.largest = none;
    return metrics;
  }
  const Pictures pictures{a, b, cancelled};
  const Tally tally = tally_all(pictures);
  metrics.changed = tally.changed;
  metrics.non_finite = tally.non_finite;
  const std::int64_t numbers = metrics.cells - tally.non_finite;
  if (numbers == 0) {
    const Measure none{{}, std::string(kNoNumbers)};
    metrics.psnr = metrics.ssim = metrics.mean_absolute = metrics.largest = none;
    return metrics;
  }
  metrics.mean_absolute = {tally.absolute / static_cast<double>(numbers)};
  metrics.largest = {tally.largest};
  metrics.psnr = psnr(tally.squares / static_cast<double>(numbers), peak);
  metrics.ssim = measure_ssim(pictures, peak);
  if (pictures.stop()) return failure("cancelled");
  return metrics;
}

Result<Tensor> difference(const Tensor& a, const Tensor& b) {
  POOLSCOPE_CHECK(a.shape() == b.shape());
  auto values = Buffer<float>::allocate(a.shape().elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t i = 0; i < values->size(); ++i) {
    const float x = a.data()[i], y = b.data()[i];
    (*values)[i] = same_value(x, y) ? 0.0F : y - x;
  }
  return Tensor(a.shape(), std::move(*values));
}

double common_range(const Tensor& a, const Tensor& b) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const Tensor* picture : {&a, &b}) {
    for (const float value : picture->values()) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return high > low ? double{high} - double{low} : 0.0;
}

}  // namespace poolscope
