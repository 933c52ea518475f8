#version 430 core
// Means, an invocation a cell.
#include "common/pool_job.glsl"
#include "common/summed.glsl"

void reduce(Place at) {
#if defined(ALONG_ROWS) || defined(ACROSS_ROWS)
  store(at, part_of(at, 0, 1));
#else
  values[cell_index(at)] = mean(at, row_window(at), col_window(at));
#endif
}

#include "common/each_cell.glsl"
