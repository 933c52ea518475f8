#include <array>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/export.h"
#include "app/workspaces/explore/panels.h"

namespace poolscope {
namespace {

/// The lines shown, made again when pipeline or input change.
struct ShownCode {
  Pipeline pipeline;
  Tensor input;
  bool luma = false, made = false;
  CodeFramework framework = CodeFramework::pytorch;
  std::string text;
  bool is_error = false;
};

bool is_current(const ShownCode& shown, const Document& document) {
  return shown.made && shown.luma == document.source.luma && shown.pipeline == document.pipeline &&
         shown.input.same_buffer(document.source.array.tensor);
}

void make(ShownCode& shown, const Document& document) {
  shown = {document.pipeline,
           document.source.array.tensor,
           document.source.luma,
           true,
           suited_framework(document.pipeline),
           {},
           false};
  const LoadedArray& array = document.source.array;
  Shape shape = array.tensor.shape();
  if (document.source.luma) shape.c = 1;
  const auto code = layer_code(document.pipeline, {shape, array.form}, shown.framework);
  shown.is_error = !code;
  shown.text = code ? *code : code.error().message;
}

void draw_buttons(const Ui& ui, const Rect& row) {
  struct Choice {
    const char* id;
    const char* text;
    const char* tip;
    SaveKind kind;
  };
  constexpr std::array kChoices{
      Choice{"export/png", "PNG", "A picture of the window, twice as fine", SaveKind::png},
      Choice{"export/gif", "GIF", "The window sliding over the input", SaveKind::gif},
      Choice{"export/code", "Code", "A script that gives the same numbers", SaveKind::code}};
  for (std::size_t i = 0; i < kChoices.size(); ++i) {
    const Choice& choice = kChoices[i];
    if (button(ui, choice.id, part_of(ui, row, static_cast<int>(i), 3),
               {.text = choice.text, .tip = choice.tip}))
      ui.memory.save_request = SaveRequest{choice.kind};
  }
}

/// The numbers that the engine gave, as a comment; nothing where they are too many for a few lines.
std::string numbers_comment(const Ui& ui) {
  constexpr std::int64_t kMaxRows = 8, kMaxCells = 64;
  if (ui.evaluation == nullptr || ui.stale || ui.evaluation->trace.error) return {};
  const Tensor& output = ui.evaluation->trace.stages.back().values;
  const Shape& shape = output.shape();
  if (shape.planes() != 1 || shape.h > kMaxRows || shape.elements() > kMaxCells) return {};
  std::string text;
  for (std::int64_t y = 0; y < shape.h; ++y) {
    std::vector<std::string> row;
    for (std::int64_t x = 0; x < shape.w; ++x)
      row.push_back(number_text(static_cast<double>(output.at(0, 0, y, x))));
    text += fmt::format("# {}[{}]{}\n", y == 0 ? "[" : " ", fmt::join(row, ", "),
                        y + 1 == shape.h ? "]" : ",");
  }
  return text;
}

void draw_code(const Ui& ui, const ShownCode& shown, Column& column) {
  const ImVec2 at = column.at();
  const float pad = ui.px(12);
  ImDrawListSplitter layers;
  layers.Split(&draw_list(), 2);
  layers.SetCurrentChannel(&draw_list(), 1);
  float y = at.y + pad;
  const std::string text = shown.is_error ? shown.text : shown.text + numbers_comment(ui);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const ImU32 ink = line.starts_with('#') ? ui.theme.t3 : ui.theme.t1;
    y += draw_text_wrapped(ui, Font::mono12, {at.x + pad, y}, shown.is_error ? ui.theme.warn : ink,
                           column.width() - 2 * pad, line);
    begin = end + 1;
  }
  layers.SetCurrentChannel(&draw_list(), 0);
  const float bottom = std::max(y + pad, at.y + ui.px(40));
  draw_list().AddRectFilled(at, {column.right(), bottom}, ui.theme.canvas, ui.px(6));
  draw_list().AddRect(at, {column.right(), bottom}, ui.theme.line, ui.px(6));
  layers.Merge(&draw_list());
  column.skip_pixels(bottom - at.y);
}

}  // namespace

void copy_as_code(const Ui& ui) {
  const auto request = code_request(ui.document, "input.npy");
  const auto code = request ? exported_code(*request, suited_framework(ui.document.pipeline))
                            : Result<std::string>(tl::unexpected(request.error()));
  if (code) {
    ImGui::SetClipboardText(code->c_str());
    ui.memory.say = reads_file(*request)
                        ? "Copied. Its input is large: Export > Code writes it beside the script"
                        : "Copied";
  } else {
    ui.memory.say = code.error().message;
  }
}

void draw_export_section(const Ui& ui, ExploreState& state, Column& column) {
  auto& shown = state.panels.of<ShownCode>();
  if (!is_current(shown, ui.document)) make(shown, ui.document);
  column.space(8);
  column.divider();
  column.title("Export");
  draw_buttons(ui, column.row(32, 12));
  const Rect row = column.row(24, 6);
  draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t3,
            fmt::format("{}, matches this view", code_framework_title(shown.framework)));
  const ButtonSpec copy{.text = "Copy",
                        .icon = Icon::copy,
                        .enabled = !shown.is_error,
                        .flat = true,
                        .tip = "The whole script, with the input",
                        .command = "code/copy"};
  const float width = button_width(ui, copy);
  if (button(ui, "export/copy",
             Rect::of(row.max.x - width, row.center().y - ui.px(14), width, ui.px(28)), copy))
    copy_as_code(ui);
  draw_code(ui, shown, column);
  ui.tell("code", shown.text);
}

}  // namespace poolscope
