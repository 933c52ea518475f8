#version 330 core
// Many maps at once: an instance a tile, a rectangle of the screen each.

layout(std140) uniform Mosaic {
  vec2 frame;      // Pixels of the framebuffer.
  vec2 tile_px;    // Of a tile on the screen.
  ivec2 map_size;  // Columns and rows of a map, in texels.
  int across;      // Maps beside one another in the atlas.
  int map_row;
  vec4 blank_color;
  vec4 mark_color;
};

layout(location = 0) in vec2 corner;     // Of the tile, pixels from the top left of the framebuffer.
layout(location = 1) in float map_index;  // Place in the atlas.
layout(location = 2) in vec2 value_range;

flat out ivec2 first_texel;
flat out vec2 range;
out vec2 at;  // In the map, 0 to 1.

void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  int index = int(map_index);
  first_texel = ivec2(index % across, index / across) * map_size;
  range = value_range;
  vec2 screen = (corner + at * tile_px) / frame;
  gl_Position = vec4(screen.x * 2.0 - 1.0, 1.0 - screen.y * 2.0, 0.0, 1.0);
}
