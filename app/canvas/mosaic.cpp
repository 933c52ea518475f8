#include "app/canvas/mosaic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <deque>

#include "app/canvas/frame_pixels.h"
#include "core/gpu/shader_library.h"

namespace poolscope {
namespace {

constexpr GLuint kBlockBinding = 0;
constexpr GLint kValuesUnit = 0, kMapsUnit = 1;

/// The uniform block of mosaic.vert and mosaic.frag (std140).
struct Block {
  std::array<float, 2> frame, tile_px;
  std::array<GLint, 2> map_size;
  GLint across = 1, map_row = 0;
  std::array<float, 4> blank_color, mark_color;
};
static_assert(sizeof(Block) == 64);

/// A tile as the shader reads it.
struct Instance {
  float x, y, channel, low, high;
};

void connect_inputs(GLuint program) {
  glUniformBlockBinding(program, glGetUniformBlockIndex(program, "Mosaic"), kBlockBinding);
  glUseProgram(program);
  glUniform1i(glGetUniformLocation(program, "values"), kValuesUnit);
  glUniform1i(glGetUniformLocation(program, "maps"), kMapsUnit);
  glUseProgram(0);
}

/// The vertex array whose attributes come from `instances`, one of each an instance.
VertexArray instance_attributes(GLuint instances) {
  VertexArray attributes = VertexArray::create();
  glBindVertexArray(attributes.get());
  glBindBuffer(GL_ARRAY_BUFFER, instances);
  const auto attribute = [](GLuint location, GLint size, std::size_t offset) {
    glEnableVertexAttribArray(location);
    glVertexAttribPointer(location, size, GL_FLOAT, GL_FALSE, sizeof(Instance),
                          reinterpret_cast<const void*>(offset));
    glVertexAttribDivisor(location, 1);
  };
  attribute(0, 2, offsetof(Instance, x));
  attribute(1, 1, offsetof(Instance, channel));
  attribute(2, 2, offsetof(Instance, low));
  glBindVertexArray(0);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  return attributes;
}

std::int64_t texture_limit() {
  GLint size = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &size);
  return size;
}

/// Maps beside one another so that the whole is about as high as wide.
std::int64_t maps_across(std::int64_t maps, std::int64_t width, std::int64_t height) {
  const double side = std::sqrt(static_cast<double>(maps * width * height));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(side) / width);
}

}  // namespace

void MosaicTexture::update(const std::shared_ptr<const Picture>& picture, ImVec2 tile_px) {
  if (!picture || picture->tensor().empty()) {
    width_ = 0;
    return;
  }
  const std::int64_t maps = picture->shape().c;
  const auto fits = [&](int level) {
    const std::int64_t across = maps_across(maps, picture->cols(level), picture->rows(level));
    const std::int64_t down = (maps + across - 1) / across;
    return std::max(across * picture->cols(level), down * picture->rows(level)) <= texture_limit();
  };
  int level = 0;
  // Two texels a pixel are averaged well; more of them are not worth their memory.
  while (level + 1 < picture->levels() &&
         (!fits(level) || (static_cast<float>(picture->cols(level)) >= 4.0F * tile_px.x &&
                           static_cast<float>(picture->rows(level)) >= 4.0F * tile_px.y))) {
    ++level;
  }
  if (source_.lock() == picture && level_ == level) return;
  source_ = picture;
  level_ = level;
  width_ = picture->cols(level);
  height_ = picture->rows(level);
  across_ = maps_across(maps, width_, height_);
  const std::int64_t down = (maps + across_ - 1) / across_;
  const std::int64_t row = across_ * width_;
  staging_.assign(static_cast<std::size_t>(row * down * height_), 0.0F);
  std::vector<float> plane(static_cast<std::size_t>(width_ * height_));
  for (std::int64_t map = 0; map < maps; ++map) {
    picture->crop(map, level, {0, 0, width_, height_}, plane);
    float* to = staging_.data() + (map / across_) * height_ * row + (map % across_) * width_;
    for (std::int64_t y = 0; y < height_; ++y, to += row)
      std::copy_n(plane.data() + y * width_, width_, to);
  }
  if (!texture_) texture_ = Texture::create();
  glBindTexture(GL_TEXTURE_2D, texture_.get());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, static_cast<GLsizei>(row),
               static_cast<GLsizei>(down * height_), 0, GL_RED, GL_FLOAT, staging_.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glBindTexture(GL_TEXTURE_2D, 0);
  ++uploads_;
}

/// One draw(): all that its callback needs.
struct MosaicRenderer::Call {
  const State* state;
  GLuint values, maps;
  std::array<GLint, 2> map_size;
  GLint across;
  std::vector<MosaicTile> tiles;
  MosaicStyle style;
};

struct MosaicRenderer::State {
  Program program;
  GlBuffer block = GlBuffer::create();
  GlBuffer instances = GlBuffer::create();
  VertexArray attributes = instance_attributes(instances.get());
  std::deque<Call> calls;

  explicit State(Program linked) : program(std::move(linked)) {}
};

MosaicRenderer::MosaicRenderer(std::unique_ptr<State> state) : state_(std::move(state)) {}
MosaicRenderer::~MosaicRenderer() = default;

Result<std::unique_ptr<MosaicRenderer>> MosaicRenderer::create() {
  const auto library = ShaderLibrary::open();
  if (!library) return tl::unexpected(library.error());
  auto program = library->program({"mosaic.vert", "mosaic.frag"});
  if (!program) return tl::unexpected(program.error());
  connect_inputs(program->get());
  return std::unique_ptr<MosaicRenderer>(
      new MosaicRenderer(std::make_unique<State>(std::move(*program))));
}

void MosaicRenderer::begin_frame() { state_->calls.clear(); }

void MosaicRenderer::draw(ImDrawList& list, const HeatmapRenderer& heatmaps,
                          const MosaicTexture& texture, std::span<const MosaicTile> tiles,
                          const MosaicStyle& style) {
  if (texture.empty() || tiles.empty()) return;
  state_->calls.push_back(
      {state_.get(),
       texture.texture_.get(),
       heatmaps.map_texture(),
       {static_cast<GLint>(texture.width_), static_cast<GLint>(texture.height_)},
       static_cast<GLint>(texture.across_),
       {tiles.begin(), tiles.end()},
       style});
  list.AddCallback(run, &state_->calls.back());
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void MosaicRenderer::run(const ImDrawList*, const ImDrawCmd* command) {
  const Call& call = *static_cast<const Call*>(command->UserCallbackData);
  const Frame frame(*ImGui::GetDrawData());
  const ImVec2 all{static_cast<float>(frame.width), static_cast<float>(frame.height)};
  const PixelBox box = drawn_box(frame, {0, 0}, all, command->ClipRect);
  if (box.empty()) return;
  Block block{{all.x, all.y},
              {call.style.tile.x * frame.scale.x, call.style.tile.y * frame.scale.y},
              call.map_size,
              call.across,
              static_cast<GLint>(call.style.map),
              shader_color(call.style.blank),
              shader_color(call.style.mark)};
  std::vector<Instance> instances;
  for (const MosaicTile& tile : call.tiles) {
    const ImVec2 at = frame.pixels(tile.corner.x, tile.corner.y);
    instances.push_back(
        {at.x, at.y, static_cast<float>(tile.channel), tile.range.low, tile.range.high});
  }
  const State& state = *call.state;
  glScissor(box.x0, frame.height - box.y1, box.x1 - box.x0, box.y1 - box.y0);
  glUseProgram(state.program.get());
  glBindVertexArray(state.attributes.get());
  glBindBuffer(GL_ARRAY_BUFFER, state.instances.get());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(instances.size() * sizeof(Instance)),
               instances.data(), GL_STREAM_DRAW);
  glBindBuffer(GL_UNIFORM_BUFFER, state.block.get());
  glBufferData(GL_UNIFORM_BUFFER, sizeof block, &block, GL_STREAM_DRAW);
  glBindBufferBase(GL_UNIFORM_BUFFER, kBlockBinding, state.block.get());
  glActiveTexture(GL_TEXTURE0 + kMapsUnit);
  glBindTexture(GL_TEXTURE_2D, call.maps);
  glActiveTexture(GL_TEXTURE0 + kValuesUnit);
  glBindTexture(GL_TEXTURE_2D, call.values);
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(instances.size()));
}

}  // namespace poolscope
