#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/background.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/small_output.h"
#include "core/analysis/framework_lens.h"
#include "core/analysis/framework_translation.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr float kColumnGap = 24.0F;
/// Narrower columns stand one below the other.
constexpr float kMinColumn = 148.0F;
constexpr float kGrid = 168.0F;
/// Kept free for the bar of a panel that scrolls.
constexpr float kScrollBar = 12.0F;

/// The run and the layer that a lens belongs to.
struct LensKey {
  std::uint64_t evaluation = 0;
  std::size_t layer = 0;
  bool operator==(const LensKey&) const = default;
};

struct LensResult {
  Result<FrameworkLens> lens;
  std::array<std::shared_ptr<const Picture>, 3> pictures = {};
};

struct FrameworksMemory {
  Background<LensKey, LensResult> results;
  std::array<HeatmapTexture, 3> textures;
};

/// What the lens looks at.
struct LensInput {
  const Engine* engine;
  Layer setting;
  Tensor values;
  ArrayForm form;
};

LensResult compute(const LensInput& input, const std::atomic<bool>& cancelled) {
  const RunOptions options{.winners = false, .cancelled = &cancelled};
  LensResult result{
      look_at_frameworks(*input.engine, input.setting, input.values, input.form, options)};
  for (std::size_t i = 0; result.lens && i < result.pictures.size(); ++i) {
    const auto& values = result.lens->columns[i].values;
    if (values && !cancelled) result.pictures[i] = make_picture(*values);
  }
  return result;
}

void update(const Ui& ui, const StageView& view, FrameworksMemory& memory) {
  const LensKey key{view.evaluation->serial, ui.document.selected_layer};
  ArrayForm form = view.output->plan.input_form;
  form.rank = 4;  // As the canvases count the axes.
  memory.results.update(
      ui, key,
      [input = LensInput{view.evaluation->engine, *view.layer, view.input, form}](
          const std::atomic<bool>& cancelled) { return compute(input, cancelled); });
}

// Words -------------------------------------------------------------------------------------------

struct Status {
  std::string text;
  ImU32 color;
  std::optional<Icon> icon = {};
};

Status status_of(const Ui& ui, const FrameworkColumn& column) {
  if (!column.layer) return {"no such layer", ui.theme.warn, Icon::warn};
  if (!column.pool) return {"refused", ui.theme.err, Icon::warn};
  if (column.own) return {"your layer", ui.theme.t3};
  if (column.same) return {"same numbers", ui.theme.ok, Icon::check};
  if (!column.comparable) return {"another size", ui.theme.warn, Icon::warn};
  if (column.differing == 0) return {"equal on this input", ui.theme.warn, Icon::warn};
  return {fmt::format("{} of {} differ", count_text(column.differing),
                      count_text(column.values->shape().elements())),
          ui.theme.warn, Icon::warn};
}

std::string code_of(const Layer& layer) { return recipe_text({.layer = layer}); }

/// What the panel says of a column, for tests.
void tell(const Ui& ui, const FrameworkColumn& column, const Status& status) {
  const std::string name = fmt::format("frameworks/{}", framework_title(column.framework));
  ui.tell(name, status.text);
  ui.tell(name + "/layer", column.layer ? layer_text(*column.layer) : column.refusal);
  ui.tell(name + "/rules", fmt::format("{}", fmt::join(column.rules, "\n")));
  ui.tell(name + "/recipe", column.recipe ? recipe_text(*column.recipe) : column.no_recipe);
}

// Parts of a column, from the top -----------------------------------------------------------------

/// A column being filled: where the next part goes.
struct Cursor {
  float x, y, width;

  float right() const { return x + width; }
};

void draw_heading(const Ui& ui, const FrameworkColumn& column, const Status& status,
                  Cursor& cursor) {
  const float y = cursor.y + ui.px(12);
  draw_text(ui, Font::sans13_semibold, {cursor.x, y}, column.own ? ui.theme.acctext : ui.theme.t1,
            framework_title(column.framework));
  draw_text_right(ui, Font::sans12, {cursor.right(), y}, status.color, status.text);
  if (status.icon) {
    const float width = text_width(ui, Font::sans12, status.text);
    draw_icon(ui, *status.icon, {cursor.right() - width - ui.px(12), y}, status.color, 14);
  }
  cursor.y += ui.px(28);
}

/// Code in lines no wider than `width`, broken after spaces and opening brackets.
std::vector<std::string> code_lines(const Ui& ui, std::string_view code, float width) {
  std::vector<std::string> lines{""};
  while (!code.empty()) {
    const std::size_t stop = code.find_first_of(" (\n");
    const std::size_t length = stop == std::string_view::npos ? code.size() : stop + 1;
    const std::string word(code.substr(0, length));
    code.remove_prefix(length);
    if (!lines.back().empty() && text_width(ui, Font::mono12, lines.back() + word) > width) {
      lines.emplace_back();
    }
    lines.back() += word;
    if (!word.ends_with('\n')) continue;
    lines.back().pop_back();
    lines.emplace_back();
  }
  return lines;
}

/// Code on a field of its own, with its buttons below: copy, and take where it is a layer.
void draw_code(const Ui& ui, const std::string& id, const std::string& code, const Layer* layer,
               Cursor& cursor) {
  const float pad = ui.px(8), pitch = ui.px(18);
  const auto lines = code_lines(ui, code, cursor.width - 2 * pad);
  const float height = pitch * static_cast<float>(lines.size()) + 2 * pad;
  draw_list().AddRectFilled({cursor.x, cursor.y}, {cursor.right(), cursor.y + height},
                            ui.theme.panel, ui.px(6));
  float y = cursor.y + pad + pitch * 0.5F;
  for (const std::string& line : lines) {
    draw_text(ui, Font::mono12, {cursor.x + pad, y}, ui.theme.t1, line);
    y += pitch;
  }
  cursor.y += height + ui.px(6);
  float x = cursor.x;
  const auto place = [&](const ButtonSpec& spec) {
    const float width = button_width(ui, spec);
    x += width + ui.px(8);
    return Rect::of(x - width - ui.px(8), cursor.y, width, ui.px(26));
  };
  const ButtonSpec take{.text = "Take", .tip = "Use this layer in the pipeline"};
  if (layer != nullptr && button(ui, id + "/take", place(take), take)) {
    ui.act(action::SetLayer{ui.document.selected_layer, *layer});
  }
  const ButtonSpec copy{.text = "Copy", .icon = Icon::copy, .tip = "Copy this code"};
  if (button(ui, id + "/copy", place(copy), copy)) ImGui::SetClipboardText(code.c_str());
  cursor.y += ui.px(34);
}

void draw_lines(const Ui& ui, const std::vector<std::string>& texts, ImU32 color, Cursor& cursor) {
  for (const std::string& text : texts) {
    cursor.y +=
        draw_text_wrapped(ui, Font::sans12, {cursor.x, cursor.y}, color, cursor.width, text);
    cursor.y += ui.px(6);
  }
}

/// The size of the output, what the current cell's window takes, and how far off values are; in
/// short lines beside the output, in few below it.
std::vector<std::string> facts(const StageView& view, const FrameworkLens& lens,
                               const FrameworkColumn& column, bool beside) {
  std::vector<std::string> lines{axes_text(column.axes, "×")};
  const Shape& shape = column.values->shape();
  const std::int64_t row = view.selection.row, col = view.selection.col;
  if (row < shape.h && col < shape.w) {
    const WindowText window = window_text({*column.layer, *column.pool}, lens.input, row, col);
    const std::string cell = fmt::format("cell ({}, {})", row, col);
    const std::string divisor = window.divisor ? fmt::format("by {}", *window.divisor) : "";
    if (beside) {
      lines.insert(lines.end(), {cell, "rows " + window.rows, "cols " + window.cols});
      if (window.divisor) lines.push_back(divisor);
    } else {
      lines.push_back(fmt::format("{} {}", cell, divisor));
      lines.push_back(fmt::format("rows {}, cols {}", window.rows, window.cols));
    }
  }
  if (column.differing > 0) lines.push_back("up to " + number_text(column.largest) + " off");
  return lines;
}

/// The output, and facts beside it or, where there is no room, below.
void draw_result(const Ui& ui, const StageView& view, const FrameworkLens& lens,
                 const FrameworkColumn& column, const SmallOutput& output, Cursor& cursor) {
  const float side = std::min(ui.px(kGrid), cursor.width);
  const Rect drawn = draw_small_output(ui, view, output, Rect::of(cursor.x, cursor.y, side, side));
  const bool beside = cursor.right() - drawn.max.x >= ui.px(104);
  const std::vector<std::string> lines = facts(view, lens, column, beside);
  const float x = beside ? drawn.max.x + ui.px(12) : cursor.x;
  float y = beside ? drawn.min.y + ui.px(8) : drawn.max.y + ui.px(14);
  for (const std::string& line : lines) {
    const bool first = &line == &lines.front();
    draw_text_cut(ui, Font::mono12, {x, y}, first ? ui.theme.t1 : ui.theme.t3, cursor.right() - x,
                  line);
    y += ui.px(18);
  }
  cursor.y = std::max(y, drawn.max.y + ui.px(8)) + ui.px(4);
}

/// How the framework gives the setting's numbers all the same.
void draw_recipe(const Ui& ui, const FrameworkColumn& column, Cursor& cursor) {
  const std::string id = fmt::format("frameworks/{}/recipe", framework_title(column.framework));
  const auto offer = [&](const std::string& part, std::string_view title, const Recipe& recipe) {
    draw_lines(ui, {std::string(title)}, ui.theme.t1, cursor);
    draw_code(ui, id + part, recipe_text(recipe), recipe.is_one_layer() ? &recipe.layer : nullptr,
              cursor);
  };
  if (column.recipe) {
    offer("", column.recipe->is_exact() ? "For the same numbers" : "For the same, up to rounding",
          *column.recipe);
  } else if (!column.no_recipe.empty()) {
    draw_lines(ui, {column.no_recipe + "."}, ui.theme.t3, cursor);
  }
  if (column.padded) offer("/padded", "Or with padding written out", *column.padded);
}

float draw_column(const Ui& ui, const StageView& view, const LensResult& result,
                  FrameworksMemory& memory, std::size_t index, Cursor cursor) {
  const FrameworkLens& lens = *result.lens;
  const FrameworkColumn& column = lens.columns[index];
  const Status status = status_of(ui, column);
  tell(ui, column, status);
  draw_heading(ui, column, status, cursor);
  const std::string id = fmt::format("frameworks/{}", framework_title(column.framework));
  if (!column.layer) {
    draw_lines(ui, {column.refusal + "."}, ui.theme.t2, cursor);
    return cursor.y;
  }
  if (column.pool && result.pictures[index]) {
    const PlaneChoice planes = view.planes;
    const auto marked = [&](std::int64_t row, std::int64_t col) {
      return lens.differs(column, view.plane, row, col);
    };
    SmallOutput output{id + "/output",
                       result.pictures[index],
                       memory.textures[index],
                       planes,
                       planes.composite ? view.composite_range : view.output_range,
                       ui.document.view.map};
    if (column.comparable && !column.same) output.marked = marked;
    draw_result(ui, view, lens, column, output, cursor);
  } else {
    draw_lines(ui, {column.refusal + "."}, ui.theme.t2, cursor);
  }
  draw_lines(ui, column.rules, ui.theme.t1, cursor);
  draw_lines(ui, column.notes, ui.theme.t3, cursor);
  draw_code(ui, id, code_of(*column.layer), column.own ? nullptr : &*column.layer, cursor);
  draw_recipe(ui, column, cursor);
  return cursor.y;
}

float say(const Ui& ui, const Rect& area, std::string_view text) {
  ui.tell("frameworks", std::string(text));
  return area.min.y +
         draw_text_wrapped(ui, Font::sans13, area.min, ui.theme.t2, area.width(), text);
}

}  // namespace

float draw_frameworks(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  if (view.layer == nullptr || view.pool == nullptr || view.evaluation->engine == nullptr) {
    return say(ui, area,
               "Select a layer that is one pool: its setting is shown here as PyTorch, Keras and "
               "ONNX write it.");
  }
  auto& memory = state.panels.of<FrameworksMemory>();
  update(ui, view, memory);
  const LensResult* const result = memory.results.shown();
  if (result == nullptr) return say(ui, area, "computing");
  if (!result->lens) return say(ui, area, result->lens.error().message);
  const float gap = ui.px(kColumnGap);
  const float room = area.width() - ui.px(kScrollBar);
  float width = std::floor((room - 2 * gap) / 3);
  const bool stacked = width < ui.px(kMinColumn);
  if (stacked) width = room;
  float x = area.min.x, y = area.min.y, bottom = y;
  for (std::size_t i = 0; i < result->pictures.size(); ++i) {
    bottom = std::max(bottom, draw_column(ui, view, *result, memory, i, {x, y, width}));
    if (stacked)
      y = bottom + ui.px(12);
    else
      x += width + gap;
  }
  return bottom;
}

}  // namespace poolscope
