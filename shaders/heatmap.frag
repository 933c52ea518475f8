#version 330 core
// Cells of an array as colours. Screen positions are pixels from the top left of the framebuffer;
// texels are those of the uploaded crop, of whatever level.
#include "common/non_finite.glsl"
#include "common/color_map.glsl"
#include "common/cell_marks.glsl"

layout(std140) uniform Heatmap {
  vec2 origin;       // Screen position of ...
  vec2 first_texel;  // ... this texel coordinate.
  vec2 texel_px;     // Pixels a texel.
  vec2 plane_min;    // The array's ends, in texels.
  vec2 plane_max;
  vec2 range;
  float frame_height;
  float gap_px;
  int map_row;  // -1: colours are the values of the layers.
  int layers;
  int smoothed;
  int marks;
  vec4 gap_color;
  vec4 blank_color;
  vec4 mark_color;
};
uniform sampler2DArray values;
uniform sampler2D maps;

out vec4 out_color;

const float kMarkFrom = 6.0;  // Pixels a cell, from which marks are drawn.

struct Sample {
  vec3 value;
  int kind;  // Of all layers: the largest.
};

Sample texel_at(ivec2 at) {
  Sample result = Sample(vec3(0.0), kFinite);
  at = clamp(at, ivec2(0), textureSize(values, 0).xy - 1);
  for (int layer = 0; layer < layers; ++layer) {
    float value = texelFetch(values, ivec3(at, layer), 0).r;
    result.value[layer] = value;
    result.kind = max(result.kind, number_kind(value));
  }
  return result;
}

// Between the four nearest texels, as far as they are numbers; the nearest says whether it is one.
Sample smooth_at(vec2 texel) {
  vec2 corner = floor(texel - 0.5);
  vec2 share = texel - 0.5 - corner;
  ivec2 nearest = ivec2(greaterThanEqual(share, vec2(0.5)));
  vec3 sum = vec3(0.0);
  float weights = 0.0;
  for (int i = 0; i < 4; ++i) {
    ivec2 step = ivec2(i & 1, i >> 1);
    Sample neighbour = texel_at(ivec2(corner) + step);
    if (step == nearest && neighbour.kind != kFinite) return neighbour;
    if (neighbour.kind != kFinite) continue;
    vec2 side = mix(1.0 - share, share, vec2(step));
    sum += neighbour.value * (side.x * side.y);
    weights += side.x * side.y;
  }
  return Sample(sum / weights, kFinite);
}

vec3 value_color(vec3 value) {
  if (map_row >= 0) return color_of(maps, map_row, position_in(range, value.r));
  if (layers == 1) value = value.rrr;
  return vec3(position_in(range, value.r), position_in(range, value.g),
              position_in(range, value.b));
}

vec4 non_finite_color(int kind, vec2 texel, float size) {
  if (size < kMarkFrom) return mix(blank_color, mark_color, flat_mark(kind));
  if (marks == 0) return blank_color;
  vec2 from_centre = fract(texel) * texel_px - 0.5 * (texel_px - gap_px);
  return mix(blank_color, mark_color, cell_mark(kind, from_centre, size - gap_px));
}

void main() {
  vec2 screen = vec2(gl_FragCoord.x, frame_height - gl_FragCoord.y);
  vec2 texel = first_texel + (screen - origin) / texel_px;
  if (any(lessThan(texel, plane_min)) || any(greaterThanEqual(texel, plane_max))) discard;
  vec2 to_cell_end = (1.0 - fract(texel)) * texel_px;
  if (any(lessThan(to_cell_end, vec2(gap_px)))) {
    out_color = gap_color;
    return;
  }
  Sample cell = smoothed != 0 ? smooth_at(texel) : texel_at(ivec2(floor(texel)));
  out_color = cell.kind == kFinite
                  ? vec4(value_color(cell.value), 1.0)
                  : non_finite_color(cell.kind, texel, min(texel_px.x, texel_px.y));
}
