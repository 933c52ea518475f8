// Where a value lies between the ends of the range, 0 to 1; the middle of an empty range is 0.5.
// Halves, so that the distance of the largest floats stays finite.
float position_in(vec2 range, float value) {
  if (!(range.y > range.x)) return value < range.x ? 0.0 : value > range.y ? 1.0 : 0.5;
  float half_low = range.x * 0.5;
  return clamp((value * 0.5 - half_low) / (range.y * 0.5 - half_low), 0.0, 1.0);
}

// Row `row` of the colour maps at t, between two of the 256 entries where t falls between.
vec3 color_of(sampler2D maps, int row, float t) {
  float at = t * 255.0;
  int entry = int(at);
  vec3 from = texelFetch(maps, ivec2(entry, row), 0).rgb;
  vec3 to = texelFetch(maps, ivec2(min(entry + 1, 255), row), 0).rgb;
  return mix(from, to, at - float(entry));
}
