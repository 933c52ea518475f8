#version 430 core
// A work group an output cell: its invocations take turns at the taps, then join what they have.
#include "common/pool_job.glsl"
#include "common/float_bits.glsl"
#ifdef PICK
#include "common/picked.glsl"
#else
#include "common/summed.glsl"
#endif
#include "common/all_written.glsl"

layout(local_size_x = GROUP) in;

shared Part parts[GROUP];

Part joined_by_all(Part part, int lane) {
  parts[lane] = part;
  for (int half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    all_written();
    if (lane < half_size) parts[lane] = joined_anyhow(parts[lane], parts[lane + half_size]);
  }
  all_written();
  return parts[0];
}

#if !defined(PICK) && !defined(ALONG_ROWS)
shared double sums[GROUP];
shared uint infinities[GROUP];

// The window once more in double, by all invocations; the result is the first one's.
Mean exact_by_all(Place at, int lane) {
  Window row = whole_row_window(at), col = whole_col_window(at);
  ExactSum mine = ExactSum(0.0lf, 0u);
  for (int tap = lane; tap < row.count * col.count; tap += GROUP) {
    int y = row.begin + tap / col.count * row.step;
    add_exactly(mine, source[source_row_at(at, y) + col.begin + tap % col.count * col.step]);
  }
  sums[lane] = mine.sum;
  infinities[lane] = mine.infinities;
  for (int half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    all_written();
    if (lane < half_size) {
      sums[lane] += sums[lane + half_size];
      infinities[lane] |= infinities[lane + half_size];
    }
  }
  all_written();
  return mean_of(ExactSum(sums[0], infinities[0]), row, col);
}
#endif

void main() {
  Place at;
  int lane = int(gl_LocalInvocationID.x);
  if (!place_of(int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x), at)) return;
  Part part = joined_by_all(part_of(at, lane, GROUP), lane);
#if defined(PICK) || defined(ALONG_ROWS)
  if (lane == 0) store(at, part);
#else
  uint result;
  if (!mean_by_sum(at, part.bits, result)) result = mean_bits(exact_by_all(at, lane));
  if (lane == 0) values[cell_index(at)] = result;
#endif
}
