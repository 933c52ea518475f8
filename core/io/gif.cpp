#include "core/io/gif.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>
#include <gif_lib.h>

#include "core/base/check.h"

namespace poolscope {
namespace {

constexpr int kMostSide = 65535;
constexpr std::size_t kMostColors = 256;

/// 0x00RRGGBB.
using Rgb = std::uint32_t;
int channel(Rgb color, int index) { return static_cast<int>(color >> (16 - 8 * index) & 0xff); }

struct Counted {
  Rgb color;
  std::uint32_t pixels;
};

/// Colours that share one entry of the palette.
struct Box {
  std::size_t begin, end;
  int axis = 0, spread = 0;  ///< The channel in which they differ most, and by how much.
  std::uint64_t pixels = 0;

  /// How much is lost by one colour for all, so that flat areas get entries of their own.
  std::uint64_t loss() const { return static_cast<std::uint64_t>(spread) * spread * pixels; }
};

Box box_of(std::span<const Counted> colors, std::size_t begin, std::size_t end) {
  Box box{begin, end};
  for (std::size_t i = begin; i < end; ++i) box.pixels += colors[i].pixels;
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] =
        std::minmax_element(colors.begin() + static_cast<std::ptrdiff_t>(begin),
                            colors.begin() + static_cast<std::ptrdiff_t>(end),
                            [axis](const Counted& a, const Counted& b) {
                              return channel(a.color, axis) < channel(b.color, axis);
                            });
    const int spread = channel(high->color, axis) - channel(low->color, axis);
    if (spread > box.spread) {
      box.axis = axis;
      box.spread = spread;
    }
  }
  return box;
}

/// Where half of the box's pixels lie on either side; both sides keep a colour.
std::size_t cut_of(std::span<Counted> colors, const Box& box) {
  const auto first = colors.begin() + static_cast<std::ptrdiff_t>(box.begin);
  const auto last = colors.begin() + static_cast<std::ptrdiff_t>(box.end);
  std::sort(first, last, [axis = box.axis](const Counted& a, const Counted& b) {
    const int x = channel(a.color, axis), y = channel(b.color, axis);
    return x != y ? x < y : a.color < b.color;
  });
  std::uint64_t all = 0, seen = 0;
  for (auto at = first; at != last; ++at) all += at->pixels;
  std::size_t cut = box.begin;
  while (cut + 1 < box.end && 2 * (seen + colors[cut].pixels) <= all) seen += colors[cut++].pixels;
  return std::clamp(cut, box.begin + 1, box.end - 1);
}

/// The colour that most pixels of a box have: a flat area keeps its own, in this frame and the
/// next.
Rgb main_color(std::span<const Counted> colors) {
  return std::ranges::max_element(colors, {}, &Counted::pixels)->color;
}

struct Palette {
  std::vector<Rgb> colors;
  std::unordered_map<Rgb, std::uint8_t> entry_of;
};

Palette palette_of(std::vector<Counted> colors) {
  std::vector<Box> boxes{box_of(colors, 0, colors.size())};
  while (boxes.size() < kMostColors) {
    const auto worst = std::ranges::max_element(boxes, {}, &Box::loss);
    if (worst->spread == 0) break;
    const Box box = *worst;
    const std::size_t cut = cut_of(colors, box);
    *worst = box_of(colors, box.begin, cut);
    boxes.push_back(box_of(colors, cut, box.end));
  }
  Palette palette;
  for (const Box& box : boxes) {
    const auto inside = std::span(colors).subspan(box.begin, box.end - box.begin);
    for (const Counted& entry : inside)
      palette.entry_of[entry.color] = static_cast<std::uint8_t>(palette.colors.size());
    palette.colors.push_back(main_color(inside));
  }
  return palette;
}

struct Area {
  int left, top, width, height;
};

/// The rectangle that holds all changes; one cell where nothing changed.
Area changed_area(std::span<const Rgb> old, std::span<const Rgb> now, int width, int height) {
  int left = width, right = -1, top = height, bottom = -1;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x);
      if (old[at] == now[at]) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return {0, 0, 1, 1};
  return {left, top, right - left + 1, bottom - top + 1};
}

std::vector<Rgb> cut_out(std::span<const Rgb> colors, int width, const Area& area) {
  std::vector<Rgb> part;
  for (int y = area.top; y < area.top + area.height; ++y) {
    const auto row = colors.begin() + static_cast<std::ptrdiff_t>(y) * width + area.left;
    part.insert(part.end(), row, row + area.width);
  }
  return part;
}

std::vector<Counted> counted(std::span<const Rgb> colors) {
  std::unordered_map<Rgb, std::uint32_t> counts;
  for (const Rgb color : colors) ++counts[color];
  std::vector<Counted> list;
  for (const auto& [color, pixels] : counts) list.push_back({color, pixels});
  std::ranges::sort(list, {}, &Counted::color);
  return list;
}

struct FreeMap {
  void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};
using MapOwner = std::unique_ptr<ColorMapObject, FreeMap>;

/// A palette has a power of two of entries.
MapOwner map_of(const std::vector<Rgb>& colors) {
  std::vector<GifColorType> entries;
  for (const Rgb color : colors) {
    entries.push_back({static_cast<GifByteType>(channel(color, 0)),
                       static_cast<GifByteType>(channel(color, 1)),
                       static_cast<GifByteType>(channel(color, 2))});
  }
  const int size = 1 << std::max(GifBitSize(static_cast<int>(entries.size())), 1);
  entries.resize(static_cast<std::size_t>(size));
  return MapOwner(GifMakeMapObject(size, entries.data()));
}

int append(GifFileType* file, const GifByteType* data, int size) {
  auto& bytes = *static_cast<std::vector<std::uint8_t>*>(file->UserData);
  bytes.insert(bytes.end(), data, data + size);
  return size;
}

tl::unexpected<Error> gif_failure(int code) {
  const char* reason = GifErrorString(code);
  return failure(fmt::format("the GIF cannot be made: {}", reason ? reason : "unknown reason"));
}

bool put_delay(GifFileType* file, int delay) {
  const GraphicsControlBlock control{DISPOSE_DO_NOT, false, delay, NO_TRANSPARENT_COLOR};
  std::array<GifByteType, 4> bytes{};
  EGifGCBToExtension(&control, bytes.data());
  return EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(bytes.size()),
                          bytes.data()) == GIF_OK;
}

/// Source: the application extension of Netscape Navigator 2.0; 0 stands for ever.
bool put_loop(GifFileType* file) {
  constexpr std::string_view name = "NETSCAPE2.0";
  constexpr std::array<GifByteType, 3> forever{1, 0, 0};
  return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
         EGifPutExtensionBlock(file, static_cast<int>(name.size()), name.data()) == GIF_OK &&
         EGifPutExtensionBlock(file, static_cast<int>(forever.size()), forever.data()) == GIF_OK &&
         EGifPutExtensionTrailer(file) == GIF_OK;
}

bool put_image(GifFileType* file, const Area& area, std::span<const Rgb> colors) {
  const Palette palette = palette_of(counted(colors));
  const MapOwner map = map_of(palette.colors);
  if (!map || EGifPutImageDesc(file, area.left, area.top, area.width, area.height, false,
                               map.get()) != GIF_OK)
    return false;
  std::vector<GifByteType> row(static_cast<std::size_t>(area.width));
  for (int y = 0; y < area.height; ++y) {
    const auto from = colors.subspan(static_cast<std::size_t>(y) * row.size(), row.size());
    std::ranges::transform(from, row.begin(),
                           [&](Rgb color) { return palette.entry_of.at(color); });
    if (EGifPutLine(file, row.data(), area.width) != GIF_OK) return false;
  }
  return true;
}

}  // namespace

void GifWriter::Close::operator()(GifFileType* file) const {
  int code = 0;
  EGifCloseFile(file, &code);
}

Result<GifWriter> GifWriter::create(int width, int height) {
  if (std::min(width, height) < 1 || std::max(width, height) > kMostSide) {
    return failure(fmt::format("a GIF of {}x{} pixels cannot be made; 1 to {} a side can", width,
                               height, kMostSide));
  }
  GifWriter writer(width, height);
  writer.bytes_ = std::make_unique<std::vector<std::uint8_t>>();
  int code = 0;
  writer.file_.reset(EGifOpen(writer.bytes_.get(), append, &code));
  if (!writer.file_) return gif_failure(code);
  EGifSetGifVersion(writer.file_.get(), true);
  if (EGifPutScreenDesc(writer.file_.get(), width, height, 8, 0, nullptr) != GIF_OK ||
      !put_loop(writer.file_.get()))
    return gif_failure(writer.file_->Error);
  return writer;
}

Result<void> GifWriter::add(std::span<const std::uint8_t> pixels, int delay) {
  const auto count = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  POOLSCOPE_CHECK(file_ != nullptr && pixels.size() == 4 * count);
  std::vector<Rgb> now(count);
  for (std::size_t i = 0; i < count; ++i)
    now[i] = Rgb{pixels[4 * i]} << 16 | Rgb{pixels[4 * i + 1]} << 8 | pixels[4 * i + 2];
  const Area area =
      shown_.empty() ? Area{0, 0, width_, height_} : changed_area(shown_, now, width_, height_);
  if (!put_delay(file_.get(), delay) || !put_image(file_.get(), area, cut_out(now, width_, area)))
    return gif_failure(file_->Error);
  shown_ = std::move(now);
  return {};
}

Result<std::vector<std::uint8_t>> GifWriter::finish() {
  POOLSCOPE_CHECK(file_ != nullptr);
  int code = 0;
  const bool closed = EGifCloseFile(file_.release(), &code) == GIF_OK;
  if (!closed) return gif_failure(code);
  return std::move(*bytes_);
}

}  // namespace poolscope
