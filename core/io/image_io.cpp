#include "core/io/image_io.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

#include "core/io/file.h"

namespace poolscope {
namespace {

struct FreeImage {
  void operator()(void* pixels) const { stbi_image_free(pixels); }
};

struct Decoded {
  std::unique_ptr<void, FreeImage> pixels;  ///< Channels interleaved, rows from the top.
  int width = 0, height = 0, channels = 0;
};

/// Asks for 3 channels where the layout has 3, because a PSD always decodes to 4; for all
/// otherwise.
Decoded decode(Bytes bytes, const ImageLayout& layout) {
  const int ask = layout.channels == 3 ? 3 : 0;
  const auto size = static_cast<int>(bytes.size());
  Decoded d;
  switch (layout.sample) {
    case SampleType::u8:
      d.pixels.reset(
          stbi_load_from_memory(bytes.data(), size, &d.width, &d.height, &d.channels, ask));
      break;
    case SampleType::u16:
      d.pixels.reset(
          stbi_load_16_from_memory(bytes.data(), size, &d.width, &d.height, &d.channels, ask));
      break;
    case SampleType::f32:
      d.pixels.reset(
          stbi_loadf_from_memory(bytes.data(), size, &d.width, &d.height, &d.channels, ask));
      break;
  }
  if (ask != 0) d.channels = ask;
  return d;
}

template <class T>
void split_channels(const Decoded& decoded, Buffer<float>& planes) {
  const T* from = static_cast<const T*>(decoded.pixels.get());
  const std::int64_t pixels = std::int64_t{decoded.width} * decoded.height;
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < decoded.channels; ++c) planes[c * pixels + i] = static_cast<float>(*from++);
  }
}

Result<Tensor> tensor_of(const Decoded& decoded, SampleType sample) {
  const Shape shape{1, decoded.channels, decoded.height, decoded.width};
  auto planes = Buffer<float>::allocate(shape.elements());
  if (!planes) return tl::unexpected(planes.error());
  switch (sample) {
    case SampleType::u8:
      split_channels<std::uint8_t>(decoded, *planes);
      break;
    case SampleType::u16:
      split_channels<std::uint16_t>(decoded, *planes);
      break;
    case SampleType::f32:
      split_channels<float>(decoded, *planes);
      break;
  }
  return Tensor(shape, std::move(*planes));
}

std::string description_of(const Decoded& decoded, SampleType sample) {
  constexpr const char* colours[] = {"grey", "grey+alpha", "RGB", "RGBA"};
  constexpr const char* samples[] = {"8", "16", " float"};
  return fmt::format("{}x{}, {}{}", decoded.width, decoded.height, colours[decoded.channels - 1],
                     samples[static_cast<int>(sample)]);
}

/// Where values lie, for scaling them to 8 bits; doubles, because a range may exceed float's.
struct Scale {
  double low = 0.0, factor = 0.0;

  std::uint8_t operator()(float value) const {
    if (std::isnan(value)) return 0;
    if (std::isinf(value)) return value > 0 ? 255 : 0;
    return static_cast<std::uint8_t>((static_cast<double>(value) - low) * factor + 0.5);
  }
};

Scale scale_of(std::span<const float> values) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, static_cast<double>(value));
    high = std::max(high, static_cast<double>(value));
  }
  return high > low ? Scale{low, 255.0 / (high - low)} : Scale{std::isfinite(low) ? low : 0.0, 0.0};
}

void append(void* context, void* data, int size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  auto& file = *static_cast<std::vector<std::uint8_t>*>(context);
  file.insert(file.end(), bytes, bytes + size);
}

}  // namespace

Result<LoadedArray> read_image(const std::filesystem::path& path) {
  auto array = read_input(path);
  if (array && array->kind != InputKind::image) {
    return failure(fmt::format("{}: not an image", path.string()));
  }
  return array;
}

Result<LoadedArray> decode_image(Bytes bytes, const ImageLayout& layout) {
  if (bytes.size() > std::size_t{1} << 30) return failure("image files above 1 GiB are not read");
  const Decoded decoded = decode(bytes, layout);
  if (!decoded.pixels) {
    return failure(fmt::format("damaged: it cannot be decoded ({})", stbi_failure_reason()));
  }
  auto tensor = tensor_of(decoded, layout.sample);
  if (!tensor) return tl::unexpected(tensor.error());
  LoadedArray array;
  array.tensor = std::move(*tensor);
  array.kind = InputKind::image;
  array.description = description_of(decoded, layout.sample);
  array.white = layout.sample == SampleType::u8    ? 255.0F
                : layout.sample == SampleType::u16 ? 65535.0F
                                                   : 0.0F;
  if (!layout.note.empty()) array.notes.push_back(layout.note);
  return array;
}

Result<void> write_png(const std::filesystem::path& path, std::span<const std::uint8_t> pixels,
                       std::int64_t width, std::int64_t height, int channels) {
  POOLSCOPE_CHECK(channels >= 1 && channels <= 4);
  POOLSCOPE_CHECK(static_cast<std::int64_t>(pixels.size()) == width * height * channels);
  constexpr std::int64_t most_bytes = std::int64_t{1} << 30;
  if (width < 1 || height < 1 || width * channels + 1 > most_bytes / height) {
    return failure(fmt::format("{}: a PNG of {}x{} pixels cannot be written; 1x1 to 1 GiB can",
                               path.string(), width, height));
  }
  std::vector<std::uint8_t> file;
  const int written =
      stbi_write_png_to_func(append, &file, static_cast<int>(width), static_cast<int>(height),
                             channels, pixels.data(), static_cast<int>(width * channels));
  if (written == 0) return failure(fmt::format("{}: no memory for the PNG", path.string()));
  return write_file(path, file);
}

Result<void> write_png(const std::filesystem::path& path, const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.n != 1 || (shape.c != 1 && shape.c != 3) || tensor.empty()) {
    const std::array axes{shape.n, shape.c, shape.h, shape.w};
    return failure(
        fmt::format("{}: an array of {} cannot be a PNG; 1x1xHxW (grey) and 1x3xHxW "
                    "(RGB) can, .npy holds any",
                    path.string(), axes_text(axes)));
  }
  const Scale scale = scale_of(tensor.values());
  std::vector<std::uint8_t> pixels(tensor.values().size());
  const std::int64_t plane = shape.plane_size();
  for (std::int64_t i = 0; i < plane; ++i) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      pixels[static_cast<std::size_t>(i * shape.c + c)] = scale(tensor.data()[c * plane + i]);
    }
  }
  return write_png(path, pixels, shape.w, shape.h, static_cast<int>(shape.c));
}

}  // namespace poolscope
