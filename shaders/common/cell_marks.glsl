// Marks of cells that are no number, as coverage 0 to 1. `p`: pixels from the cell's centre, y down;
// `size`: the shorter side of the cell in pixels.

float cross_mark(vec2 p, float size) {
  float reach = 0.26 * size;
  float half_width = max(0.7, 0.035 * size);
  vec2 q = abs(p);
  float off_diagonal = abs(q.x - q.y) * 0.7071 - half_width;
  float past_end = max(q.x, q.y) - reach;
  return clamp(0.5 - max(off_diagonal, past_end), 0.0, 1.0);
}

float triangle_up_mark(vec2 p, float size) {
  float reach = 0.28 * size;
  float below_base = p.y - reach * 0.8;
  float outside = (abs(p.x) - (p.y + reach) * 0.6) * 0.8575;
  return clamp(0.5 - max(below_base, outside), 0.0, 1.0);
}

float cell_mark(int kind, vec2 p, float size) {
  if (kind == kNan) return cross_mark(p, size);
  return triangle_up_mark(kind == kPlusInf ? p : vec2(p.x, -p.y), size);
}

// The share of the mark's colour in cells too small for a mark.
float flat_mark(int kind) {
  return kind == kNan ? 0.5 : kind == kPlusInf ? 0.75 : 0.25;
}
