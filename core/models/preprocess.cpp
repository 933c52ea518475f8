#include "core/models/preprocess.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// The cells that one resized cell reads along an axis, and how much each counts.
struct Taps {
  std::int64_t begin = 0;
  std::vector<double> weights;
};

std::vector<Taps> axis_taps(std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  std::vector<Taps> all(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    Taps& taps = all[static_cast<std::size_t>(i)];
    taps.begin = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - support + 0.5));
    const std::int64_t end = std::min(from, static_cast<std::int64_t>(center + support + 0.5));
    double sum = 0.0;
    for (std::int64_t at = taps.begin; at < end; ++at) {
      const double away = std::abs(static_cast<double>(at) + 0.5 - center) / support;
      taps.weights.push_back(std::max(0.0, 1.0 - away));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight /= sum;
  }
  return all;
}

/// Calls `put(plane, y, x, value)` for each cell of a tensor of that shape.
template <class Value>
Result<Tensor> filled(const Shape& shape, Value value) {
  auto buffer = Buffer<float>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  float* to = buffer->data();
  for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
    for (std::int64_t y = 0; y < shape.h; ++y) {
      for (std::int64_t x = 0; x < shape.w; ++x) *to++ = value(plane, y, x);
    }
  }
  return Tensor(shape, std::move(*buffer));
}

/// Three channels, or one; alpha is left out.
Result<Tensor> with_colours(const Tensor& tensor, bool grey) {
  Shape shape = tensor.shape();
  const bool has_colours = shape.c >= 3;
  shape.c = grey ? 1 : 3;
  const std::int64_t plane_size = shape.plane_size();
  return filled(shape, [&](std::int64_t plane, std::int64_t y, std::int64_t x) {
    const std::int64_t sample = plane / shape.c, channel = plane % shape.c;
    const std::int64_t at = y * shape.w + x;
    const float* cell = tensor.data() + sample * tensor.shape().c * plane_size + at;
    if (!has_colours) return *cell;
    if (!grey) return cell[channel * plane_size];
    return 0.299F * cell[0] + 0.587F * cell[plane_size] + 0.114F * cell[2 * plane_size];
  });
}

Result<Tensor> with_shorter_side(const Tensor& tensor, std::int64_t side) {
  const Shape& shape = tensor.shape();
  const bool wide = shape.w >= shape.h;
  const std::int64_t longer = side * (wide ? shape.w : shape.h) / (wide ? shape.h : shape.w);
  return wide ? resized(tensor, side, longer) : resized(tensor, longer, side);
}

Result<Tensor> center_crop(const Tensor& tensor, std::int64_t side) {
  Shape shape = tensor.shape();
  // Half a cell goes to the even side, as Python rounds.
  const auto begin = [&](std::int64_t size) {
    return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(size - side) / 2.0));
  };
  const std::int64_t top = begin(shape.h), left = begin(shape.w);
  const Shape from = shape;
  shape.h = shape.w = side;
  return filled(shape, [&](std::int64_t plane, std::int64_t y, std::int64_t x) {
    const std::int64_t row = y + top, col = x + left;
    const bool inside = row >= 0 && row < from.h && col >= 0 && col < from.w;
    return inside ? tensor.data()[(plane * from.h + row) * from.w + col] : 0.0F;
  });
}

Result<void> check(const LoadedArray& array, const Preprocessing& how) {
  const std::size_t channels = how.grey ? 1 : 3;
  for (const auto& [name, numbers] : {std::pair{"mean", &how.mean}, {"std", &how.std}}) {
    if (numbers->size() != 1 && numbers->size() != channels) {
      return failure(fmt::format("{} has {} numbers; {} right", name, numbers->size(),
                                 channels == 1 ? "1 is" : "1 or 3 are"));
    }
  }
  if (std::ranges::count(how.std, 0.0) > 0) return failure("std is 0; values are divided by it");
  if (array.tensor.empty()) return failure(fmt::format("{} has no cells", array.name));
  return {};
}

Result<Tensor> normalised(const Tensor& picture, const Preprocessing& how, float white) {
  const auto of = [&](const std::vector<double>& numbers, std::int64_t channel) {
    return static_cast<float>(numbers[numbers.size() == 1 ? 0 : static_cast<std::size_t>(channel)]);
  };
  const Shape& shape = picture.shape();
  return filled(shape, [&](std::int64_t plane, std::int64_t y, std::int64_t x) {
    const float value = picture.data()[(plane * shape.h + y) * shape.w + x];
    const std::int64_t channel = plane % shape.c;
    return ((how.unit ? value / white : value) - of(how.mean, channel)) / of(how.std, channel);
  });
}

/// The array with its channels first.
Result<void> take_array(const LoadedArray& array, DataFormat data_format, ModelInput& input) {
  const ArrayForm &form = array.form, first{form.rank, DataFormat::channels_first, 2};
  const std::vector<std::int64_t> axes = array_axes(array.tensor.shape(), form);
  input.axes = axes;
  input.values = array.tensor;
  if (form.rank >= 3)
    input.data_format = data_format == DataFormat::unspecified ? likely_format(axes) : data_format;
  if (input.data_format == DataFormat::channels_last) {
    const auto shape = shape_of_axes(axes, input.data_format, array.name);
    if (!shape) return tl::unexpected(shape.error());
    auto values = from_array_order(array.tensor, *shape, {form.rank, input.data_format, 2});
    if (!values) return tl::unexpected(values.error());
    input.values = std::move(*values);
    input.axes = array_axes(*shape, first);
  }
  input.picture = input.values;
  return {};
}

}  // namespace

const std::vector<PreprocessingPreset>& preprocessing_presets() {
  static const std::vector<PreprocessingPreset> all{
      {"imagenet", "ImageNet", {}},
      {"unit", "0 to 1", {.mean = {0.0}, .std = {1.0}}},
      {"symmetric", "−1 to 1", {.mean = {0.5}, .std = {0.5}}},
      {"none", "None", {.resize = 0, .crop = 0, .unit = false, .mean = {0.0}, .std = {1.0}}}};
  return all;
}

Result<Tensor> resized(const Tensor& tensor, std::int64_t rows, std::int64_t cols) {
  const Shape& from = tensor.shape();
  if (rows < 1 || cols < 1 || tensor.empty()) {
    return failure(fmt::format("{}x{} cells cannot become {}x{}", from.h, from.w, rows, cols));
  }
  const auto sum = [](const Taps& taps, auto value) {
    double total = 0.0;
    for (std::size_t k = 0; k < taps.weights.size(); ++k) {
      total +=
          taps.weights[k] * static_cast<double>(value(taps.begin + static_cast<std::int64_t>(k)));
    }
    return static_cast<float>(total);
  };
  const auto across = axis_taps(from.w, cols), down = axis_taps(from.h, rows);
  const Shape wide{from.n, from.c, from.h, cols}, whole{from.n, from.c, rows, cols};
  const auto lines = filled(wide, [&](std::int64_t plane, std::int64_t y, std::int64_t x) {
    const float* line = tensor.data() + (plane * from.h + y) * from.w;
    return sum(across[static_cast<std::size_t>(x)], [&](std::int64_t at) { return line[at]; });
  });
  if (!lines) return lines;
  return filled(whole, [&](std::int64_t plane, std::int64_t y, std::int64_t x) {
    const float* column = lines->data() + plane * from.h * cols + x;
    return sum(down[static_cast<std::size_t>(y)],
               [&](std::int64_t at) { return column[at * cols]; });
  });
}

Preprocessing with_grey(Preprocessing how, bool grey) {
  how.grey = grey;
  if (grey && how.mean.size() == 3) how.mean = how.std = {0.5};
  return how;
}

DataFormat likely_format(std::span<const std::int64_t> axes) {
  if (axes.size() < 3) return DataFormat::unspecified;
  const std::int64_t a = axes[axes.size() - 3], b = axes[axes.size() - 2], c = axes.back();
  const bool square_behind = b == c, square_before = a == b && a > 1;
  const bool colours_behind = (c == 1 || c == 3 || c == 4) && a >= 8 && b >= 8;
  const bool last = !square_behind && (square_before || colours_behind);
  return last ? DataFormat::channels_last : DataFormat::channels_first;
}

Result<ModelInput> model_input(const LoadedArray& array, const Preprocessing& how,
                               DataFormat data_format) {
  ModelInput input;
  input.name = array.name;
  input.description = array.description;
  input.member = array.member;
  input.members = array.members;
  if (array.kind != InputKind::image) {
    if (auto taken = take_array(array, data_format, input); !taken)
      return tl::unexpected(taken.error());
    return input;
  }
  if (auto fits = check(array, how); !fits) return tl::unexpected(fits.error());
  input.is_image = true;
  input.white = array.white > 0.0F ? array.white : 1.0F;
  auto picture = with_colours(array.tensor, how.grey);
  if (picture && how.resize > 0) picture = with_shorter_side(*picture, how.resize);
  if (picture && how.crop > 0) picture = center_crop(*picture, how.crop);
  if (!picture) return tl::unexpected(picture.error());
  auto values = normalised(*picture, how, input.white);
  if (!values) return tl::unexpected(values.error());
  input.picture = std::move(*picture);
  input.values = std::move(*values);
  const Shape& shape = input.values.shape();
  input.axes = {shape.n, shape.c, shape.h, shape.w};
  return input;
}

}  // namespace poolscope
