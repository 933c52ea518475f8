#version 430 core
// Long windows that slide along one axis: a work group reads LINES lines of LENGTH cells into
// shared memory, doubles the windows there (1, 2, 4, ... taps) and puts outputs together from those.
#include "common/pool_job.glsl"
#include "common/float_bits.glsl"
#ifdef PICK
#include "common/picked.glsl"
#else
#include "common/summed.glsl"
#endif
#include "common/all_written.glsl"

layout(local_size_x = GROUP) in;

const int kCells = LINES * LENGTH;
const int kEach = kCells / GROUP;  // Cells, and outputs at most, of an invocation.

shared Part parts[kCells];

// The group's part of the output: `line` and `first` count as the output's rows and columns do.
struct Segment {
  int plane, line, first;
};

#ifdef ALONG_ROWS
#define SLIDE col_slide
#define LINE_COUNT rows
#define OUTPUTS output_width
Place place_at(Segment segment, int line, int at) {
  return Place(segment.plane, segment.line + line, segment.first + at);
}
#else
#define SLIDE row_slide
#define LINE_COUNT output_width
#define OUTPUTS rows
Place place_at(Segment segment, int line, int at) {
  return Place(segment.plane, segment.first + at, segment.line + line);
}
#endif

Segment segment_of(int group) {
  int line_groups = (LINE_COUNT + LINES - 1) / LINES;
  int segments = (OUTPUTS + group_outputs - 1) / group_outputs;
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

Part read_part(Segment segment, int line, int at) {
  Place place = Place(segment.plane, 0, 0);
#ifdef ALONG_ROWS
  int y = row + segment.line + line;
  int x = SLIDE.x + segment.first * SLIDE.y + at;
  bool inside = segment.line + line < rows && x >= 0 && x < source_width;
#else
  int y = SLIDE.x + (row + segment.first) * SLIDE.y + at;
  int x = segment.line + line;
  bool inside = x < output_width && y >= source_row && y < source_end;
#endif
  if (!inside) return nothing();
  return part_at(y, x, read_row_at(place, y) + x);
}

// Puts the windows that `parts` holds, one from each cell, behind the `done` taps that are made.
void append(inout Part made[kEach], int lane, int done) {
  for (int i = 0; i < kEach; ++i) {
    int at = step_of(lane + i * GROUP) * SLIDE.y + done * SLIDE.w;
    if (at >= LENGTH) continue;
    Part more = parts[shared_index(line_of(lane + i * GROUP), at)];
    made[i] = done == 0 ? more : joined(made[i], more);
  }
}

// Makes windows of twice the taps.
void double_windows(int lane, int taps) {
  Part doubled[kEach];
  for (int i = 0; i < kEach; ++i) {
    int cell = lane + i * GROUP;
    int beyond = step_of(cell) + taps * SLIDE.w;
    doubled[i] = parts[cell];
    if (beyond >= LENGTH) continue;
    doubled[i] = joined(doubled[i], parts[shared_index(line_of(cell), beyond)]);
  }
  all_written();
  for (int i = 0; i < kEach; ++i) parts[lane + i * GROUP] = doubled[i];
}

void main() {
  int lane = int(gl_LocalInvocationID.x);
  int group = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
  Segment segment = segment_of(group);
  if (segment.plane >= planes) return;

  Part made[kEach];
  for (int i = 0; i < kEach; ++i) {
    int cell = lane + i * GROUP;
    parts[cell] = read_part(segment, line_of(cell), step_of(cell));
    made[i] = nothing();
  }
  int done = 0;
  for (int taps = 1; taps <= SLIDE.z; taps *= 2) {
    all_written();
    if ((SLIDE.z & taps) != 0) {
      append(made, lane, done);
      done += taps;
    }
    if (2 * taps <= SLIDE.z) double_windows(lane, taps);
  }
  for (int i = 0; i < kEach; ++i) {
    int line = line_of(lane + i * GROUP), at = step_of(lane + i * GROUP);
    bool there = segment.first + at < OUTPUTS && segment.line + line < LINE_COUNT;
    if (there && at < group_outputs) store(place_at(segment, line, at), made[i]);
  }
}
