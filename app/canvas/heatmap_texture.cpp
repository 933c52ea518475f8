#include <algorithm>
#include <cmath>
#include <cstdint>

#include "app/canvas/heatmap.h"

namespace poolscope {
namespace {

constexpr std::int64_t kBlock = 64;  ///< Crops start and end at multiples, so that small moves fit.
constexpr std::int64_t kMargin = 1;  ///< Texels beside the visible ones, for smoothing.

struct Span {
  std::int64_t begin, end;
};

/// The texels of [from, to) cells at a level of `size` texels, with room around.
Span texel_span(double from, double to, int level, std::int64_t size, std::int64_t room) {
  const double step = static_cast<double>(std::int64_t{1} << level);
  const double last = static_cast<double>(size);
  const auto first = static_cast<std::int64_t>(std::floor(std::clamp(from / step, 0.0, last)));
  const auto end = static_cast<std::int64_t>(std::ceil(std::clamp(to / step, 0.0, last)));
  if (first >= end) return {0, 0};
  return {std::max<std::int64_t>(0, (first - kMargin) / room * room),
          std::min(size, (end + kMargin + room - 1) / room * room)};
}

TexelRect texel_rect(const Picture& picture, const CellRect& visible, int level,
                     std::int64_t room) {
  const Span x = texel_span(visible.x0, visible.x1, level, picture.cols(level), room);
  const Span y = texel_span(visible.y0, visible.y1, level, picture.rows(level), room);
  if (x.begin == x.end || y.begin == y.end) return {};
  return {x.begin, y.begin, x.end - x.begin, y.end - y.begin};
}

/// The level whose texels come closest to one pixel; an axis of one cell has no say.
int fitting_level(const Picture& picture, const CellRect& visible, ImVec2 screen_px) {
  double cell_px = 1.0;
  if (picture.shape().w > 1) cell_px = std::min(cell_px, screen_px.x / visible.width());
  if (picture.shape().h > 1) cell_px = std::min(cell_px, screen_px.y / visible.height());
  const double level = std::round(-std::log2(cell_px));
  return static_cast<int>(std::clamp(level, 0.0, static_cast<double>(picture.levels() - 1)));
}

std::int64_t texture_limit() {
  static const GLint limit = [] {
    GLint size = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &size);
    return size;
  }();
  return limit;
}

}  // namespace

void HeatmapTexture::update(const std::shared_ptr<const Picture>& picture,
                            const PlaneChoice& planes, const CellRect& visible, ImVec2 screen_px) {
  const bool area = visible.width() > 0 && visible.height() > 0 && screen_px.x > 0 &&
                    screen_px.y > 0 && !picture->tensor().empty();
  int level = area ? fitting_level(*picture, visible, screen_px) : 0;
  TexelRect needed = area ? texel_rect(*picture, visible, level, 1) : TexelRect{};
  while (std::max(needed.width, needed.height) > texture_limit() - 2 * kBlock &&
         level + 1 < picture->levels()) {
    needed = texel_rect(*picture, visible, ++level, 1);
  }
  const bool same = source_.lock() == picture && planes_ == planes && level_ == level;
  if (needed.width == 0 || (same && rect_.contains(needed))) {
    if (needed.width == 0) rect_ = {};
    return;
  }
  source_ = picture;
  planes_ = planes;
  level_ = level;
  rect_ = texel_rect(*picture, visible, level, kBlock);
  upload(*picture);
}

void HeatmapTexture::upload(const Picture& picture) {
  const Shape& shape = picture.shape();
  rows_ = shape.h;
  cols_ = shape.w;
  layers_ = planes_.composite && shape.c >= 3 ? 3 : 1;
  const std::int64_t first = shape.c * planes_.sample + (planes_.composite ? 0 : planes_.channel);
  const std::int64_t size = rect_.width * rect_.height;
  staging_.resize(static_cast<std::size_t>(size * layers_));
  for (std::int64_t layer = 0; layer < layers_; ++layer) {
    picture.crop(first + layer, level_, rect_,
                 std::span(staging_).subspan(static_cast<std::size_t>(layer * size),
                                             static_cast<std::size_t>(size)));
  }
  if (!texture_) texture_ = Texture::create();
  glBindTexture(GL_TEXTURE_2D_ARRAY, texture_.get());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexImage3D(GL_TEXTURE_2D_ARRAY, 0, GL_R32F, static_cast<GLsizei>(rect_.width),
               static_cast<GLsizei>(rect_.height), layers_, 0, GL_RED, GL_FLOAT, staging_.data());
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glBindTexture(GL_TEXTURE_2D_ARRAY, 0);
  ++uploads_;
}

}  // namespace poolscope
