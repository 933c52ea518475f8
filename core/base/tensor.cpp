#include "core/base/tensor.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// How many elements the axes have together, an empty one left out: a double cannot overflow, and
/// is exact as far as the limit.
double product_of(std::span<const std::int64_t> axes) {
  double product = 1.0;
  for (const std::int64_t axis : axes) product *= axis == 0 ? 1.0 : static_cast<double>(axis);
  return product;
}

bool channels_move(const ArrayForm& form) {
  return form.format == DataFormat::channels_last && form.rank >= 3 && form.spatial > 0;
}

}  // namespace

Result<Shape> checked_shape(Shape shape, std::string_view what) {
  const std::array axes{shape.n, shape.c, shape.h, shape.w};
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis > kMaxAxis) {
      return failure(fmt::format("{}: an axis of {} in {}; at most {}", what, axis, axes_text(axes),
                                 kMaxAxis));
    }
  }
  if (product_of(axes) > static_cast<double>(kMaxElements)) {
    return failure(fmt::format("{}: {} is {:.1f} GiB of float32; at most {} GiB", what,
                               axes_text(axes), 4.0 * product_of(axes) / (1 << 30),
                               kMaxElements * 4 >> 30));
  }
  return shape;
}

template <class T>
Result<Buffer<T>> Buffer<T>::allocate(std::int64_t count) {
  POOLSCOPE_CHECK(count >= 0);
  const bool possible = count <= kMaxElements;
  const MemoryBlock block =
      possible ? take_memory(static_cast<std::size_t>(count) * sizeof(T)) : MemoryBlock{};
  if (!block.data) {
    return failure(fmt::format("out of memory: {:.1f} MiB asked for",
                               static_cast<double>(count) * sizeof(T) / (1 << 20)));
  }
  Buffer buffer;
  buffer.data_ = {static_cast<T*>(block.data), Free{block.bytes, block.sentinel}};
  buffer.size_ = count;
  return buffer;
}

template <class T>
Result<Array<T>> Array<T>::copy_of(Shape shape, std::span<const T> values) {
  POOLSCOPE_CHECK(shape.elements() == static_cast<std::int64_t>(values.size()));
  auto buffer = Buffer<T>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  std::copy(values.begin(), values.end(), buffer->data());
  return Array(shape, std::move(*buffer));
}

std::vector<std::int64_t> array_axes(const Shape& shape, const ArrayForm& form) {
  std::vector<std::int64_t> axes;
  if (form.rank == 4) axes.push_back(shape.n);
  if (form.spatial == 0) {
    axes.push_back(shape.c);
    return axes;
  }
  const bool last = form.format == DataFormat::channels_last;
  if (form.rank >= 3 && !last) axes.push_back(shape.c);
  if (form.spatial == 2) axes.push_back(shape.h);
  axes.push_back(shape.w);
  if (form.rank >= 3 && last) axes.push_back(shape.c);
  return axes;
}

Result<Shape> shape_of_axes(std::span<const std::int64_t> axes, DataFormat format,
                            std::string_view what) {
  if (axes.size() < 2 || axes.size() > 4) {
    return failure(fmt::format("{}: {} axes ({}); 2 (HxW), 3 (CxHxW) or 4 (NxCxHxW) are read", what,
                               axes.size(), axes_text(axes)));
  }
  Shape shape;
  if (axes.size() == 4) {
    shape.n = axes[0];
    axes = axes.subspan(1);
  }
  if (axes.size() == 3) {
    const bool last = format == DataFormat::channels_last;
    shape.c = axes[last ? 2 : 0];
    axes = axes.subspan(last ? 0 : 1);
  }
  shape.h = axes[0];
  shape.w = axes[1];
  return checked_shape(shape, what);
}

namespace {

/// Copies `planes` groups of rows x cols into cols x rows.
template <class T>
Result<Array<T>> transposed(const Array<T>& from, const Shape& shape, std::int64_t rows,
                            std::int64_t cols) {
  auto buffer = Buffer<T>::allocate(from.shape().elements());
  if (!buffer) return tl::unexpected(buffer.error());
  const std::int64_t group = rows * cols;
  for (std::int64_t start = 0; start < from.shape().elements(); start += group) {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < cols; ++c) {
        (*buffer)[start + c * rows + r] = from.data()[start + r * cols + c];
      }
    }
  }
  return Array<T>(shape, std::move(*buffer));
}

}  // namespace

template <class T>
Result<Array<T>> to_array_order(const Array<T>& tensor, const ArrayForm& form) {
  if (!channels_move(form)) return tensor;
  const Shape& s = tensor.shape();
  return transposed(tensor, s, s.c, s.h * s.w);
}

template <class T>
Result<Array<T>> from_array_order(const Array<T>& stored, const Shape& shape,
                                  const ArrayForm& form) {
  POOLSCOPE_CHECK(stored.shape().elements() == shape.elements());
  return transposed(stored, shape, channels_move(form) ? shape.h * shape.w : 1,
                    channels_move(form) ? shape.c : shape.c * shape.h * shape.w);
}

std::string axes_text(std::span<const std::int64_t> axes, std::string_view separator) {
  return fmt::format("{}", fmt::join(axes, separator));
}

template class Buffer<float>;
template class Buffer<double>;
template class Buffer<std::int64_t>;
template class Array<float>;
template class Array<std::int64_t>;
template Result<Tensor> to_array_order(const Tensor&, const ArrayForm&);
template Result<Indices> to_array_order(const Indices&, const ArrayForm&);
template Result<Tensor> from_array_order(const Tensor&, const Shape&, const ArrayForm&);
template Result<Indices> from_array_order(const Indices&, const Shape&, const ArrayForm&);

}  // namespace poolscope
