#include "app/file_browser.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/model_file.h"
#include "app/samples.h"
#include "app/session.h"
#include "app/state_folder.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

constexpr const char* kDialog = "Files";
constexpr std::size_t kMaxRecent = 10;

std::filesystem::path recent_file() {
  const auto folder = state_folder();
  return folder.empty() ? folder : folder / "recent";
}

/// Whether the name ends as those of files that can be read.
bool is_readable_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto known = input_extensions();
  if (extension == kSessionExtension || is_model_name(path)) return true;
  return std::find(known.begin(), known.end(), extension) != known.end();
}

std::string size_text(std::uintmax_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.0f} kB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / (1024 * 1024));
}

/// One row that answers to a click anywhere on it.
bool draw_row(const Ui& ui, const std::string& id, Icon icon, const std::string& name,
              const std::string& right) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect row = Rect::of(at.x, at.y, ImGui::GetContentRegionAvail().x, ui.px(30));
  const Click click = click_area(ui, id, row);
  if (click.hovered) draw_list().AddRectFilled(row.min, row.max, ui.theme.ctl, ui.px(5));
  draw_icon(ui, icon, {row.min.x + ui.px(16), row.center().y}, ui.theme.t3, 14);
  const float right_width = text_width(ui, Font::mono12, right);
  draw_text_cut(ui, Font::sans13, {row.min.x + ui.px(34), row.center().y}, ui.theme.t1,
                row.width() - ui.px(54) - right_width, name);
  draw_text_right(ui, Font::mono12, {row.max.x - ui.px(8), row.center().y}, ui.theme.t3, right);
  ImGui::SetCursorScreenPos({row.min.x, row.max.y});
  return click.clicked;
}

}  // namespace

std::vector<std::filesystem::path> load_recent() {
  std::vector<std::filesystem::path> recent;
  std::ifstream file(recent_file());
  for (std::string line; recent.size() < kMaxRecent && std::getline(file, line);) {
    if (!line.empty()) recent.emplace_back(line);
  }
  return recent;
}

void remember_recent(UiMemory& memory, const std::filesystem::path& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  std::erase(memory.recent, absolute);
  memory.recent.insert(memory.recent.begin(), absolute);
  if (memory.recent.size() > kMaxRecent) memory.recent.resize(kMaxRecent);
  const auto file = recent_file();
  if (file.empty()) return;
  std::filesystem::create_directories(file.parent_path(), error);
  std::string text;
  for (const auto& entry : memory.recent) text += entry.string() + "\n";
  if (auto written = write_file(file, text); !written)
    memory.log.push_back(written.error().message);
}

void FileBrowser::open(const std::filesystem::path& path) {
  std::error_code error;
  asked_ = true;
  saving_.reset();
  if (!path.empty() && std::filesystem::is_directory(path.parent_path(), error)) {
    go_to(path.parent_path());
  } else {
    go_to(folder_.empty() ? std::filesystem::current_path(error) : folder_);
  }
}

void FileBrowser::ask(SaveKind kind, const Document& document) {
  const bool has_session = !document.session.empty();
  const auto& near = kind == SaveKind::model ? document.model.model : document.source.path;
  open(has_session && kind != SaveKind::model ? document.session : near);
  saving_ = kind;
  replaces_ = false;
  std::string stem = std::filesystem::path(document.source.array.name).stem().string();
  if (has_session && kind != SaveKind::model) stem = document.session.stem().string();
  if (stem.empty()) stem = "grid";
  if (kind == SaveKind::model)
    stem = document.model.model.stem().string() + "-changed";
  else if (kind != SaveKind::session)
    stem += "-pooled";
  name_ = stem + std::string(save_row(kind).extension);
  go_to(folder_);
}

bool FileBrowser::lists(const std::filesystem::path& path) const {
  return saving_ ? path.extension() == save_row(*saving_).extension : is_readable_name(path);
}

/// A file that exists is written over only when asked twice.
void FileBrowser::save(const Ui& ui) {
  std::filesystem::path path = folder_ / name_;
  if (!path.has_extension()) path += save_row(*saving_).extension;
  std::error_code error;
  if (name_.empty() || std::filesystem::is_directory(path, error)) {
    error_ = name_.empty() ? "A name is needed" : fmt::format("{} is a folder", path.string());
  } else if (std::filesystem::exists(path, error) && !replaces_) {
    error_ = fmt::format("{} exists; Replace writes over it", path.filename().string());
    replaces_ = true;
  } else {
    ui.memory.save_request = SaveRequest{*saving_, path};
    open_ = false;
  }
}

void FileBrowser::go_to(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<Entry> found;
  std::filesystem::directory_iterator entries(
      folder, std::filesystem::directory_options::skip_permission_denied, error);
  if (error) {
    error_ = fmt::format("{}: {}", folder.string(), error.message());
    return;
  }
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.front() == '.') continue;
    const bool is_folder = entry.is_directory(error);
    if (!is_folder && !lists(entry.path())) continue;
    found.push_back(
        {entry.path(), name, is_folder ? "" : size_text(entry.file_size(error)), is_folder});
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
  folder_ = std::filesystem::absolute(folder, error).lexically_normal();
  entries_ = std::move(found);
  error_.clear();
}

void FileBrowser::choose(const Ui& ui, const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return go_to(path);
  if (saving_) {
    name_ = path.filename().string();
    replaces_ = false;
    return;
  }
  open_file(ui, path);
  open_ = false;
}

void FileBrowser::draw_path(const Ui& ui, const Rect& row) {
  const float side = row.height();
  if (button(ui, "browser/up", Rect::of(row.min.x, row.min.y, side, side),
             {.icon = Icon::up, .tip = "The folder above"})) {
    go_to(folder_.parent_path());
  }
  const Rect field{{row.min.x + side + ui.px(8), row.min.y}, row.max};
  const auto typed =
      text_field(ui, "browser/path", field, {.value = folder_.string(), .error = !error_.empty()});
  tooltip(ui, "Type a path; Enter opens it");
  if (typed) {
    std::error_code error;
    const std::filesystem::path path = folder_ / *typed;
    const bool is_new = saving_ && std::filesystem::is_directory(path.parent_path(), error) &&
                        !std::filesystem::exists(path, error);
    if (is_new) {
      go_to(path.parent_path());
      name_ = path.filename().string();
    } else if (std::filesystem::exists(path, error)) {
      choose(ui, path);
    } else {
      error_ = fmt::format("{}: no such file or folder", path.string());
      ui.memory.open_error = error_;
      ui.memory.log.push_back(error_);
    }
  }
}

void FileBrowser::draw_recent(const Ui& ui, const Rect& area) {
  ImGui::SetCursorScreenPos(area.min);
  ImGui::BeginChild("recent", area.size());
  const ImVec2 at = ImGui::GetCursorScreenPos();
  draw_text(ui, Font::sans12, {at.x + ui.px(8), at.y + ui.px(12)}, ui.theme.t3,
            ui.memory.recent.empty() ? "No recent files" : "Recent");
  ImGui::SetCursorScreenPos({at.x, at.y + ui.px(26)});
  const auto recent = ui.memory.recent;
  for (std::size_t i = 0; i < recent.size(); ++i) {
    if (draw_row(ui, fmt::format("browser/recent/{}", i), Icon::reset,
                 recent[i].filename().string(), ""))
      choose(ui, recent[i]);
    tooltip(ui, recent[i].string());
  }
  ImGui::EndChild();
}

void FileBrowser::draw_entries(const Ui& ui, const Rect& area) {
  ImGui::SetCursorScreenPos(area.min);
  ImGui::BeginChild("entries", area.size());
  if (entries_.empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_text(ui, Font::sans13, {at.x + ui.px(8), at.y + ui.px(16)}, ui.theme.t3,
              saving_ ? "Nothing of the kind here yet" : "Nothing here that Poolscope reads");
  }
  std::optional<std::filesystem::path> chosen;
  for (const Entry& entry : entries_) {
    const Icon icon = entry.folder ? Icon::folder : Icon::grid;
    if (draw_row(ui, "browser/" + entry.name, icon, entry.name, entry.size)) chosen = entry.path;
  }
  ImGui::EndChild();
  if (chosen) choose(ui, *chosen);
}

/// The name of the file to write, and the button that writes it.
void FileBrowser::draw_name(const Ui& ui, const Rect& row) {
  const ButtonSpec spec{.text = replaces_ ? "Replace" : "Save", .filled = true};
  const float width = button_width(ui, spec);
  const Rect field{row.min, {row.max.x - width - ui.px(8), row.max.y}};
  bool entered = false;
  if (const auto typed = text_field(ui, "browser/name", field, {.value = name_})) {
    name_ = *typed;
    replaces_ = false;
    entered = ui.keys.pressed(Key::enter);
  }
  if (button(ui, "browser/save", {{row.max.x - width, row.min.y}, row.max}, spec) || entered)
    save(ui);
}

void FileBrowser::draw_dialog(const Ui& ui, const Rect& inner) {
  const std::string title =
      saving_ ? fmt::format("Save: {}", save_row(*saving_).title) : std::string("Open a file");
  draw_text(ui, Font::sans16_semibold, {inner.min.x, inner.min.y + ui.px(10)}, ui.theme.t1, title);
  draw_path(ui, Rect::of(inner.min.x, inner.min.y + ui.px(32), inner.width(), ui.px(32)));
  if (!error_.empty()) {
    draw_text_cut(ui, Font::sans12, {inner.min.x + ui.px(40), inner.min.y + ui.px(76)},
                  ui.theme.err, inner.width() - ui.px(40), error_);
  }
  const Rect lists{{inner.min.x, inner.min.y + ui.px(92)}, {inner.max.x, inner.max.y - ui.px(48)}};
  const float split = saving_ ? lists.min.x : lists.min.x + lists.width() * 0.32F;
  if (!saving_) draw_recent(ui, {lists.min, {split - ui.px(12), lists.max.y}});
  draw_entries(ui, {{split, lists.min.y}, lists.max});
  const ButtonSpec cancel{.text = "Cancel"};
  const float width = button_width(ui, cancel);
  const Rect last = Rect::of(inner.max.x - width, inner.max.y - ui.px(32), width, ui.px(32));
  if (saving_) {
    draw_name(ui, {{inner.min.x, last.min.y}, {last.min.x - ui.px(8), last.max.y}});
  } else {
    draw_text_cut(
        ui, Font::sans12, {inner.min.x, inner.max.y - ui.px(16)}, ui.theme.t3,
        inner.width() - ui.px(110),
        "Pictures (PNG, JPEG, BMP, TGA, PSD, HDR), grids (.txt, .csv), .npy, .npz and sessions");
  }
  const bool leave = button(ui, "browser/cancel", last, cancel);
  const bool escaped = ui.memory.editing.empty() && ui.keys.pressed(Key::escape);
  if (leave || escaped || !open_) {
    open_ = false;
    ImGui::CloseCurrentPopup();
  }
}

void FileBrowser::draw(const Ui& ui) {
  if (std::exchange(asked_, false)) {
    ImGui::OpenPopup(kDialog);
    open_ = true;
  }
  if (!open_) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.5F}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize(
      {std::min(ui.px(760), screen.x - ui.px(32)), std::min(ui.px(540), screen.y - ui.px(32))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  if (ImGui::BeginPopupModal(kDialog, nullptr,
                             ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove)) {
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    draw_dialog(ui, Rect{at, {at.x + size.x, at.y + size.y}}.inset(ui.px(20)));
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

}  // namespace poolscope
