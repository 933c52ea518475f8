// main(): one invocation an output cell, whatever its windows are; reduce() does the rest.
layout(local_size_x = GROUP) in;

void main() {
  int group = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
  Place at;
  if (place_of(group * GROUP + int(gl_LocalInvocationID.x), at)) reduce(at);
}
