#version 430 core
// One invocation an output cell, whatever its windows are. REDUCTION says what becomes of the taps.
#include "common/pool_job.glsl"
#include "common/reductions.glsl"

layout(local_size_x = GROUP) in;

void main() {
  int group = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
  Place at;
  if (!place_of(group * GROUP + int(gl_LocalInvocationID.x), at)) return;
  reduce(at, row_window(at), col_window(at), cell_index(at));
}
