#include "app/grid_actions.h"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

namespace poolscope {
namespace {

constexpr std::array<std::string_view, 7> kPatternNames{
    "Zeros", "Ones", "Ramp", "Checkerboard", "One spike", "Gradient", "Random"};

Result<void> check_grid(const Document& document) {
  if (document.source.is_grid()) return {};
  return failure("only a typed grid can be edited; choose Grid in Source first");
}

/// Replaces the grid's values; the description follows its size.
Result<void> set_grid(Document& document, Shape shape, std::span<const float> values) {
  auto tensor = Tensor::copy_of(shape, values);
  if (!tensor) return tl::unexpected(tensor.error());
  document.source.array.tensor = std::move(*tensor);
  document.source.array.description = fmt::format("{}x{} grid", shape.h, shape.w);
  document.source.path.clear();
  document.source.array.name.clear();
  return {};
}

float pattern_value(FillPattern pattern, const Shape& shape, std::int64_t y, std::int64_t x) {
  switch (pattern) {
    case FillPattern::zeros:
      return 0.0F;
    case FillPattern::ones:
      return 1.0F;
    case FillPattern::ramp:
      return static_cast<float>(y * shape.w + x);
    case FillPattern::checkerboard:
      return static_cast<float>((y + x) % 2);
    case FillPattern::spike:
      return y == shape.h / 2 && x == shape.w / 2 ? 9.0F : 0.0F;
    case FillPattern::gradient:
      return static_cast<float>(y + x);
    case FillPattern::random:
      break;
  }
  return 0.0F;
}

}  // namespace

std::vector<std::string_view> fill_pattern_names() {
  return {kPatternNames.begin(), kPatternNames.end()};
}

Result<void> apply_to_grid(Document& document, const action::SetCell& a) {
  if (auto ok = check_grid(document); !ok) return ok;
  const Tensor& grid = document.source.array.tensor;
  const Shape shape = grid.shape();
  if (a.row < 0 || a.row >= shape.h || a.col < 0 || a.col >= shape.w) {
    return failure(fmt::format("row {}, column {} lies outside the {}x{} grid", a.row, a.col,
                               shape.h, shape.w));
  }
  std::vector<float> values(grid.values().begin(), grid.values().end());
  values[static_cast<std::size_t>(a.row * shape.w + a.col)] = a.value;
  return set_grid(document, shape, values);
}

Result<void> apply_to_grid(Document& document, const action::ResizeGrid& a) {
  if (auto ok = check_grid(document); !ok) return ok;
  for (const std::int64_t axis : {a.rows, a.cols}) {
    if (axis < 1 || axis > kMaxEditableAxis) {
      return failure(fmt::format("a grid of {}x{}; rows and columns go from 1 to {}", a.rows,
                                 a.cols, kMaxEditableAxis));
    }
  }
  const Tensor old = document.source.array.tensor;
  std::vector<float> values(static_cast<std::size_t>(a.rows * a.cols), 0.0F);
  for (std::int64_t y = 0; y < std::min(a.rows, old.shape().h); ++y) {
    for (std::int64_t x = 0; x < std::min(a.cols, old.shape().w); ++x) {
      values[static_cast<std::size_t>(y * a.cols + x)] = old.at(0, 0, y, x);
    }
  }
  document.edit.row = std::min(document.edit.row, a.rows - 1);
  document.edit.col = std::min(document.edit.col, a.cols - 1);
  return set_grid(document, {1, 1, a.rows, a.cols}, values);
}

Result<void> apply_to_grid(Document& document, const action::FillGrid& a) {
  if (auto ok = check_grid(document); !ok) return ok;
  const Shape shape = document.source.array.tensor.shape();
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  std::mt19937 random(a.seed);
  for (std::int64_t y = 0; y < shape.h; ++y) {
    for (std::int64_t x = 0; x < shape.w; ++x) {
      values[static_cast<std::size_t>(y * shape.w + x)] =
          a.pattern == FillPattern::random ? static_cast<float>(random() % 13)
                                           : pattern_value(a.pattern, shape, y, x);
    }
  }
  return set_grid(document, shape, values);
}

Result<void> apply_to_grid(Document& document, const action::SetEditCell& a) {
  if (a.edit.active) {
    if (auto ok = check_grid(document); !ok) return ok;
  }
  const Shape& shape = document.source.array.tensor.shape();
  document.edit = a.edit;
  document.edit.row =
      std::clamp<std::int64_t>(a.edit.row, 0, std::max<std::int64_t>(0, shape.h - 1));
  document.edit.col =
      std::clamp<std::int64_t>(a.edit.col, 0, std::max<std::int64_t>(0, shape.w - 1));
  return {};
}

}  // namespace poolscope
