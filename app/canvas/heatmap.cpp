#include "app/canvas/heatmap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <utility>

#include "app/canvas/frame_pixels.h"
#include "core/gpu/shader_library.h"

namespace poolscope {
namespace {

constexpr float kGapFrom = 8.0F;  ///< Pixels a cell, from which gaps are drawn.
constexpr GLuint kBlockBinding = 0;
constexpr GLint kValuesUnit = 0;
constexpr GLint kMapsUnit = 1;

/// The uniform block of heatmap.frag (std140).
struct Block {
  std::array<float, 2> origin, first_texel, texel_px, plane_min, plane_max, range;
  float frame_height = 0.0F, gap_px = 0.0F;
  GLint map_row = 0, layers = 0, smoothed = 0, marks = 0;
  std::array<float, 2> padding{};
  std::array<float, 4> gap_color, blank_color, mark_color;
};
static_assert(sizeof(Block) == 128);

std::array<float, 2> pair(double x, double y) {
  return {static_cast<float>(x), static_cast<float>(y)};
}

Texture map_texture(const ColorMaps& maps) {
  Texture texture = Texture::create();
  glBindTexture(GL_TEXTURE_2D, texture.get());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, ColorMaps::kEntries, kColorMaps.size(), 0, GL_RGB,
               GL_UNSIGNED_BYTE, maps.pixels().data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, 0);
  return texture;
}

void connect_inputs(GLuint program) {
  glUniformBlockBinding(program, glGetUniformBlockIndex(program, "Heatmap"), kBlockBinding);
  glUseProgram(program);
  glUniform1i(glGetUniformLocation(program, "values"), kValuesUnit);
  glUniform1i(glGetUniformLocation(program, "maps"), kMapsUnit);
  glUseProgram(0);
}

}  // namespace

/// One draw(): all that its callback needs.
struct HeatmapRenderer::Call {
  const State* state;
  GLuint texture;
  ImVec2 min, max;
  CellRect visible;
  HeatmapStyle style;
  bool composite;
  int level, layers;
  TexelRect crop;
  std::int64_t rows, cols;

  Block block(const Frame& frame) const;
};

struct HeatmapRenderer::State {
  ColorMaps maps;
  Program program;
  VertexArray no_attributes = VertexArray::create();
  GlBuffer block = GlBuffer::create();
  Texture map_texture;
  std::deque<Call> calls;

  State(ColorMaps color_maps, Program linked)
      : maps(std::move(color_maps)),
        program(std::move(linked)),
        map_texture(poolscope::map_texture(maps)) {}
};

Block HeatmapRenderer::Call::block(const Frame& frame) const {
  const double step = static_cast<double>(std::int64_t{1} << level);
  const ImVec2 from = frame.pixels(min.x, min.y);
  const ImVec2 to = frame.pixels(max.x, max.y);
  Block block;
  block.origin = {from.x, from.y};
  block.first_texel = pair(visible.x0 / step - static_cast<double>(crop.x),
                           visible.y0 / step - static_cast<double>(crop.y));
  block.texel_px =
      pair((to.x - from.x) / visible.width() * step, (to.y - from.y) / visible.height() * step);
  block.plane_min = pair(static_cast<double>(-crop.x), static_cast<double>(-crop.y));
  block.plane_max = pair(static_cast<double>(cols) / step - static_cast<double>(crop.x),
                         static_cast<double>(rows) / step - static_cast<double>(crop.y));
  block.range = {style.range.low, style.range.high};
  block.frame_height = static_cast<float>(frame.height);
  const float cell_px = std::min(block.texel_px[0], block.texel_px[1]);
  if (style.gap > 0.0F && level == 0 && cell_px >= kGapFrom) {
    block.gap_px = std::max(1.0F, std::round(style.gap * frame.scale.x));
  }
  block.map_row = composite ? -1 : static_cast<GLint>(style.map);
  block.layers = layers;
  block.smoothed = level > 0 || cell_px < 1.0F;
  block.marks = style.marks;
  block.gap_color = shader_color(style.gap_color);
  block.blank_color = shader_color(style.blank);
  block.mark_color = shader_color(style.mark);
  return block;
}

HeatmapRenderer::HeatmapRenderer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HeatmapRenderer::HeatmapRenderer(HeatmapRenderer&&) noexcept = default;
HeatmapRenderer& HeatmapRenderer::operator=(HeatmapRenderer&&) noexcept = default;
HeatmapRenderer::~HeatmapRenderer() = default;

Result<HeatmapRenderer> HeatmapRenderer::create() {
  auto maps = ColorMaps::load();
  if (!maps) return tl::unexpected(maps.error());
  const auto library = ShaderLibrary::open();
  if (!library) return tl::unexpected(library.error());
  auto program = library->program({"heatmap.vert", "heatmap.frag"});
  if (!program) return tl::unexpected(program.error());
  connect_inputs(program->get());
  return HeatmapRenderer(std::make_unique<State>(std::move(*maps), std::move(*program)));
}

const ColorMaps& HeatmapRenderer::maps() const { return state_->maps; }

GLuint HeatmapRenderer::map_texture() const { return state_->map_texture.get(); }

void HeatmapRenderer::begin_frame() { state_->calls.clear(); }

void HeatmapRenderer::draw(ImDrawList& list, const HeatmapTexture& texture, ImVec2 min, ImVec2 max,
                           const CellRect& visible, const HeatmapStyle& style) {
  const bool area = max.x > min.x && max.y > min.y && visible.width() > 0 && visible.height() > 0;
  if (texture.empty() || !area) return;
  state_->calls.push_back({state_.get(), texture.texture_.get(), min, max, visible, style,
                           texture.planes_.composite, texture.level_, texture.layers_,
                           texture.rect_, texture.rows_, texture.cols_});
  list.AddCallback(run, &state_->calls.back());
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void HeatmapRenderer::run(const ImDrawList*, const ImDrawCmd* command) {
  const Call& call = *static_cast<const Call*>(command->UserCallbackData);
  const Frame frame(*ImGui::GetDrawData());
  const Block block = call.block(frame);
  const PixelBox box = drawn_box(frame, frame.pixels(call.min.x, call.min.y),
                                 frame.pixels(call.max.x, call.max.y), command->ClipRect);
  if (box.x0 >= box.x1 || box.y0 >= box.y1) return;

  const State& state = *call.state;
  glScissor(box.x0, frame.height - box.y1, box.x1 - box.x0, box.y1 - box.y0);
  glUseProgram(state.program.get());
  glBindVertexArray(state.no_attributes.get());
  glBindBuffer(GL_UNIFORM_BUFFER, state.block.get());
  glBufferData(GL_UNIFORM_BUFFER, sizeof block, &block, GL_STREAM_DRAW);
  glBindBufferBase(GL_UNIFORM_BUFFER, kBlockBinding, state.block.get());
  glActiveTexture(GL_TEXTURE0 + kMapsUnit);
  glBindTexture(GL_TEXTURE_2D, state.map_texture.get());
  glActiveTexture(GL_TEXTURE0 + kValuesUnit);
  glBindTexture(GL_TEXTURE_2D_ARRAY, call.texture);
  glDrawArrays(GL_TRIANGLES, 0, 3);
}

void HeatmapRenderer::draw_color_bar(ImDrawList& list, ImVec2 min, ImVec2 max, ColorMap map) const {
  constexpr float half_texel = 0.5F / ColorMaps::kEntries;
  const float v = (static_cast<float>(map) + 0.5F) / static_cast<float>(kColorMaps.size());
  // NOLINTNEXTLINE: the type is a pointer or an integer, as ImGui's version has it.
  const auto texture = (ImTextureID)(std::intptr_t)state_->map_texture.get();
  list.AddImage(texture, min, max, ImVec2(half_texel, v), ImVec2(1.0F - half_texel, v));
}

}  // namespace poolscope
