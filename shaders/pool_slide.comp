#version 430 core
// Long windows that slide along one axis: a work group reads LINES lines of LENGTH cells into shared
// memory, doubles the windows there (1, 2, 4, ... taps) and puts each output together from those.
#include "common/pool_job.glsl"
#include "common/float_bits.glsl"
#ifdef PICK
#include "common/picked.glsl"
#else
#include "common/summed.glsl"
#endif

layout(local_size_x = GROUP) in;

const int kCells = LINES * LENGTH;
const int kEach = kCells / GROUP;  // Cells, and outputs at most, of an invocation.

shared Part parts[kCells];

// The group's part of the output: `line` and `first` count as the output's rows and columns do.
struct Segment {
  int plane, line, first;
};

Segment segment_of(int group, int lines, int outputs) {
  int line_groups = (lines + LINES - 1) / LINES;
  int segments = (outputs + group_outputs - 1) / group_outputs;
  Segment segment;
#ifdef ALONG_ROWS
  segment.first = group % segments * group_outputs;
  group /= segments;
  segment.line = group % line_groups * LINES;
  segment.plane = group / line_groups;
#else
  segment.line = group % line_groups * LINES;
  group /= line_groups;
  segment.first = group % segments * group_outputs;
  segment.plane = group / segments;
#endif
  return segment;
}

// Neighbours of an invocation are neighbours in memory: along a row, or over columns.
#ifdef ALONG_ROWS
int line_of(int cell) { return cell / LENGTH; }
int step_of(int cell) { return cell % LENGTH; }
int shared_index(int line, int at) { return line * LENGTH + at; }
#else
int line_of(int cell) { return cell % LINES; }
int step_of(int cell) { return cell / LINES; }
int shared_index(int line, int at) { return at * LINES + line; }
#endif

Part read_part(Segment segment, int line, int at, ivec4 slide) {
  Place place = Place(segment.plane, 0, 0);
#ifdef ALONG_ROWS
  int y = row + segment.line + line;
  int x = slide.x + segment.first * slide.y + at;
  bool inside = segment.line + line < rows && x >= 0 && x < source_width;
#else
  int y = slide.x + (row + segment.first) * slide.y + at;
  int x = segment.line + line;
  bool inside = x < output_width && y >= source_row && y < source_end;
#endif
  if (!inside) return nothing();
  return part_at(y, x, read_row_at(place, y) + x);
}

void main() {
#ifdef ALONG_ROWS
  ivec4 slide = col_slide;
  int lines = rows, outputs = output_width;
#else
  ivec4 slide = row_slide;
  int lines = output_width, outputs = rows;
#endif
  int lane = int(gl_LocalInvocationID.x);
  int group = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
  Segment segment = segment_of(group, lines, outputs);
  if (segment.plane >= planes) return;

  Part made[kEach];
  for (int i = 0; i < kEach; ++i) {
    int cell = lane + i * GROUP;
    parts[cell] = read_part(segment, line_of(cell), step_of(cell), slide);
    made[i] = nothing();
  }
  int done = 0;
  for (int taps = 1; taps <= slide.z; taps *= 2) {
    barrier();
    if ((slide.z & taps) != 0) {
      for (int i = 0; i < kEach; ++i) {
        int at = step_of(lane + i * GROUP) * slide.y + done * slide.w;
        if (at < LENGTH) {
          Part more = parts[shared_index(line_of(lane + i * GROUP), at)];
          made[i] = done == 0 ? more : joined(made[i], more);
        }
      }
      done += taps;
    }
    Part doubled[kEach];
    for (int i = 0; i < kEach; ++i) {
      int cell = lane + i * GROUP;
      int beyond = step_of(cell) + taps * slide.w;
      doubled[i] = parts[cell];
      if (beyond < LENGTH) {
        doubled[i] = joined(doubled[i], parts[shared_index(line_of(cell), beyond)]);
      }
    }
    barrier();
    for (int i = 0; i < kEach; ++i) parts[lane + i * GROUP] = doubled[i];
  }
  for (int i = 0; i < kEach; ++i) {
    int line = segment.line + line_of(lane + i * GROUP);
    int output_at = step_of(lane + i * GROUP);
    bool wanted = output_at < group_outputs && segment.first + output_at < outputs && line < lines;
    if (!wanted) continue;
#ifdef ALONG_ROWS
    store(Place(segment.plane, line, segment.first + output_at), made[i]);
#else
    store(Place(segment.plane, segment.first + output_at, line), made[i]);
#endif
  }
}
