#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "app/background.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/small_plane.h"
#include "core/analysis/loss_ledger.h"
#include "core/metrics/picture_metrics.h"

namespace poolscope {
namespace {

/// A guess of the input as it is drawn.
struct RankedRebuild {
  Rebuild way = Rebuild::unpool;
  double mse = 0.0;
  SmallPlane values, error;
};

/// The ledger of the plane shown, its planes made small.
struct Account {
  LossLedger figures;  ///< Without the planes.
  std::vector<RankedRebuild> guesses;
  float worst = 0.0F;  ///< The largest error of all guesses.
  std::string reason;  ///< Why there is none.
};

struct LossPanel {
  Background<PlaneKey, Account> account;
  std::array<HeatmapTexture, 2 * kRebuilds.size()> textures;
};

Result<Account> taken(const Engine& engine, const Layer& layer, const Tensor& input,
                      std::pair<std::int64_t, const std::atomic<bool>*> plane_and_cancelled) {
  const auto [index, cancelled] = plane_and_cancelled;
  const auto lowered = lower_layer(layer, input.shape());
  if (!lowered) return tl::unexpected(lowered.error());
  const auto plane =
      pool_plane({engine, input, *lowered, index}, {.winners = true, .cancelled = cancelled});
  if (!plane) return tl::unexpected(plane.error());
  auto ledger = loss_ledger(*plane);
  if (!ledger) return tl::unexpected(ledger.error());
  Account account;
  for (RebuiltPlane& rebuilt : ledger->rebuilt) {
    const auto error = absolute_difference(plane->input, rebuilt.values);
    if (!error) return tl::unexpected(error.error());
    RankedRebuild guess{rebuilt.way, rebuilt.mse, small_plane(rebuilt.values), small_plane(*error)};
    if (guess.error.picture)
      account.worst = std::max(account.worst, guess.error.picture->overall().max);
    account.guesses.push_back(std::move(guess));
    rebuilt.values = {};
  }
  account.figures = std::move(*ledger);
  return account;
}

void compute(const Ui& ui, const StageView& view, LossPanel& panel) {
  panel.account.update(ui, plane_key(ui, view),
                       [engine = view.evaluation->engine, layer = *view.layer, input = view.input,
                        plane = view.plane](const std::atomic<bool>& cancelled) {
                         auto account = taken(*engine, layer, input, {plane, &cancelled});
                         if (account) return std::move(*account);
                         Account none;
                         none.reason = account.error().message;
                         return none;
                       });
}

std::string percent(double share) {
  return std::isfinite(share) ? short_number_text(share * 100.0, 5) + " %" : "undefined";
}

std::string count_of(std::int64_t part, std::int64_t whole) {
  return fmt::format("{} of {}, {}", count_text(part), count_text(whole),
                     percent(static_cast<double>(part) / static_cast<double>(whole)));
}

/// One figure of the ledger, and what it says exactly.
struct Entry {
  std::string_view id, name;
  std::string value;
  std::string_view meaning;
};

std::array<Entry, 5> entries_of(const LossLedger& ledger) {
  return {{
      {"numbers", "Numbers left", count_of(ledger.cells_out, ledger.cells_in),
       "Cells of the output, of those of the input"},
      {"read", "Cells read", count_of(ledger.cells_read, ledger.cells_in),
       "Input cells that at least one window reads; the others cannot change the output"},
      {"reach", ledger.picks ? "Cells that win" : "Cells with a part",
       count_of(ledger.cells_reach, ledger.cells_in),
       ledger.picks ? "Input cells whose value is in the output; the rest is thrown away"
                    : "Input cells that have a part in some output: every one that is read"},
      {"energy", "Energy kept", percent(ledger.energy_kept),
       ledger.picks ? "Sum of squares of the winners, over that of the whole input"
                    : "Sum of squares of the outputs spread back over the cells they read, over "
                      "that of the input"},
      {"variance", "Variance kept", percent(ledger.variance_kept),
       "Variance of the output over that of the input: how much contrast is left"},
  }};
}

/// The value, or the share at its end where the row is too narrow for all of it.
std::string short_enough(const Ui& ui, const Entry& entry, float width) {
  const float name = text_width(ui, Font::sans13, entry.name);
  const bool fits = name + ui.px(12) + text_width(ui, Font::mono13, entry.value) <= width;
  const std::size_t comma = entry.value.rfind(", ");
  return fits || comma == std::string::npos ? entry.value : entry.value.substr(comma + 2);
}

/// The figures, a row each; returns their bottom.
float draw_entries(const Ui& ui, const LossLedger& ledger, const Rect& area) {
  const float pitch = ui.px(30);
  float y = area.min.y;
  for (const Entry& entry : entries_of(ledger)) {
    const Rect row = Rect::of(area.min.x, y, area.width(), pitch);
    click_area(ui, fmt::format("loss/{}", entry.id), row);
    tooltip(ui, entry.meaning);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, entry.name);
    const std::string text = short_enough(ui, entry, row.width());
    draw_text_right(ui, Font::mono13, {row.max.x, row.center().y}, ui.theme.t1, text);
    draw_divider(ui, row.min.x, row.max.x, row.max.y);
    ui.tell(fmt::format("loss/{}", entry.id), entry.value);
    y += pitch;
  }
  return y;
}

std::string_view title_of(Rebuild way, bool picks) {
  if (way == Rebuild::nearest) return "Nearest";
  if (way == Rebuild::bilinear) return "Bilinear";
  return picks ? "Unpool the winners" : "Spread back";
}

std::string_view about(Rebuild way, bool picks) {
  if (way == Rebuild::nearest) return "Each cell takes the output of the nearest window";
  if (way == Rebuild::bilinear) return "Each cell lies between the outputs of four windows";
  return picks ? "Each winner back in its place, 0 elsewhere, as MaxUnpool2d does"
               : "Each cell takes the mean of the outputs that read it";
}

/// ` · 21.6 dB`, of the full range of a picture or else of the plane; empty where there is none.
std::string psnr_text(const StageView& view, double mse) {
  const PlaneStats& plane = view.input_picture->stats(view.plane);
  const float white = view.evaluation->request.source.array.white;
  const double range = double{plane.max} - double{plane.min};
  const Measure ratio = psnr(mse, white > 0.0F ? double{white} : range);
  return ratio.value ? fmt::format(" · {:.1f} dB", *ratio.value) : std::string();
}

/// A guess and its error, side by side under their figures; returns the bottom.
float draw_guess(const Ui& ui, const StageView& view, LossPanel& panel, const Rect& area,
                 std::size_t rank) {
  const Account& account = *panel.account.shown();
  const RankedRebuild& guess = account.guesses[rank];
  const bool picks = account.figures.picks;
  const std::string_view name = rebuild_name(guess.way);
  const Rect head = Rect::of(area.min.x, area.min.y, area.width(), ui.px(40));
  click_area(ui, fmt::format("loss/{}", name), head);
  tooltip(ui, about(guess.way, picks));
  const std::string mse = "MSE " + short_number_text(guess.mse, 7);
  draw_text_cut(ui, rank == 0 ? Font::sans13_semibold : Font::sans13,
                {head.min.x, head.min.y + ui.px(9)}, ui.theme.t1, head.width(),
                fmt::format("{}. {}", rank + 1, title_of(guess.way, picks)));
  draw_text_cut(ui, Font::mono12, {head.min.x, head.min.y + ui.px(28)}, ui.theme.t2, head.width(),
                mse + psnr_text(view, guess.mse));
  ui.tell(fmt::format("loss/{}", name), fmt::format("{}. {}", rank + 1, mse));
  const float half = (area.width() - ui.px(8)) * 0.5F;
  float bottom = head.max.y;
  const std::array<const SmallPlane*, 2> planes{&guess.values, &guess.error};
  const std::array<ValueRange, 2> ranges{view.input_range, ValueRange{0.0F, account.worst}};
  constexpr std::array<std::string_view, 2> kCaptions{"guess", "error"};
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const float x = area.min.x + (half + ui.px(8)) * static_cast<float>(i);
    const Rect room{{x, head.max.y + ui.px(4)}, {x + half, area.max.y - ui.px(22)}};
    const Rect rect = fitted(room, *planes[i]);
    draw_small_plane(ui, panel.textures[2 * rank + i], *planes[i], rect, ranges[i]);
    draw_text(ui, Font::sans12, {rect.min.x, rect.max.y + ui.px(11)}, ui.theme.t3, kCaptions[i]);
    bottom = std::max(bottom, rect.max.y + ui.px(22));
  }
  return bottom;
}

/// All guesses, best first; returns their bottom.
float draw_guesses(const Ui& ui, const StageView& view, LossPanel& panel, const Rect& area) {
  const float gap = ui.px(24);
  const auto count = static_cast<float>(kRebuilds.size());
  const float width = (area.width() - gap * (count - 1)) / count;
  const float height = std::max(area.height(), ui.px(150));
  float bottom = area.min.y;
  for (std::size_t i = 0; i < panel.account.shown()->guesses.size(); ++i) {
    const float x = area.min.x + (width + gap) * static_cast<float>(i);
    const Rect place = Rect::of(x, area.min.y, width, height);
    bottom = std::max(bottom, draw_guess(ui, view, panel, place, i));
  }
  return bottom;
}

}  // namespace

float draw_loss(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& panel = state.panels.of<LossPanel>();
  if (view.layer == nullptr || view.evaluation->engine == nullptr) return area.min.y;
  compute(ui, view, panel);
  const Account* account = panel.account.shown();
  if (account == nullptr) return area.max.y;
  if (!account->reason.empty()) {
    draw_text_cut(ui, Font::sans13, {area.min.x, area.min.y + ui.px(16)}, ui.theme.t2, area.width(),
                  account->reason);
    return area.min.y + ui.px(32);
  }
  const float right = area.max.x - ui.px(16);
  const bool beside = area.width() > ui.px(560);
  const float split =
      beside ? area.min.x + std::clamp(area.width() * 0.32F, ui.px(250), ui.px(360)) : right;
  const float table = draw_entries(ui, account->figures, {area.min, {split, area.max.y}});
  const Rect guesses = beside ? Rect{{split + ui.px(32), area.min.y}, {right, area.max.y}}
                              : Rect{{area.min.x, table + ui.px(16)}, {right, table + ui.px(190)}};
  return std::max(table, draw_guesses(ui, view, panel, guesses));
}

}  // namespace poolscope
