#include "app/app.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <imgui_internal.h>

#include "app/bars.h"
#include "app/desk.h"
#include "app/document_json.h"
#include "app/draw_list.h"
#include "app/file_browser.h"
#include "app/model_file.h"
#include "app/overlays.h"
#include "app/palette.h"
#include "app/samples.h"
#include "app/session.h"
#include "app/state_folder.h"
#include "app/user_command.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

constexpr ImGuiWindowFlags kFixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoScrollWithMouse |
                                    ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav;
/// The middle is never narrower than this; columns fold for it.
constexpr float kMinCenter = 560.0F;
constexpr float kMinColumn = 240.0F, kMaxColumn = 480.0F;
/// In which no size formula of a small grid is cut; narrower where the window is.
constexpr float kProjectorColumn = 272.0F;

/// A window of ImGui that fills `area`.
template <class Draw>
void draw_region(const char* name, const Rect& area, ImU32 background, Draw draw) {
  ImGui::SetNextWindowPos(area.min);
  ImGui::SetNextWindowSize(area.size());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, background);
  ImGui::Begin(name, nullptr, kFixed);
  ImGui::PopStyleVar(2);
  draw();
  ImGui::End();
  ImGui::PopStyleColor();
}

/// Where the parts of the frame lie.
struct FrameLayout {
  Rect top, left, center, inspector, status;
  bool left_open = false, inspector_open = false;
  bool drawer = false;  ///< The left column lies over the middle.

  bool left_shown() const { return left_open || drawer; }
};

FrameLayout layout_of(const Ui& ui) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const View& view = ui.document.view;
  FrameLayout layout;
  const float top = std::round(ui.px(kTopBarHeight));
  const float bottom = size.y - std::round(ui.px(kStatusBarHeight));
  layout.top = {{0, 0}, {size.x, top}};
  layout.status = {{0, bottom}, size};
  // The numbers of the class need the room: the column narrows, the inspector becomes a band.
  const float room = size.x - ui.px(kMinCenter);
  float left = std::round(ui.px(view.left_width));
  if (view.projector)
    left = std::round(std::clamp(room, ui.px(kMinColumn), ui.px(kProjectorColumn)));
  float right = std::round(ui.px(view.inspector_width));
  layout.left_open = view.left_open && left <= room;
  layout.inspector_open =
      !view.projector && view.inspector_open && (layout.left_open ? left : 0) + right <= room;
  layout.drawer = !layout.left_open && left > room && ui.memory.left_drawer;
  layout.left = {{0, top}, {left, bottom}};
  left = layout.left_open ? left : 0;
  right = size.x - (layout.inspector_open ? right : 0);
  layout.center = {{left, top}, {right, bottom}};
  layout.inspector = {{right, top}, {size.x, bottom}};
  return layout;
}

/// Which width a border changes, and whether it grows to the right (1) or to the left (-1).
struct BorderDrag {
  float View::*width;
  float sign;
};

/// The border between a column and the middle; dragging it changes the column's width.
void draw_border(const Ui& ui, const char* id, float x, const Rect& area, BorderDrag drag) {
  const Rect handle{{x - ui.px(3), area.min.y}, {x + ui.px(3), area.max.y}};
  draw_region(id, handle, IM_COL32(0, 0, 0, 0), [&] {
    const float line = std::floor(x);
    draw_list().AddRectFilled({line, area.min.y},
                              {line + std::max(1.0F, std::floor(ui.px(1))), area.max.y},
                              ui.theme.line);
    const Click click = click_area(ui, id, handle, Reach::mouse);
    if (click.hovered || click.held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    if (!click.held || ImGui::GetIO().MouseDelta.x == 0.0F) return;
    const float moved = drag.sign * ImGui::GetIO().MouseDelta.x / ui.document.view.shown_scale();
    ui.edit_view(
        [&](View& view) {
          view.*drag.width = std::clamp(view.*drag.width + moved, kMinColumn, kMaxColumn);
        },
        true);
  });
}

/// Opens or folds the left column; where it has no room beside the middle it comes and goes over
/// it.
void toggle_left(const Ui& ui) {
  const bool has_room =
      ui.px(ui.document.view.left_width + kMinCenter) <= ImGui::GetIO().DisplaySize.x;
  if (has_room) {
    ui.edit_view([](View& view) { view.left_open = !view.left_open; });
  } else {
    ui.memory.left_drawer = !ui.memory.left_drawer;
  }
}

}  // namespace

Result<std::unique_ptr<App>> App::create(Document document, AppOptions options) {
  auto heatmaps = HeatmapRenderer::create();
  if (!heatmaps) return tl::unexpected(heatmaps.error());
  return std::unique_ptr<App>(
      new App(std::move(document), std::move(*heatmaps), std::move(options)));
}

App::App(Document document, HeatmapRenderer heatmaps, AppOptions options)
    : history_(std::move(document)),
      heatmaps_(std::move(heatmaps)),
      options_(std::move(options)),
      runner_(options_.wake),
      browser_(std::make_unique<FileBrowser>()),
      desk_(std::make_unique<Desk>(options_.keeps_work, options_.wake)),
      palette_(std::make_unique<Palette>()) {
  for (const WorkspaceRow& row : workspace_rows()) workspaces_.push_back(row.make());
  memory_.recent = load_recent();
  memory_.link_axes = options_.settings.link_axes;
  memory_.tour_seen = options_.settings.tour_seen;
  if (!options_.message.empty()) memory_.log.push_back(options_.message);
  update_plan();
}

App::~App() = default;

bool App::prepare() {
  const std::pair style{document().view.shown_theme(), document().view.shown_scale()};
  if (styled_ == style) return false;
  const bool scaled = !styled_ || styled_->second != style.second;
  apply_style(theme_of(style.first), style.second);
  if (scaled) fonts_.load(style.second);
  styled_ = style;
  return scaled;
}

Ui App::make_ui(const Keys& keys) {
  const RunRequest wanted{document().source, document().pipeline, document().engine};
  const Evaluation* evaluation = runner_.current();
  return {document(),
          evaluation,
          evaluation == nullptr || !evaluation->request.same_as(wanted),
          plan_,
          theme_of(document().view.shown_theme()),
          fonts_,
          heatmaps_,
          keys,
          actions_,
          memory_,
          prover_,
          history_.can_undo(),
          history_.can_redo()};
}

Workspace& App::workspace() { return *workspaces_[workspace_index(document().workspace)]; }

void App::update_plan() {
  RunRequest request{document().source, document().pipeline, document().engine};
  if (planned_ && planned_->same_as(request)) return;
  Shape shape = request.source.array.tensor.shape();
  if (request.source.luma && shape.c >= 3) shape.c = 1;
  plan_ = plan_pipeline(request.pipeline, shape, request.source.array.form);
  runner_.request(request);
  planned_ = std::move(request);
}

void App::frame(const Keys& pressed) {
  Keys keys = pressed;
  heatmaps_.begin_frame();
  memory_.controls.clear();
  memory_.tips.clear();
  memory_.shown.clear();
  memory_.wake_after = -1.0;
  memory_.working = false;
  memory_.wheel = ImGui::GetIO().MouseWheel;
  poll_files();
  const bool landed = runner_.poll();
  const Ui ui = make_ui(keys);
  take_focus_keys(ui, keys);
  take_commands(ui);
  draw(ui);
  desk_->update(ui, history_);
  if (memory_.open_request) open(*std::exchange(memory_.open_request, std::nullopt));
  changed_ = changed_ || landed || !actions_.empty() || memory_.undo || memory_.redo;
  wants_frame_ = changed_ || !memory_.asked_next.empty();
  apply_actions();
  update_plan();
  changed_ = false;
  ++memory_.frames;
  if (memory_.quit) memory_.quit = desk_->may_quit(document());
  memory_.busy = runner_.busy() || !opening_.empty() || memory_.working || desk_->busy();
  dump_document();
}

void App::draw(const Ui& ui) {
  const FrameLayout layout = layout_of(ui);
  Workspace& shown = workspace();
  shown.begin(ui);
  prover_.update(ui);
  BarState bar{!layout.left_shown(), runner_.busy(), runner_.busy_seconds(), shown.run()};
  if (bar.run) {
    bar.busy = bar.run->busy;
    bar.busy_seconds = bar.run->busy_seconds;
  }
  if (bar.busy) ui.wake_in(0.1);
  draw_region("top", layout.top, ui.theme.panel, [&] { draw_top_bar(ui, layout.top, bar); });
  draw_region("status", layout.status, ui.theme.panel,
              [&] { draw_status_bar(ui, layout.status, shown.status(ui)); });
  draw_region("center", layout.center, ui.theme.canvas, [&] {
    ImGui::BringWindowToDisplayBack(ImGui::GetCurrentWindow());
    shown.draw_center(ui, layout.center, !layout.inspector_open);
  });
  // Of these regions, one made earlier lies over one made later: borders over their columns.
  if (layout.left_shown()) {
    if (!document().view.projector)
      draw_border(ui, "left/border", layout.left.max.x, layout.left, {&View::left_width, 1});
    draw_region("left column", layout.left, ui.theme.panel,
                [&] { shown.draw_left(ui, layout.left); });
  }
  if (layout.inspector_open) {
    draw_border(ui, "inspector/border", layout.inspector.min.x, layout.inspector,
                {&View::inspector_width, -1});
    draw_region("inspector column", layout.inspector, ui.theme.panel,
                [&] { shown.draw_inspector_column(ui, layout.inspector); });
    memory_.controls["column/inspector"] = layout.inspector;
  }
  if (std::exchange(memory_.toggle_left, false)) toggle_left(ui);
  if (std::exchange(memory_.cancel, false)) {
    bar.run ? shown.cancel() : runner_.cancel();
  }
  if (std::exchange(memory_.open_browser, false)) browser_->open(document().source.path);
  if (const auto kind = std::exchange(memory_.browse_to_save, {})) browser_->ask(*kind, document());
  browser_->draw(ui);
  desk_->draw(ui, layout.center);
  if (std::exchange(memory_.open_palette, false)) palette_->open();
  palette_->draw(ui);
  draw_overlays(ui);
}

void App::apply_actions() {
  if (memory_.undo || memory_.redo) {
    if (std::exchange(memory_.undo, false)) history_.undo();
    if (std::exchange(memory_.redo, false)) history_.redo();
    // What was playing then does not start again.
    actions_.push_back({action::SetPlayback{{false, document().playback.speed}}});
  }
  for (const Action& action : std::exchange(actions_, {})) {
    if (auto applied = history_.apply(action); !applied)
      memory_.log.push_back(applied.error().message);
  }
}

Result<App::OpenedFile> App::read_opened(const std::filesystem::path& path,
                                         const std::string& device) {
  if (is_session_name(path)) {
    auto session = open_session(path);
    if (!session) return tl::unexpected(session.error());
    return OpenedFile{std::move(session->document), std::move(session->notes)};
  }
  if (is_model_name(path)) {
    auto model = open_model_file(path, device);
    if (!model) {
      // Tensors that torch.save() wrote go by the same names.
      auto array = read_model_array(path);
      if (!array) return tl::unexpected(model.error());
      return OpenedFile{Source{std::move(*array), path}, {}};
    }
    std::vector<std::string> notes = model->model->notes();
    return OpenedFile{std::move(*model), std::move(notes)};
  }
  auto source = read_source(path);
  if (!source) return tl::unexpected(source.error());
  std::vector<std::string> notes = source->array.notes;
  return OpenedFile{std::move(*source), std::move(notes)};
}

void App::open(const std::filesystem::path& path) {
  opening_.push_back({path, std::async(std::launch::async, [path, device = document().model.device,
                                                            wake = options_.wake] {
                        auto file = read_opened(path, device);
                        if (wake) wake();
                        return file;
                      })});
}

void App::poll_files() {
  if (opening_.empty()) return;
  memory_.wake_after = 0.05;
  if (opening_.front().file.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  Opening opened = std::move(opening_.front());
  opening_.pop_front();
  changed_ = true;
  auto file = opened.file.get();
  if (!file) return refuse_opened(opened.path, file.error());
  if (!is_own_file(opened.path)) remember_recent(memory_, opened.path);
  take_opened(opened.path, std::move(*file));
}

/// What is wrong with a model is said where models are.
void App::refuse_opened(const std::filesystem::path& path, const Error& error) {
  const bool is_model = is_model_name(path);
  (is_model ? memory_.model_error : memory_.open_error) = error.message;
  memory_.log.push_back(error.message);
  if (is_model) actions_.push_back({action::SetWorkspace{std::string(kFeatureMaps)}});
}

/// A picture or an array is what the shown workspace reads.
void App::take_opened(const std::filesystem::path& path, OpenedFile file) {
  memory_.open_error.clear();
  memory_.model_error.clear();
  memory_.browsing_samples = false;
  memory_.log.insert(memory_.log.end(), file.notes.begin(), file.notes.end());
  if (auto* model = std::get_if<OpenModelFile>(&file.content)) {
    actions_.push_back({action::OpenModel{path}});
    actions_.push_back({action::SetWorkspace{std::string(kFeatureMaps)}});
    memory_.opened_model = std::move(*model);
  } else if (auto* session = std::get_if<Document>(&file.content)) {
    actions_.push_back({action::OpenSession{std::move(*session)}});
  } else if (document().workspace == kFeatureMaps || is_model_name(path)) {
    ModelSetup setup = document().model;
    setup.input = path;
    setup.member.clear();
    setup.data_format = DataFormat::unspecified;
    if (setup != document().model) actions_.push_back({action::SetModelInput{std::move(setup)}});
    actions_.push_back({action::SetWorkspace{std::string(kFeatureMaps)}});
  } else {
    actions_.push_back({action::OpenSource{std::get<Source>(std::move(file.content)).array, path}});
  }
}

void App::settle() {
  for (const Opening& opening : opening_) opening.file.wait();
  runner_.wait();
}

void App::ask_to_quit() { memory_.quit = true; }

std::string App::title() const {
  const Document& shown = document();
  if (shown.session.empty()) return shown.source.array.name;
  return fmt::format("{}{}", desk_->is_unsaved(shown) ? "*" : "",
                     shown.session.filename().string());
}

Settings App::settings() const {
  Settings settings = options_.settings;
  settings.view = document().view;
  settings.engine = document().engine;
  settings.link_axes = memory_.link_axes;
  settings.tour_seen = memory_.tour_seen;
  return settings;
}

void App::tell(std::string message) { memory_.log.push_back(std::move(message)); }

double App::wake_after() const { return memory_.wake_after; }

void App::dump_document() {
  if (options_.dump_document.empty()) return;
  const std::string text = document_json(document(), runner_.current(), memory_);
  if (auto written = write_file(options_.dump_document, text); !written) {
    memory_.log.push_back(written.error().message);
    options_.dump_document.clear();
  }
}

}  // namespace poolscope
