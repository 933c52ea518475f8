#include "app/file_browser.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <fmt/format.h>

#include "app/samples.h"
#include "app/state_folder.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

constexpr const char* kTitle = "Open a file";
constexpr std::size_t kMaxRecent = 10;

ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

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
  if (click.hovered) list().AddRectFilled(row.min, row.max, ui.theme.ctl, ui.px(5));
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
  if (!path.empty() && std::filesystem::is_directory(path.parent_path(), error)) {
    go_to(path.parent_path());
  } else {
    go_to(folder_.empty() ? std::filesystem::current_path(error) : folder_);
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
    if (!is_folder && !is_readable_name(entry.path())) continue;
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
  if (const auto typed = text_field(ui, "browser/path", field, folder_.string(), !error_.empty())) {
    std::error_code error;
    const std::filesystem::path path = folder_ / *typed;
    if (std::filesystem::exists(path, error)) {
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
              "Nothing here that Poolscope reads");
  }
  std::optional<std::filesystem::path> chosen;
  for (const Entry& entry : entries_) {
    const Icon icon = entry.folder ? Icon::folder : Icon::grid;
    if (draw_row(ui, "browser/" + entry.name, icon, entry.name, entry.size)) chosen = entry.path;
  }
  ImGui::EndChild();
  if (chosen) choose(ui, *chosen);
}

void FileBrowser::draw(const Ui& ui) {
  if (std::exchange(asked_, false)) {
    ImGui::OpenPopup(kTitle);
    open_ = true;
  }
  if (!open_) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.5F}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize(
      {std::min(ui.px(760), screen.x - ui.px(32)), std::min(ui.px(540), screen.y - ui.px(32))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  if (ImGui::BeginPopupModal(kTitle, nullptr,
                             ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove)) {
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const Rect inner = Rect{at, {at.x + size.x, at.y + size.y}}.inset(ui.px(20));
    draw_text(ui, Font::sans16_semibold, {inner.min.x, inner.min.y + ui.px(10)}, ui.theme.t1,
              kTitle);
    draw_path(ui, Rect::of(inner.min.x, inner.min.y + ui.px(32), inner.width(), ui.px(32)));
    if (!error_.empty()) {
      draw_text_cut(ui, Font::sans12, {inner.min.x + ui.px(40), inner.min.y + ui.px(76)},
                    ui.theme.err, inner.width() - ui.px(40), error_);
    }
    const Rect lists{{inner.min.x, inner.min.y + ui.px(92)},
                     {inner.max.x, inner.max.y - ui.px(48)}};
    const float split = lists.min.x + lists.width() * 0.32F;
    draw_recent(ui, {lists.min, {split - ui.px(12), lists.max.y}});
    draw_entries(ui, {{split, lists.min.y}, lists.max});
    draw_text_cut(ui, Font::sans12, {inner.min.x, inner.max.y - ui.px(16)}, ui.theme.t3,
                  inner.width() - ui.px(110),
                  "Pictures (PNG, JPEG, BMP, TGA, PSD, HDR), grids (.txt, .csv) and .npy");
    const ButtonSpec cancel{.text = "Cancel"};
    const float width = button_width(ui, cancel);
    const bool leave =
        button(ui, "browser/cancel",
               Rect::of(inner.max.x - width, inner.max.y - ui.px(32), width, ui.px(32)), cancel);
    const bool escaped = ui.memory.editing.empty() && ui.keys.pressed(Key::escape);
    if (leave || escaped || !open_) {
      open_ = false;
      ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

}  // namespace poolscope
