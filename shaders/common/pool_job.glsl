// What one dispatch of a pass computes (core/engines/opengl_pooler.cpp fills it): output rows
// [row, row + rows) of `planes` planes. Each buffer is bound from somewhere before its first cell:
// the origins say how far. All floats are read and written as their bits.
// ALONG_ROWS: each row of the input gets its windows' columns. ACROSS_ROWS: what that left (middle)
// is reduced to the output. Neither: whole windows at once.

layout(std140, binding = 0) uniform Job {
  int source_origin;  // Cells from the bound part's begin to (plane, source_row).
  int middle_origin;  // The same in the middle,
  int output_origin;  // and to (plane, row).
  int plane;
  int planes;
  int row;
  int rows;
  int source_row;     // Row of a plane at which the bound part of source and middle begins.
  int source_end;     // Row at which it ends.
  int source_height;  // Of a whole plane, as all the following.
  int source_width;
  int output_height;  // Of this pass.
  int output_width;
  int table_step;     // Windows from one plane's to the next one's; 0: one set for all.
  int table_rows;     // Windows of the rows, before those of the columns.
  int flags;
  int low_bits;       // Sizes (a float's bits) of a window's largest tap below which float sums
  int top_bits;       // may lose taps, and from which on they may overflow.
  int group_outputs;  // Of a line, of a work group that slides.
  float divisor;      // Replaces those of the windows where kHasDivisor is set.
  float gain;
  ivec4 row_slide;    // First window's begin, stride, count, step.
  ivec4 col_slide;
  float least;
  float scale;
  double alpha;
};
const int kHasDivisor = 1;

struct Window {
  int begin, count, step, divisor;
};
layout(std430, binding = 0) readonly buffer Source { uint source[]; };
layout(std430, binding = 1) writeonly buffer Output { uint values[]; };
layout(std430, binding = 2) readonly buffer Windows { Window windows[]; };
#ifdef ACROSS_ROWS
layout(std430, binding = 5) readonly buffer Middle { uint middle[]; };
#endif

// The output cell of an invocation or a group: `plane` and `row` count from the job's.
struct Place {
  int plane, row, col;
};

// False where there is no such cell.
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

// The windows of an output cell of the last pass, whole.
Window whole_row_window(Place at) {
  return windows[(plane + at.plane) * table_step + row + at.row];
}
Window whole_col_window(Place at) {
  return windows[(plane + at.plane) * table_step + table_rows + at.col];
}

// The same as far as this pass reduces them.
Window row_window(Place at) {
#ifdef ALONG_ROWS
  return Window(row + at.row, 1, 1, 1);
#else
  return whole_row_window(at);
#endif
}
Window col_window(Place at) {
#ifdef ACROSS_ROWS
  return Window(at.col, 1, 1, 1);
#else
  return whole_col_window(at);
#endif
}

// Where row y of a plane begins in the source, and in what this pass reads.
int source_row_at(Place at, int y) {
  return source_origin + at.plane * source_height * source_width + (y - source_row) * source_width;
}
int read_row_at(Place at, int y) {
#ifdef ACROSS_ROWS
  return middle_origin + (at.plane * source_height + y - source_row) * output_width;
#else
  return source_row_at(at, y);
#endif
}

uint read_bits(int index) {
#ifdef ACROSS_ROWS
  return middle[index];
#else
  return source[index];
#endif
}
