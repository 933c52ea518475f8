#include <algorithm>

#include <fmt/format.h>

#include "app/workspaces/feature_maps/folder_run.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/base/resources.h"

namespace poolscope {
namespace {

/// What was run, and what it gave.
struct FolderKey {
  const Model* model = nullptr;
  std::vector<ModelSwap> swaps;
  std::filesystem::path folder;
  Preprocessing preprocessing;
  bool operator==(const FolderKey&) const = default;
};

struct FolderWork {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> images;
  std::optional<FolderKey> asked;
  std::shared_ptr<const FolderRequest> request;
  std::shared_ptr<std::atomic<std::int64_t>> done;
  Background<FolderKey, FolderResult> work;
};

std::filesystem::path open_folder(const Ui& ui) {
  if (!ui.document.model.input.empty()) return ui.document.model.input.parent_path();
  const auto samples = resource_path("assets/samples");
  return samples ? *samples : std::filesystem::path();
}

FolderRequest request_of(const Ui& ui, const MapsState& state, const FolderWork& folder) {
  FolderRequest request{state.session.file()->model,
                        {},
                        folder.images,
                        ui.document.model.preprocessing,
                        state.session.reading()->labels};
  for (const ModelSwap& swap : ui.document.model.swaps) {
    if (const auto layer = find_layer(state.layers(), swap.layer))
      request.swaps.push_back({*layer, swap.replacement});
  }
  return request;
}

std::string share(std::int64_t part, std::int64_t whole) {
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void draw_row(const Ui& ui, Column& column, std::string_view label, const std::string& before,
              const std::string& after) {
  const Rect row = column.row(30, 0);
  draw_divider(ui, row.min.x, row.max.x, row.max.y);
  const float y = row.center().y;
  draw_text(ui, Font::sans13, {row.min.x, y}, ui.theme.t2, label);
  draw_text_right(ui, Font::mono12, {row.max.x - ui.px(80), y}, ui.theme.t1, before);
  draw_text_right(ui, Font::mono12, {row.max.x, y}, ui.theme.acctext, after);
}

void draw_result(const Ui& ui, Column& column, const FolderResult& result) {
  if (result.images > 0) {
    const Rect head = column.row(24, 0);
    draw_text_right(ui, Font::sans12, {head.max.x - ui.px(80), head.center().y}, ui.theme.t3,
                    "before");
    draw_text_right(ui, Font::sans12, {head.max.x, head.center().y}, ui.theme.t3, "after");
    if (result.known > 0)
      draw_row(ui, column, "Accuracy", share(result.right_before, result.known),
               share(result.right_after, result.known));
    draw_row(ui, column, "Same top class", "–", share(result.same_class, result.images));
    ui.tell("folder",
            fmt::format("{} of {} same, {} and {} of {} right", result.same_class, result.images,
                        result.right_before, result.right_after, result.known));
  }
  if (result.failed == 0) return;
  column.space(6);
  column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.warn, ui.theme.soft_warn,
                             Icon::warn,
                             fmt::format("{} left out: {}", result.failed, result.error)) +
                     ui.px(8));
}

}  // namespace

void draw_folder_section(const Ui& ui, MapsState& state, Column& column) {
  const ModelReading* const reading = state.session.reading();
  if (ui.document.model.swaps.empty() || reading == nullptr || !reading->input.is_image) return;
  if (state.session.file() == nullptr || !state.session.swap_error().empty()) return;
  auto& folder = state.panels.of<FolderWork>();
  const auto path = open_folder(ui);
  if (folder.folder != path) {
    folder.folder = path;
    folder.images = images_in(path);
  }
  if (folder.images.empty()) return;
  column.divider();
  const Rect title = column.title("Over the open folder");
  draw_text_right(
      ui, Font::sans12, {title.max.x, title.center().y}, ui.theme.t3,
      fmt::format("{} images", count_text(static_cast<std::int64_t>(folder.images.size()))));
  const FolderKey key{state.session.file()->model.get(), ui.document.model.swaps, path,
                      ui.document.model.preprocessing};
  if (folder.asked != key) {
    if (button(
            ui, "folder/run", column.row(32),
            {.text = "Compare before and after",
             .tip = "Both models on every image; classes are told by names of files or folders"})) {
      folder.asked = key;
      folder.request = std::make_shared<const FolderRequest>(request_of(ui, state, folder));
      folder.done = std::make_shared<std::atomic<std::int64_t>>(0);
    }
    return;
  }
  folder.work.update(
      ui, key, [request = folder.request, done = folder.done](const std::atomic<bool>& cancelled) {
        return compare_over(*request, *done, cancelled);
      });
  const FolderKey* const shown = folder.work.shown_key();
  if (shown != nullptr && *shown == key) return draw_result(ui, column, *folder.work.shown());
  const Rect row = column.row(28, 4);
  draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t3,
            fmt::format("{} of {}", folder.done->load(), folder.images.size()));
}

}  // namespace poolscope
