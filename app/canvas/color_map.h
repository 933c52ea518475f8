#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace poolscope {

/// An 8-bit sRGB colour.
struct Color {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;

  /// As Dear ImGui packs it (IM_COL32).
  std::uint32_t packed() const {
    return static_cast<std::uint32_t>(r) | static_cast<std::uint32_t>(g) << 8 |
           static_cast<std::uint32_t>(b) << 16 | static_cast<std::uint32_t>(a) << 24;
  }
  bool operator==(const Color&) const = default;
};

/// WCAG 2 contrast of two opaque colours, 1 to 21.
double contrast(Color a, Color b);

/// #000000 or #FFFFFF, whichever reads better on `background`: never under 4.58:1.
Color text_color_on(Color background);

/// The colour maps, in the order of the rows of assets/colormaps.png.
enum class ColorMap { viridis, magma, cividis, grey, diverging };
inline constexpr std::array kColorMaps{ColorMap::viridis, ColorMap::magma, ColorMap::cividis,
                                       ColorMap::grey, ColorMap::diverging};

/// `viridis`, `magma`, ...: as sessions write it.
std::string_view color_map_name(ColorMap map);
/// `Viridis`, ...: for people.
std::string_view color_map_title(ColorMap map);
/// The map of that name. Errors: there is none; the message lists those there are.
Result<ColorMap> color_map_named(std::string_view name);

/// The values at the two ends of a colour map.
struct ValueRange {
  float low = 0.0F, high = 1.0F;

  bool operator==(const ValueRange&) const = default;
};

/// The range that `map` spans for data from low to high: a diverging map's is symmetric around 0.
ValueRange display_range(ColorMap map, ValueRange data);

/// Where `value` lies in the range, 0 to 1, clamped; the middle of an empty range is 0.5. NaN gives
/// 0.
float position_in(ValueRange range, float value);

/// The colours of all maps, 256 a map; read once, then shared by the CPU and the shaders.
class ColorMaps {
 public:
  static constexpr int kEntries = 256;

  /// Reads assets/colormaps.png. Errors: missing, unreadable, or not 256x5 RGB.
  static Result<ColorMaps> load();

  /// The colour at t (clamped to 0..1; NaN is 0), between two entries where t falls between.
  Color color_of(ColorMap map, float t) const;
  /// 256 x 5 pixels, RGB8, a row a map.
  std::span<const std::uint8_t> pixels() const { return pixels_; }

 private:
  explicit ColorMaps(std::vector<std::uint8_t> pixels) : pixels_(std::move(pixels)) {}

  std::vector<std::uint8_t> pixels_;
};

}  // namespace poolscope
