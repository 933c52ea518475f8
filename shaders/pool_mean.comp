#version 430 core
// The mean of a window.
#include "common/pool_job.glsl"
#include "common/mean.glsl"

void reduce(Place at, Window row, Window col, int cell) { values[cell] = mean(at, row, col); }

#include "common/each_cell.glsl"
