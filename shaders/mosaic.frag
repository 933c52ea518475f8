#version 330 core
// A pixel of a tile: the mean of the finite values it covers, as a colour.
#include "common/non_finite.glsl"
#include "common/color_map.glsl"

layout(std140) uniform Mosaic {
  vec2 frame;
  vec2 tile_px;
  ivec2 map_size;
  int across;
  int map_row;
  vec4 blank_color;
  vec4 mark_color;
};
uniform sampler2D values;
uniform sampler2D maps;

flat in ivec2 first_texel;
flat in vec2 range;
in vec2 at;

out vec4 out_color;

const int kMost = 16;  // Texels along an axis that a pixel reads.

void main() {
  vec2 texel = at * vec2(map_size);
  vec2 half_step = max(0.5 * vec2(map_size) / tile_px, vec2(0.0));
  ivec2 last_texel = map_size - 1;
  ivec2 begin = clamp(ivec2(floor(texel - half_step + 0.5)), ivec2(0), last_texel);
  ivec2 end = clamp(ivec2(floor(texel + half_step - 0.5)), begin, min(begin + kMost, last_texel));
  if (half_step.x < 0.5) begin.x = end.x = clamp(int(floor(texel.x)), 0, last_texel.x);
  if (half_step.y < 0.5) begin.y = end.y = clamp(int(floor(texel.y)), 0, last_texel.y);
  float sum = 0.0, count = 0.0;
  int kind = kFinite;
  for (int y = begin.y; y <= end.y; ++y) {
    for (int x = begin.x; x <= end.x; ++x) {
      float value = texelFetch(values, first_texel + ivec2(x, y), 0).r;
      int value_kind = number_kind(value);
      kind = max(kind, value_kind);
      if (value_kind != kFinite) continue;
      sum += value;
      count += 1.0;
    }
  }
  out_color = count > 0.0 ? vec4(color_of(maps, map_row, position_in(range, sum / count)), 1.0)
                          : mix(blank_color, mark_color, kind == kNan ? 0.5 : 0.75);
}
