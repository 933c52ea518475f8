#version 430 core
// Small windows that slide: a work group reads what TILE_ROWS x TILE_COLS outputs need into shared
// memory, reduces each of its rows, then across them.
#include "common/pool_job.glsl"
#include "common/float_bits.glsl"
#ifdef PICK
#include "common/picked.glsl"
#else
#include "common/summed.glsl"
#endif
#include "common/all_written.glsl"

layout(local_size_x = TILE_COLS, local_size_y = TILE_ROWS) in;

#ifdef PICK
#define NUMBER int
int number_of(uint bits) { return key_of(bits ^ kFlip); }
int join(int first, int later) { return beats(later, first) ? later : first; }
const int kNone = kMinusInfKey - 1;
#else
#define NUMBER float
float number_of(uint bits) { return float_of(bits); }
float join(float a, float b) { return flushed(a + b); }
const float kNone = 0.0;
#endif

shared NUMBER cells[SOURCE_ROWS][SOURCE_COLS];
shared NUMBER lines[SOURCE_ROWS][TILE_COLS];
shared uint extreme;  // Some cell is not to be added up in float.

#ifndef PICK
void note_extreme(uint bits) {
  uint size = bits & kSize;
  if (size != 0u && (size < uint(low_bits) || size >= uint(top_bits))) atomicOr(extreme, 1u);
}
#endif

// The tile's cells, those outside the plane as nothing.
void read_cells(Place first, ivec2 corner, ivec2 size, int lane) {
  for (int i = lane; i < size.x * size.y; i += TILE_ROWS * TILE_COLS) {
    ivec2 at = ivec2(i % size.x, i / size.x);
    ivec2 from = corner + at;
    NUMBER number = kNone;
    if (from.x >= 0 && from.x < source_width && from.y >= source_row && from.y < source_end) {
      uint bits = source[source_row_at(first, from.y) + from.x];
      number = number_of(bits);
#ifndef PICK
      note_extreme(bits);
#endif
    }
    cells[at.y][at.x] = number;
  }
}

void reduce_rows(int height, ivec2 lane) {
  for (int y = lane.y; y < height; y += TILE_ROWS) {
    NUMBER number = cells[y][lane.x * col_slide.y];
    for (int j = 1; j < col_slide.z; ++j) {
      number = join(number, cells[y][lane.x * col_slide.y + j * col_slide.w]);
    }
    lines[y][lane.x] = number;
  }
}

NUMBER reduce_across(ivec2 lane) {
  NUMBER number = lines[lane.y * row_slide.y][lane.x];
  for (int i = 1; i < row_slide.z; ++i) {
    number = join(number, lines[lane.y * row_slide.y + i * row_slide.w][lane.x]);
  }
  return number;
}

void finish(Place at, NUMBER number) {
#ifdef PICK
  store(at, Part(number, -1));
#else
  Window row = row_window(at), col = col_window(at);
  float by = divisor_of(row, col);
  bool plain = extreme == 0u && by != 0.0;
  values[cell_index(at)] = plain ? floatBitsToUint(number / by) : mean(at, row, col);
#endif
}

void main() {
  ivec2 lane = ivec2(gl_LocalInvocationID.xy);
  ivec2 tile = ivec2(TILE_COLS, TILE_ROWS);
  ivec2 tiles = (ivec2(output_width, rows) + tile - 1) / tile;
  int group = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
  Place at;
  at.plane = group / (tiles.x * tiles.y);
  if (at.plane >= planes) return;
  at.row = group / tiles.x % tiles.y * TILE_ROWS;
  at.col = group % tiles.x * TILE_COLS;

  ivec2 slide_begin = ivec2(col_slide.x, row_slide.x), stride = ivec2(col_slide.y, row_slide.y);
  ivec2 extent = (ivec2(col_slide.z, row_slide.z) - 1) * ivec2(col_slide.w, row_slide.w) + 1;
  ivec2 size = (tile - 1) * stride + extent;
  ivec2 corner = slide_begin + ivec2(at.col, row + at.row) * stride;
  if (lane == ivec2(0)) extreme = 0u;
  all_written();
  read_cells(at, corner, size, lane.y * TILE_COLS + lane.x);
  all_written();
  reduce_rows(size.y, lane);
  all_written();
  at.row += lane.y;
  at.col += lane.x;
  if (at.row < rows && at.col < output_width) finish(at, reduce_across(lane));
}
