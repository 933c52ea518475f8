#include <fmt/format.h>

#include "app/workspaces/explore/explore.h"

namespace poolscope {
namespace {

/// The shape at each stage, and where the pipeline stops.
std::vector<std::pair<std::string, StatusLine::Tone>> shape_chain(const Ui& ui) {
  using enum StatusLine::Tone;
  std::vector<std::pair<std::string, StatusLine::Tone>> chain;
  for (std::size_t i = 0; i < ui.plan.stages.size(); ++i) {
    ArrayForm form = ui.plan.stages[i].form;
    form.rank = 4;
    const bool is_current = i == ui.document.selected_layer + 1;
    chain.emplace_back(axes_text(array_axes(ui.plan.stages[i].shape, form), "×"),
                       is_current ? current : plain);
  }
  if (ui.plan.error) {
    chain.emplace_back(fmt::format("no output: layer {}", ui.plan.failed_layer.value_or(0) + 1),
                       error);
  }
  return chain;
}

/// The three keys that matter now.
std::vector<Hint> hints_of(const Ui& ui) {
  const Hint keys =
      ui.document.view.projector ? hint_of("projector", "projector off") : hint_of("keys", "keys");
  if (ui.document.edit.active) return {{"Enter", "down"}, {"Tab", "right"}, {"Esc", "leave"}};
  if (ui.document.prediction.hidden)
    return {Hint{"Enter", "check"}, hint_of("reveal", "reveal"), keys};
  return {hint_of("play", "play"), hint_of("window/next", "next window"), keys};
}

/// How many cells of the output are no finite numbers.
std::string non_finite_text(const std::optional<StageView>& view) {
  if (!view || view->output == nullptr || view->hides_any()) return {};
  const PlaneStats& stats = view->output_picture->overall();
  if (stats.non_finite() == 0) return {};
  return fmt::format("output: {} NaN, {} infinite", count_text(stats.nans),
                     count_text(stats.plus_infs + stats.minus_infs));
}

}  // namespace

StatusLine Explore::status(const Ui& ui) const {
  const std::string run =
      ui.evaluation && ui.evaluation->seconds > 0.0 ? duration_text(ui.evaluation->seconds) : "";
  return {shape_chain(ui),
          {{"Cursor", cursor_text()}, {"Last run", run}, {"", non_finite_text(view_)}},
          hints_of(ui)};
}

}  // namespace poolscope
