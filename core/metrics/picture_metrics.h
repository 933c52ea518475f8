#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/tensor.h"

namespace poolscope {

/// A measure that may be without a value, and then says why.
struct Measure {
  std::optional<double> value;
  std::string reason = {};  ///< Why there is none: `the pictures are the same`.

  bool operator==(const Measure&) const = default;
};

/// How far two pictures of one shape lie apart. Cells that hold no number in either of them (NaN,
/// infinities) count as changed unless both hold the same, and take no part in the other measures.
struct PictureMetrics {
  std::int64_t cells = 0;
  std::int64_t changed = 0;     ///< Whose values differ; -0 and +0 do not.
  std::int64_t non_finite = 0;  ///< Left out of all that follows.
  double peak = 0.0;            ///< What both of the next measures take for the full range.
  Measure psnr;                 ///< 10 log10(peak^2 / mean of squares), in dB.
  Measure ssim;                 ///< Mean over all windows of all planes, 1 for the same picture.
  Measure mean_absolute;        ///< Mean of |a - b|.
  Measure largest;              ///< The largest |a - b|.
};

/// Measures `b` against `a`, which has the same shape. `peak` is the range that values may span:
/// 255 for 8-bit pictures. SSIM is that of Wang, Bovik, Sheikh and Simoncelli (2004): Gaussian
/// windows of 11x11 cells with a deviation of 1.5 that lie inside the picture, K1 0.01, K2 0.03.
/// Sums are taken in double. Errors: shapes that differ; `cancelled`.
Result<PictureMetrics> picture_metrics(const Tensor& a, const Tensor& b, double peak,
                                       const std::atomic<bool>* cancelled = nullptr);

/// Peak signal-to-noise ratio: 10 log10(peak^2 / mean_square), in dB.
Measure psnr(double mean_square, double peak);

/// b - a, cell by cell; 0 where both hold the same infinity or NaN. Both have one shape. Errors:
/// memory.
Result<Tensor> difference(const Tensor& a, const Tensor& b);

/// The range that the finite values of both span: a peak for numbers that have none of their own.
double common_range(const Tensor& a, const Tensor& b);

}  // namespace poolscope
