// What one dispatch of a pool computes (core/engines/opengl_pooler.cpp fills it): output rows
// [row, row + rows) of `planes` planes. Each buffer is bound from somewhere before its first cell:
// the origins say how far. All floats are read and written as their bits.

layout(std140, binding = 0) uniform Job {
  int source_origin;   // Cells from the bound part's begin to (plane, source_row).
  int output_origin;   // ... and to (plane, row).
  int plane, planes;
  int row, rows;
  int source_row;      // Row of a plane at which the bound part of the source begins.
  int source_height;   // Of a whole plane, as all the following.
  int source_width;
  int output_height;
  int output_width;
  int table_step;      // Windows from one plane's to the next one's; 0: one set for all.
  int top_bits;        // Finite taps from here on may leave float when summed.
  int flags;
  float divisor;       // Replaces those of the windows where kHasDivisor is set.
  float spare;
};
const int kHasDivisor = 1;

struct Window {
  int begin, count, step, divisor;
};
layout(std430, binding = 0) readonly buffer Source { uint source[]; };
layout(std430, binding = 1) writeonly buffer Output { uint values[]; };
layout(std430, binding = 2) readonly buffer Windows { Window windows[]; };

// The output cell of an invocation.
struct Place {
  int plane, row, col;
};

// False where the invocation has none.
bool place_of(int cell, out Place place) {
  int row = cell / output_width;
  place.col = cell - row * output_width;
  place.plane = row / rows;
  place.row = row - place.plane * rows;
  return place.plane < planes;
}

int cell_index(Place at) {
  return output_origin + (at.plane * output_height + at.row) * output_width + at.col;
}

Window row_window(Place at) { return windows[(plane + at.plane) * table_step + row + at.row]; }
Window col_window(Place at) {
  return windows[(plane + at.plane) * table_step + output_height + at.col];
}

// Where row y of a plane of the source begins.
int source_row_at(Place at, int y) {
  return source_origin + at.plane * source_height * source_width + (y - source_row) * source_width;
}
