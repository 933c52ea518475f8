#include "core/torch/block.h"

#include <algorithm>
#include <limits>

namespace poolscope::libtorch {
namespace {

template <class T>
at::Tensor copied(const std::vector<T>& values, at::ScalarType type, const at::Tensor& beside) {
  const auto size = static_cast<std::int64_t>(values.size());
  return at::from_blob(const_cast<T*>(values.data()), {size}, type).clone().to(beside.device());
}

std::int64_t count(const std::vector<AxisWindow>& windows) {
  return static_cast<std::int64_t>(windows.size());
}

/// The cells of an axis that its windows read: `length` of them from `begin`, at least one.
struct Span {
  std::int64_t begin, length;
};

Span cells_read(Axis windows, std::int64_t size) {
  std::int64_t low = size - 1, high = 0;
  for (const AxisWindow& window : windows) {
    low = std::min(low, window.begin);
    high = std::max(high, window.last());
  }
  low = std::clamp(low, std::int64_t{0}, size - 1);
  return {low, std::clamp(high, low, size - 1) - low + 1};
}

/// Cuts one axis of the planes to what the windows read.
void crop(std::vector<AxisWindow>& windows, at::Tensor& planes, int axis, std::int64_t& origin) {
  const Span read = cells_read(windows, planes.size(axis));
  for (AxisWindow& window : windows) window.begin -= read.begin;
  planes = planes.narrow(axis, read.begin, read.length);
  origin += read.begin;
}

/// The outputs [begin, end) of one axis.
std::vector<AxisWindow> outputs(const std::vector<AxisWindow>& windows, std::int64_t begin,
                                std::int64_t end) {
  return {windows.begin() + begin, windows.begin() + end};
}

Block planes_of(const Block& block, std::int64_t begin, std::int64_t end) {
  Block part = block;
  part.planes = block.planes.narrow(0, begin, end - begin);
  part.origin.plane += begin;
  part.output.plane += begin;
  return part;
}

Block rows_of(const Block& block, std::int64_t begin, std::int64_t end) {
  Block part = block;
  part.rows = outputs(block.rows, begin, end);
  part.output.row += begin;
  if (block.pool->border != Border::reflect) crop(part.rows, part.planes, 1, part.origin.row);
  return part;
}

Block cols_of(const Block& block, std::int64_t begin, std::int64_t end) {
  Block part = block;
  part.cols = outputs(block.cols, begin, end);
  part.output.col += begin;
  if (block.pool->border != Border::reflect) crop(part.cols, part.planes, 2, part.origin.col);
  return part;
}

/// LibTorch splits a sum of one result among its threads beyond 32768 terms.
constexpr std::int64_t kPart = 4096;

}  // namespace

std::int64_t taps(const Block& block) {
  return block.planes.size(0) * count(block.rows) * count(block.cols) * longest(block.rows) *
         longest(block.cols);
}

std::optional<std::array<Block, 2>> halves(const Block& block) {
  const auto cut = [&](auto part, std::int64_t size) {
    return std::array{part(block, 0, size / 2), part(block, size / 2, size)};
  };
  if (block.planes.size(0) > 1) return cut(planes_of, block.planes.size(0));
  if (count(block.rows) > 1) return cut(rows_of, count(block.rows));
  if (count(block.cols) > 1) return cut(cols_of, count(block.cols));
  return {};
}

at::Tensor rewidth(const at::Tensor& indices, std::int64_t from, std::int64_t to, std::int64_t y,
                   std::int64_t x) {
  if (from == to && y == 0 && x == 0) return indices;
  const at::Tensor rows = indices.div(from, "floor");
  const at::Tensor moved = (rows + y) * to + (indices - rows * from) + x;
  return moved.masked_fill(indices < 0, -1);
}

at::Tensor flags(const std::vector<std::uint8_t>& values, const at::Tensor& beside) {
  return copied(values, at::kByte, beside).to(at::kBool);
}

at::Tensor numbers(const std::vector<std::int64_t>& values, const at::Tensor& beside) {
  return copied(values, at::kLong, beside);
}

at::Tensor divisors(const Block& block, const at::Tensor& beside) {
  if (block.pool->divisor_override)
    return at::full({}, *block.pool->divisor_override, beside.options());
  std::vector<std::int64_t> rows, cols;
  for (const AxisWindow& window : block.rows) rows.push_back(window.divisor);
  for (const AxisWindow& window : block.cols) cols.push_back(window.divisor);
  const at::Tensor whole = numbers(rows, beside).unsqueeze(1) * numbers(cols, beside);
  return whole.to(beside.scalar_type())
      .masked_fill(whole.eq(0), std::numeric_limits<double>::quiet_NaN());
}

at::ScalarType wide_type(const at::Tensor& beside) {
  return beside.device().is_mps() ? at::kFloat : at::kDouble;
}

at::Tensor sum_last(const at::Tensor& values) {
  const std::int64_t terms = values.size(-1);
  if (terms <= kPart) return values.contiguous().sum(-1);
  const std::int64_t missing = (kPart - terms % kPart) % kPart;
  const at::Tensor parts = at::constant_pad_nd(values, {0, missing}, 0.0);
  return parts.unflatten(-1, {-1, kPart}).sum(-1).sum(-1);
}

}  // namespace poolscope::libtorch
