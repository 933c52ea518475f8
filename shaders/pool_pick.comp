#version 430 core
// Maxima and minima, an invocation a cell.
#include "common/pool_job.glsl"
#include "common/picked.glsl"

void reduce(Place at) { store(at, part_of(at, 0, 1)); }

#include "common/each_cell.glsl"
