#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/tensor.h"

namespace poolscope {

/// Figures of one plane, or of several together. Without finite values, min and max are 0 and the
/// mean is NaN.
struct PlaneStats {
  std::int64_t finite = 0, nans = 0, plus_infs = 0, minus_infs = 0;
  float min = 0.0F, max = 0.0F;  ///< Of the finite values.
  double mean = 0.0;             ///< Of the finite values.

  std::int64_t non_finite() const { return nans + plus_infs + minus_infs; }
};

/// The figures of two disjoint sets of values together.
PlaneStats combined(const PlaneStats& a, const PlaneStats& b);

/// Texels [x, x+width) x [y, y+height) of one level.
struct TexelRect {
  std::int64_t x = 0, y = 0, width = 0, height = 0;

  bool contains(const TexelRect& other) const;
  bool operator==(const TexelRect&) const = default;
};

/// A tensor made ready for the screen: figures of each plane, and for each plane a pyramid of
/// half-size levels, so that zoomed out only about as many values as pixels are read, without
/// aliasing. Level 0 is the tensor; a texel of level L+1 is the mean of the finite ones among the
/// (up to 2x2) texels of level L below it; where none is finite it is the sum of those: the
/// infinity they share, else NaN. So a single NaN among numbers does not show when zoomed out: the
/// figures count it. Levels go down to one texel; level 1 is computed when asked for (it would be
/// the largest). Thread: safe to read from several threads.
class Picture {
 public:
  const Tensor& tensor() const { return tensor_; }
  const Shape& shape() const { return tensor_.shape(); }
  /// Figures of plane n*C + c, and of all planes.
  const PlaneStats& stats(std::int64_t plane) const {
    return stats_[static_cast<std::size_t>(plane)];
  }
  const PlaneStats& overall() const { return overall_; }

  /// At least 1; level L has ceil(h / 2^L) rows and ceil(w / 2^L) columns.
  int levels() const { return static_cast<int>(levels_.size()); }
  std::int64_t rows(int level) const;
  std::int64_t cols(int level) const;
  /// Copies part of a plane at a level into `out` (width*height values, rows after one another).
  void crop(std::int64_t plane, int level, const TexelRect& rect, std::span<float> out) const;

 private:
  friend class PictureMaker;
  Picture() = default;

  Tensor tensor_;
  std::vector<PlaneStats> stats_;
  PlaneStats overall_;
  /// All planes of each level; those of levels 0 and 1 are left empty.
  std::vector<Buffer<float>> levels_;
};

/// Reads the tensor once, on all cores. Never null. Thread: any; meant for a worker.
std::shared_ptr<const Picture> make_picture(Tensor tensor);

}  // namespace poolscope
