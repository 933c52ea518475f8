#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/memory.h"
#include "core/base/result.h"

namespace poolscope {

/// No array may hold more elements (8 GiB of float32), and no axis may be longer than kMaxAxis.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;
inline constexpr std::int64_t kMaxAxis = std::int64_t{1} << 24;

/// The four axes of every array inside Poolscope, in the order N, C, H, W.
struct Shape {
  std::int64_t n = 1, c = 1, h = 1, w = 1;

  std::int64_t planes() const { return n * c; }
  std::int64_t plane_size() const { return h * w; }
  std::int64_t elements() const { return planes() * plane_size(); }
  bool operator==(const Shape&) const = default;
};

/// Fails when an axis is negative or longer than kMaxAxis, or all together (an empty one left out)
/// exceed kMaxElements; the message names `what` and the size asked for. Never overflows.
Result<Shape> checked_shape(Shape shape, std::string_view what);

/// Owned, writable, 64-byte aligned storage, uninitialised; becomes immutable inside an Array.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  /// Errors: memory that cannot be had, more than kMaxElements included, with the size asked for.
  static Result<Buffer> allocate(std::int64_t count);

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }
  std::span<T> span() { return {data_.get(), static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data_.get(), static_cast<std::size_t>(size_)}; }
  T& operator[](std::int64_t i) { return data_.get()[i]; }
  const T& operator[](std::int64_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    std::size_t bytes = 0, sentinel = 0;
    void operator()(T* data) const { give_back({data, bytes, sentinel}); }
  };
  std::unique_ptr<T, Free> data_;
  std::int64_t size_ = 0;
};

/// A shared immutable buffer with a shape (N,C,H,W, row-major). Copies share the buffer; writing
/// makes a new one. An empty Array (default) has the shape 0x0x0x0.
/// Thread: safe to read and copy from several threads.
template <class T>
class Array {
 public:
  Array() = default;
  Array(Shape shape, Buffer<T> buffer)
      : shape_(shape), buffer_(std::make_shared<const Buffer<T>>(std::move(buffer))) {
    POOLSCOPE_CHECK(shape.elements() == buffer_->size());
  }
  /// Copies `values` (row-major, as many as the shape has).
  static Result<Array> copy_of(Shape shape, std::span<const T> values);

  const Shape& shape() const { return shape_; }
  bool empty() const { return shape_.elements() == 0; }
  const T* data() const { return buffer_ ? buffer_->data() : nullptr; }
  std::span<const T> values() const {
    return {data(), static_cast<std::size_t>(shape_.elements())};
  }
  /// The plane of sample n and channel c, h*w values.
  std::span<const T> plane(std::int64_t n, std::int64_t c) const { return plane(n * shape_.c + c); }
  std::span<const T> plane(std::int64_t index) const {
    return values().subspan(static_cast<std::size_t>(index * shape_.plane_size()),
                            static_cast<std::size_t>(shape_.plane_size()));
  }
  T at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    return data()[((n * shape_.c + c) * shape_.h + y) * shape_.w + x];
  }
  /// True when both share one buffer: a cheap "nothing changed".
  bool same_buffer(const Array& other) const { return buffer_ == other.buffer_; }

 private:
  Shape shape_{0, 0, 0, 0};
  std::shared_ptr<const Buffer<T>> buffer_;
};

using Tensor = Array<float>;
/// Winners: y*W + x in the input plane, -1 where a window has none.
using Indices = Array<std::int64_t>;

/// Where a framework keeps the channel axis. `unspecified`: the array has no order of its own (an
/// image, a typed grid) or the layer leaves it out; then channels come first.
enum class DataFormat { unspecified, channels_first, channels_last };

/// How the user's array (1 to 4 axes) maps to the four axes of a Shape: rank 4 is NCHW, 3 CHW, 2 HW
/// (channels_last: NHWC, HWC, HW). With one spatial axis 4 stands for NCL and 3 for CL (NLC, LC),
/// and H is 1; without any (a global pool that dropped them) 4 stands for (N,C), 3 for (C), 2 for
/// (1).
struct ArrayForm {
  int rank = 4;
  DataFormat format = DataFormat::unspecified;
  int spatial = 2;  ///< Axes that a pool slides along.

  bool operator==(const ArrayForm&) const = default;
};

/// The axes of the user's array, in its own order.
std::vector<std::int64_t> array_axes(const Shape& shape, const ArrayForm& form);

/// The Shape of a user's array of 2 to 4 axes. Errors: another number of axes, or a size that
/// checked_shape refuses.
Result<Shape> shape_of_axes(std::span<const std::int64_t> axes, DataFormat format,
                            std::string_view what);

/// The values of `tensor` in the order of the user's array (a copy only for channels_last), and
/// back.
template <class T>
Result<Array<T>> to_array_order(const Array<T>& tensor, const ArrayForm& form);
template <class T>
Result<Array<T>> from_array_order(const Array<T>& stored, const Shape& shape,
                                  const ArrayForm& form);

/// `1x3x384x512`; with the sign × when `separator` is given.
std::string axes_text(std::span<const std::int64_t> axes, std::string_view separator = "x");

}  // namespace poolscope
