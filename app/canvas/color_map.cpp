#include "app/canvas/color_map.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/resources.h"
#include "core/io/image_io.h"

namespace poolscope {
namespace {

constexpr std::array<std::string_view, kColorMaps.size()> kNames{"viridis", "magma", "cividis",
                                                                 "grey", "diverging"};
constexpr std::array<std::string_view, kColorMaps.size()> kTitles{"Viridis", "Magma", "Cividis",
                                                                  "Grey", "Diverging"};
constexpr int kChannels = 3;

std::size_t index_of(ColorMap map) { return static_cast<std::size_t>(map); }

/// WCAG 2 relative luminance, 0 to 1.
double luminance(Color color) {
  const auto linear = [](std::uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

}  // namespace

double contrast(Color a, Color b) {
  const double la = luminance(a);
  const double lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Color text_color_on(Color background) {
  constexpr Color black{0, 0, 0, 255};
  constexpr Color white{255, 255, 255, 255};
  return contrast(black, background) >= contrast(white, background) ? black : white;
}

std::string_view color_map_name(ColorMap map) { return kNames[index_of(map)]; }

std::string_view color_map_title(ColorMap map) { return kTitles[index_of(map)]; }

Result<ColorMap> color_map_named(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found != kNames.end()) return kColorMaps[static_cast<std::size_t>(found - kNames.begin())];
  return failure(fmt::format("colour map \"{}\"; there are {}", name, fmt::join(kNames, ", ")));
}

ValueRange display_range(ColorMap map, ValueRange data) {
  if (map != ColorMap::diverging) return data;
  const float reach = std::max(std::abs(data.low), std::abs(data.high));
  return {0.0F - reach, reach};  // Not -0, which would be printed.
}

float position_in(ValueRange range, float value) {
  if (std::isnan(value)) return 0.0F;
  if (!(range.high > range.low)) {
    return value < range.low ? 0.0F : value > range.high ? 1.0F : 0.5F;
  }
  // Halves, so that the distance of the largest floats stays finite.
  const float half_low = range.low * 0.5F;
  const float t = (value * 0.5F - half_low) / (range.high * 0.5F - half_low);
  return std::clamp(t, 0.0F, 1.0F);
}

Result<ColorMaps> ColorMaps::load() {
  const auto path = resource_path("assets/colormaps.png");
  if (!path) return tl::unexpected(path.error());
  const auto image = read_image(*path);
  if (!image) return tl::unexpected(image.error());
  const Tensor& tensor = image->tensor;
  const Shape wanted{1, kChannels, kColorMaps.size(), kEntries};
  if (tensor.shape() != wanted) {
    const Shape& s = tensor.shape();
    return failure(fmt::format("{}: {}x{} pixels of {} channels; {}x{} of 3 would be right",
                               path->string(), s.w, s.h, s.c, wanted.w, wanted.h));
  }
  std::vector<std::uint8_t> pixels;
  for (std::int64_t i = 0; i < wanted.plane_size(); ++i) {
    for (std::int64_t c = 0; c < kChannels; ++c) {
      pixels.push_back(static_cast<std::uint8_t>(tensor.plane(0, c)[static_cast<std::size_t>(i)]));
    }
  }
  return ColorMaps(std::move(pixels));
}

Color ColorMaps::color_of(ColorMap map, float t) const {
  const float at = t > 0.0F ? std::min(t, 1.0F) * (kEntries - 1) : 0.0F;
  const auto entry = static_cast<std::size_t>(at);
  const auto next = std::min<std::size_t>(entry + 1, kEntries - 1);
  const float share = at - static_cast<float>(entry);
  const std::uint8_t* row = pixels_.data() + index_of(map) * kEntries * kChannels;
  const auto channel = [&](std::size_t c) {
    const float from = row[entry * kChannels + c];
    const float to = row[next * kChannels + c];
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
  };
  return {channel(0), channel(1), channel(2), 255};
}

}  // namespace poolscope
