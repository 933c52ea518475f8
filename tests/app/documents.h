#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "app/actions.h"
#include "tests/values.h"

namespace poolscope {

/// A typed grid.
inline Source grid_source(std::int64_t height, std::int64_t width, std::vector<float> values) {
  Source source;
  source.array.tensor = *Tensor::copy_of({1, 1, height, width}, values);
  source.array.form = {2, DataFormat::unspecified, 2};
  source.array.kind = InputKind::grid;
  return source;
}

/// A typed grid that counts from 1.
inline Source counting_grid(std::int64_t height, std::int64_t width) {
  std::vector<float> values(static_cast<std::size_t>(height * width));
  std::iota(values.begin(), values.end(), 1.0F);
  return grid_source(height, width, std::move(values));
}

/// A picture as if loaded from picture.png, its values counting from 0.
inline Source picture_source(std::int64_t channels, std::int64_t height, std::int64_t width) {
  std::vector<float> values(static_cast<std::size_t>(channels * height * width));
  std::iota(values.begin(), values.end(), 0.0F);
  Source source;
  source.array.tensor = *Tensor::copy_of({1, channels, height, width}, values);
  source.array.kind = InputKind::image;
  source.array.name = "picture.png";
  source.path = "/pictures/picture.png";
  return source;
}

/// The document after a change that has to be taken.
template <class Change>
Document after(const Document& document, const Change& change) {
  const auto next = apply(document, {change});
  EXPECT_TRUE(next) << next.error().message;
  return next ? *next : document;
}

inline bool same_values(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::ranges::equal(a.values(), b.values(), [](float left, float right) {
           return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right);
         });
}

inline bool same_source(const Source& a, const Source& b) {
  return same_values(a.array.tensor, b.array.tensor) && a.array.form == b.array.form &&
         a.array.kind == b.array.kind && a.array.name == b.array.name &&
         a.array.description == b.array.description && a.array.white == b.array.white &&
         a.array.notes == b.array.notes && a.path == b.path && a.luma == b.luma;
}

/// Equal in all that a user can see or change.
inline bool same_document(const Document& a, const Document& b) {
  return same_source(a.source, b.source) && a.pipeline == b.pipeline &&
         a.selected_layer == b.selected_layer && a.engine == b.engine && a.view == b.view &&
         a.selection == b.selection && a.camera == b.camera && a.edit == b.edit &&
         a.playback == b.playback && a.prediction == b.prediction && a.lens == b.lens &&
         a.workspace == b.workspace && a.model == b.model && a.model_view == b.model_view &&
         a.notes == b.notes && a.pipeline_b == b.pipeline_b;
}

}  // namespace poolscope
