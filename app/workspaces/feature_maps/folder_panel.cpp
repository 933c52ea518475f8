#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/canvas/confusion.h"
#include "app/workspaces/feature_maps/folder_run.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/base/resources.h"

namespace poolscope {
namespace {

/// Where images lie, and the classes that names of files and folders can tell.
struct ListKey {
  std::filesystem::path folder;
  std::vector<std::string> labels;
  bool operator==(const ListKey&) const = default;
};

/// What was run, and what it gave.
struct FolderKey {
  const Model* model = nullptr;
  std::vector<ModelSwap> swaps;
  ListKey list;
  Preprocessing preprocessing;
  bool operator==(const FolderKey&) const = default;
};

struct FolderWork {
  Background<ListKey, std::vector<std::filesystem::path>> list;
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
                        *folder.list.shown(),
                        ui.document.model.preprocessing,
                        folder.list.shown_key()->labels};
  for (const ModelSwap& swap : ui.document.model.swaps) {
    if (const auto layer = find_layer(state.layers(), swap.layer))
      request.swaps.push_back({*layer, swap.replacement});
  }
  return request;
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

std::string mean_text(const FolderSide& side, std::size_t layer, std::int64_t images) {
  return short_number_text(side.sums.at(layer) / static_cast<double>(images), 6);
}

/// Which of the two matrices is shown.
struct ShownMatrix {
  int side = 1;  ///< 0 before, 1 after.
};

void draw_matrix(const Ui& ui, MapsState& state, Column& column, const FolderResult& result,
                 const std::vector<std::string>& labels) {
  constexpr std::array<std::string_view, 2> kSides{"Before", "After"};
  int& shown = state.panels.of<ShownMatrix>().side;
  column.space(8);
  const Rect row = column.row(30);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "Confusion");
  const Rect choice{{row.min.x + ui.px(84), row.min.y}, row.max};
  if (const auto chosen = segmented(ui, "folder/side", choice, kSides, shown)) shown = *chosen;
  tooltip(ui, "A row a class: what its images were taken for");
  draw_confusion(ui, "folder/matrix", column, (shown == 0 ? result.before : result.after).answers,
                 labels);
}

/// What the layers behind a pool learned on is not what another pool gives them; empty where it is
/// much the same, or no layer learned anything.
std::string untrained_text(const std::vector<ModelLayer>& layers, std::size_t pool, double before,
                           double after) {
  const auto learned = [](const ModelLayer& layer) {
    return !layer.is_container && layer.parameter_count > 0;
  };
  const auto next =
      std::find_if(layers.begin() + static_cast<std::ptrdiff_t>(pool) + 1, layers.end(), learned);
  // Where signs differ or one is 0, there is no telling how many times larger one is.
  if (next == layers.end() || !(before * after > 0.0)) return {};
  const double ratio = before / after;
  if (ratio > 0.9 && ratio < 1.1) return {};
  return fmt::format("Not retrained. {} learned on values {:.1f}× {} than these.", own_name(*next),
                     std::max(ratio, 1.0 / ratio), ratio > 1.0 ? "larger" : "smaller");
}

void draw_untrained(const Ui& ui, const MapsState& state, Column& column,
                    const FolderResult& result) {
  const ModelLayer* const pool = state.selected();
  if (pool == nullptr || ui.document.model.replacement(pool->name) == nullptr) return;
  const auto before = result.before.sums.find(*state.layer);
  if (before == result.before.sums.end()) return;
  const std::string text = untrained_text(state.layers(), *state.layer, before->second,
                                          result.after.sums.at(*state.layer));
  if (text.empty()) return;
  ui.tell("folder/untrained", text);
  column.space(6);
  draw_warning(ui, column, text);
}

void draw_result(const Ui& ui, MapsState& state, Column& column, const FolderRequest& request,
                 const FolderResult& result) {
  const FolderSide &before = result.before, &after = result.after;
  if (result.images > 0) {
    const Rect head = column.row(24, 0);
    draw_text_right(ui, Font::sans12, {head.max.x - ui.px(80), head.center().y}, ui.theme.t3,
                    "before");
    draw_text_right(ui, Font::sans12, {head.max.x, head.center().y}, ui.theme.t3, "after");
    if (result.known() > 0) {
      draw_row(ui, column, "Accuracy", percent_text(before.answers.accuracy()),
               percent_text(after.answers.accuracy()));
      draw_row(ui, column, "F1, mean of classes", percent_text(before.answers.macro_f1()),
               percent_text(after.answers.macro_f1()));
    }
    draw_row(
        ui, column, "Same top class", "–",
        percent_text(static_cast<double>(result.same_class) / static_cast<double>(result.images)));
    std::string told =
        fmt::format("{} of {} same, {} and {} of {} right", result.same_class, result.images,
                    before.answers.right(), after.answers.right(), result.known());
    if (state.layer && before.sums.contains(*state.layer)) {
      const std::string was = mean_text(before, *state.layer, result.images);
      const std::string is = mean_text(after, *state.layer, result.images);
      draw_row(ui, column, fmt::format("Mean after {}", own_name(*state.selected())), was, is);
      told += fmt::format("; means {} and {}", was, is);
    }
    ui.tell("folder", told);
    if (result.known() > 0) draw_matrix(ui, state, column, result, request.labels);
  }
  draw_untrained(ui, state, column, result);
  if (result.failed == 0) return;
  column.space(6);
  draw_warning(ui, column, fmt::format("{} left out: {}", result.failed, result.error));
}

}  // namespace

void draw_folder_section(const Ui& ui, MapsState& state, Column& column) {
  const ModelReading* const reading = state.session.reading();
  if (ui.document.model.swaps.empty() || reading == nullptr || !reading->input.is_image) return;
  // A pool by itself answers nothing.
  if (state.session.file() == nullptr || ui.document.model.model.empty()) return;
  if (!state.session.swap_error().empty()) return;
  auto& folder = state.panels.of<FolderWork>();
  const ListKey list{open_folder(ui), reading->labels};
  folder.list.update(
      ui, list, [list](const std::atomic<bool>&) { return images_in(list.folder, list.labels); });
  if (folder.list.shown() == nullptr || *folder.list.shown_key() != list) return;
  const auto images = static_cast<std::int64_t>(folder.list.shown()->size());
  if (images == 0) return;
  column.divider();
  const Rect title = column.title("Over the open folder");
  draw_text_right(ui, Font::sans12, {title.max.x, title.center().y}, ui.theme.t3,
                  fmt::format("{} images", count_text(images)));
  const FolderKey key{state.session.file()->model.get(), ui.document.model.swaps, list,
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
  if (shown != nullptr && *shown == key)
    return draw_result(ui, state, column, *folder.request, *folder.work.shown());
  const Rect row = column.row(28, 4);
  draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t3,
            fmt::format("{} of {}", folder.done->load(), images));
}

}  // namespace poolscope
