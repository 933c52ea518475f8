#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/pooling/lowered_pool.h"
#include "core/torch/axis_taps.h"
#include "core/torch/libtorch.h"

namespace poolscope::libtorch {

/// A plane, a row and a column.
using Place = LoweredPool::Origin;

/// A part of a pool that is computed at once: some planes, and the windows of some of their output
/// rows and columns. The planes are cut to what the windows read.
struct Block {
  at::Tensor planes;             ///< P,H,W, on the engine's device.
  std::vector<AxisWindow> rows;  ///< In coordinates of `planes`.
  std::vector<AxisWindow> cols;
  const LoweredPool* pool = nullptr;  ///< For its reduction; its windows are not read.
  bool winners = false;               ///< Wanted.
  Place origin = {};                  ///< Of cell 0, 0 of plane 0 in the whole input.
  Place output = {};                  ///< Of the block's output in the whole one.

  std::int64_t height() const { return planes.size(1); }
  std::int64_t width() const { return planes.size(2); }
};

/// How many taps the block's windows have, all together, at most.
std::int64_t taps(const Block& block);

/// The block as two, cut in the middle of its planes, else of its output rows, else columns.
/// Nothing for a block of one cell.
std::optional<std::array<Block, 2>> halves(const Block& block);

/// What a block gives, both P,R,C.
struct Reduced {
  at::Tensor values;
  at::Tensor winners =
      {};  ///< y*W + x in the block's planes, -1 for none; undefined unless wanted.
};

/// `indices` into planes `from` cells wide, as indices into planes `to` cells wide whose first cell
/// lies (y, x) before; -1 stays.
at::Tensor rewidth(const at::Tensor& indices, std::int64_t from, std::int64_t to, std::int64_t y,
                   std::int64_t x);

/// Flags as a tensor of their own, on the device of `beside`.
at::Tensor flags(const std::vector<std::uint8_t>& values, const at::Tensor& beside);
/// Numbers likewise.
at::Tensor numbers(const std::vector<std::int64_t>& values, const at::Tensor& beside);

/// What the sums of a mean are divided by, R,C or one number; NaN for 0.
at::Tensor divisors(const Block& block, const at::Tensor& beside);

/// The floating type that sums are taken in: double where the device has it.
at::ScalarType wide_type(const at::Tensor& beside);

/// Sums over the last axis, in an order that does not depend on the number of threads.
at::Tensor sum_last(const at::Tensor& values);

}  // namespace poolscope::libtorch
