#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/ui.h"

namespace poolscope {

/// A rectangle of the screen that shows a rectangle of cells.
struct Pane {
  Rect rect;
  CellRect visible;

  float cell_width() const { return rect.width() / static_cast<float>(visible.width()); }
  float cell_height() const { return rect.height() / static_cast<float>(visible.height()); }
  float cell_size() const { return std::min(cell_width(), cell_height()); }
  float x_of(double col) const {
    return rect.min.x + static_cast<float>((col - visible.x0) * rect.width() / visible.width());
  }
  float y_of(double row) const {
    return rect.min.y + static_cast<float>((row - visible.y0) * rect.height() / visible.height());
  }
  Rect screen(const CellRect& cells) const {
    return {{x_of(cells.x0), y_of(cells.y0)}, {x_of(cells.x1), y_of(cells.y1)}};
  }
  Rect cell(std::int64_t row, std::int64_t col) const {
    const auto y = static_cast<double>(row), x = static_cast<double>(col);
    return screen({x, y, x + 1, y + 1});
  }
  /// The cell under a point of the screen.
  std::int64_t row_at(float y) const;
  std::int64_t col_at(float x) const;
};

/// Whole cells from `begin` to before `end`.
struct CellSpan {
  std::int64_t row_begin = 0, row_end = 0, col_begin = 0, col_end = 0;
};
/// The cells a pane shows, also in part, of an area of rows x cols that starts at 0.
CellSpan visible_cells(const Pane& pane, std::int64_t rows, std::int64_t cols);

/// The type size for a number in a cell of that size; empty where none fits.
std::optional<Font> cell_font(const Ui& ui, float cell_size);
/// Whether cells are large enough (at scale 1) for values, and for row and column numbers.
bool shows_values(const Ui& ui, const Pane& pane);
bool shows_indices(const Ui& ui, const Pane& pane);

/// A value in the middle of a cell, in as many digits as fit.
void draw_cell_value(const Ui& ui, const Rect& cell, ImU32 color, double value);
void draw_cell_text(const Ui& ui, const Rect& cell, ImU32 color, std::string_view text);

/// Values as colours of a map.
struct MappedRange {
  ColorMap map;
  ValueRange range;
};

/// The colour a heatmap gives a value, and the one its number takes on it.
Color heat_color(const Ui& ui, ValueRange range, float value);
ImU32 number_color(const Ui& ui, ValueRange range, float value);
/// The same in another map than the document's.
Color heat_color(const Ui& ui, const MappedRange& scale, float value);
ImU32 number_color(const Ui& ui, const MappedRange& scale, float value);

/// The planes of a picture as a heatmap or a colour picture over the whole pane.
struct HeatmapLook {
  PlaneChoice planes;
  ValueRange range;
  ColorMap map;
  bool gaps = true;
};
void draw_heatmap(const Ui& ui, HeatmapTexture& texture,
                  const std::shared_ptr<const Picture>& picture, const Pane& pane,
                  const HeatmapLook& look);

/// 45 degree hatch, as padding and missing output have it.
void draw_hatch(const Ui& ui, const Rect& rect, ImU32 color);
/// A dashed outline; `width` of its lines at scale 1.
void draw_dashed_rect(const Ui& ui, const Rect& rect, ImU32 color, float width);
/// What is written in a cell outside the input.
using GhostText = std::function<std::string_view(std::int64_t row, std::int64_t col)>;
/// Hatched cells outside rows x cols that the pane shows, each with its text where it fits.
void draw_ghost_cells(const Ui& ui, const Pane& pane, std::int64_t rows, std::int64_t cols,
                      const GhostText& text_of);
/// Row and column numbers left of and above the pane.
void draw_indices(const Ui& ui, const Pane& pane, const CellSpan& cells);
/// The current window or cell: 3 px accent between casing lines (`thin` in overviews).
void draw_selection(const Ui& ui, const Pane& pane, const CellRect& cells, bool thin);
/// A cell that differs from what it should be: outlined so that it reads on any colour.
void draw_mark(const Ui& ui, const Rect& cell);
/// The hovered cell.
void draw_hover(const Ui& ui, const Pane& pane, std::int64_t row, std::int64_t col);

/// Colour bar with its ends' values and a tick at `linked`.
void draw_value_bar(const Ui& ui, const Rect& rect, ValueRange range, std::optional<double> linked);
void draw_value_bar(const Ui& ui, const Rect& rect, const MappedRange& scale,
                    std::optional<double> linked);

}  // namespace poolscope
