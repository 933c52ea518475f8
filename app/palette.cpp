#include "app/palette.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/translation.h"

namespace poolscope {
namespace {

constexpr const char* kTitle = "Commands";
constexpr float kEntryRow = 32.0F;
constexpr float kRowsShown = 11.0F;
/// The rank of a command whose title has not the letters, but whose explanation has the words.
constexpr int kOnlyAbout = -1000;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool begins_word(std::string_view title, std::size_t at) {
  if (at == 0) return true;
  const auto before = static_cast<unsigned char>(title[at - 1]);
  const auto here = static_cast<unsigned char>(title[at]);
  return std::isalnum(before) == 0 || (std::islower(before) != 0 && std::isupper(here) != 0) ||
         (std::isdigit(before) == 0 && std::isdigit(here) != 0);
}

/// What a letter found at `at` counts when the one before it was found at `last`.
int letter_score(std::string_view title, std::size_t at, std::size_t last) {
  constexpr int kFollows = 12, kBeginsWord = 10, kApart = 1;
  if (at == 0) return kBeginsWord + kFollows;
  if (last != std::string_view::npos && at == last + 1) return kFollows;
  return begins_word(title, at) ? kBeginsWord : kApart;
}

/// The best score of the rest of `query` from the title's `from` on; -1: not there. Titles and
/// queries are short enough to try every place.
int best_score(std::string_view query, std::string_view title, std::size_t from, std::size_t last) {
  while (!query.empty() && query.front() == ' ') query.remove_prefix(1);
  if (query.empty()) return 0;
  int best = -1;
  int tries = 4;
  for (std::size_t at = from; at < title.size() && tries > 0; ++at) {
    if (lower(title[at]) != lower(query.front())) continue;
    --tries;
    const int rest = best_score(query.substr(1), title, at + 1, at);
    if (rest >= 0) best = std::max(best, rest + letter_score(title, at, last));
  }
  return best;
}

/// A row for each line of a submenu, under its name: `Samples: Alpine lake`.
std::vector<UserCommand> flat_commands(const Ui& ui) {
  std::vector<UserCommand> all;
  for (const UserCommand& command : command_table()) {
    if (command.id == "palette") continue;
    if (!command.items) {
      all.push_back(command);
      all.back().title = tr(command.title);
      continue;
    }
    for (UserCommand item : command.items(ui)) {
      item.title = fmt::format("{}: {}", tr(command.title), tr(item.title));
      all.push_back(std::move(item));
    }
  }
  return all;
}

}  // namespace

std::optional<int> match_score(std::string_view query, std::string_view title) {
  const int score = best_score(query, title, 0, std::string_view::npos);
  if (score < 0) return {};
  return score * 4 - static_cast<int>(title.size()) / 4;
}

std::vector<UserCommand> matching_commands(const std::vector<UserCommand>& commands,
                                           std::string_view query) {
  std::vector<std::pair<int, const UserCommand*>> ranked;
  for (const UserCommand& command : commands) {
    if (const auto score = match_score(query, command.title)) {
      ranked.push_back({*score, &command});
    } else if (command.about.find(query) != std::string::npos) {
      ranked.push_back({kOnlyAbout, &command});
    }
  }
  if (query.find_first_not_of(' ') != std::string_view::npos) {
    std::ranges::stable_sort(ranked,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
  }
  std::vector<UserCommand> found;
  for (const auto& [score, command] : ranked) found.push_back(*command);
  return found;
}

void Palette::reset(const Ui& ui) {
  all_ = flat_commands(ui);
  found_ = all_;
  query_.fill('\0');
  selected_ = 0;
  open_ = moved_ = true;
}

void Palette::handle_keys(const Ui& ui) {
  const auto last = found_.empty() ? 0 : found_.size() - 1;
  const std::size_t before = selected_;
  if (ui.keys.pressed(Key::down)) selected_ = selected_ == last ? 0 : selected_ + 1;
  if (ui.keys.pressed(Key::up)) selected_ = selected_ == 0 ? last : selected_ - 1;
  const auto page = static_cast<std::size_t>(kRowsShown);
  if (ui.keys.pressed(Key::page_down)) selected_ = std::min(last, selected_ + page);
  if (ui.keys.pressed(Key::page_up)) selected_ -= std::min(selected_, page);
  moved_ = moved_ || selected_ != before;
  if (ui.keys.pressed(Key::enter)) choose(ui, selected_);
  if (ui.keys.pressed(Key::escape)) open_ = false;
}

void Palette::choose(const Ui& ui, std::size_t index) {
  if (index >= found_.size() || !found_[index].reason(ui).empty()) return;
  chosen_ = found_[index];
  open_ = false;
}

void Palette::draw_query(const Ui& ui, const Rect& row) {
  ImGui::SetCursorScreenPos(row.min);
  ImGui::SetNextItemWidth(row.width());
  ImGui::PushFont(ui.fonts[Font::sans14]);
  const float pad = std::floor((row.height() - ImGui::GetFontSize()) * 0.5F);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ui.px(12), pad});
  if (!ImGui::IsAnyItemActive()) ImGui::SetKeyboardFocusHere();
  const bool typed = ImGui::InputTextWithHint(
      "##query", std::string(tr("Type a few letters: map magma, add lppool")).c_str(),
      query_.data(), query_.size());
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ui.memory.controls["palette/query"] = row;
  if (!typed) return;
  found_ = matching_commands(all_, query_.data());
  selected_ = 0;
  moved_ = true;
}

void Palette::draw_row(const Ui& ui, std::size_t index, const Rect& row) {
  const UserCommand& command = found_[index];
  ImDrawList& list = draw_list();
  const std::string reason = command.reason(ui);
  const Click click = click_area(ui, "palette/" + command.id, row);
  if (index == selected_)
    list.AddRectFilled(row.min, row.max, ui.theme.accsoft, ui.px(6));
  else if (click.hovered)
    list.AddRectFilled(row.min, row.max, ui.theme.ctl, ui.px(6));
  if (command.on(ui))
    draw_icon(ui, Icon::check, {row.min.x + ui.px(14), row.center().y}, ui.theme.t2, 14);
  float right = row.max.x - ui.px(10);
  for (auto key = command.keys.rbegin(); key != command.keys.rend(); ++key) {
    const std::string text = key_text(*key);
    right -= text_width(ui, Font::mono12, text) + ui.px(10);
    key_cap(ui, {right, row.center().y}, text);
    right -= ui.px(6);
  }
  const float x = row.min.x + ui.px(30);
  const ImU32 ink = reason.empty() ? ui.theme.t1 : ui.theme.t3;
  draw_text_cut(ui, Font::sans13, {x, row.center().y}, ink, right - x, command.title);
  const float after = x + text_width(ui, Font::sans13, command.title) + ui.px(14);
  const std::string& aside = !reason.empty()         ? reason
                             : command.about.empty() ? command.note
                                                     : command.about;
  if (right - after > ui.px(60))
    draw_text_cut(ui, Font::sans12, {after, row.center().y}, ui.theme.t3, right - after, aside);
  if (click.clicked) choose(ui, index);
}

void Palette::draw_entries(const Ui& ui, const Rect& area) {
  ImGui::SetCursorScreenPos(area.min);
  ImGui::BeginChild("palette list", area.size());
  if (found_.empty()) {
    draw_text(ui, Font::sans13, {area.min.x + ui.px(12), area.min.y + ui.px(18)}, ui.theme.t3,
              "No command has these letters in this order");
  }
  const float height = ui.px(kEntryRow);
  const float top = static_cast<float>(selected_) * height;
  if (std::exchange(moved_, false)) {
    const float scroll = ImGui::GetScrollY();
    if (top < scroll) ImGui::SetScrollY(top);
    if (top + height > scroll + area.height()) ImGui::SetScrollY(top + height - area.height());
  }
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  for (std::size_t i = 0; i < found_.size(); ++i) {
    const Rect row = Rect::of(origin.x, origin.y + static_cast<float>(i) * height,
                              area.width() - ui.px(10), height);
    if (row.max.y > area.min.y && row.min.y < area.max.y) draw_row(ui, i, row);
  }
  ImGui::SetCursorScreenPos({origin.x, origin.y + static_cast<float>(found_.size()) * height});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

void Palette::draw(const Ui& ui) {
  if (std::exchange(asked_, false)) {
    reset(ui);
    ImGui::OpenPopup(kTitle);
  }
  if (!open_) return;
  handle_keys(ui);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::min(ui.px(640), screen.x - ui.px(32));
  const float height = std::min(ui.px(kEntryRow * kRowsShown + 72), screen.y - ui.px(96));
  ImGui::SetNextWindowPos({screen.x * 0.5F, ui.px(64)}, ImGuiCond_Always, {0.5F, 0.0F});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  constexpr auto kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove;
  if (ImGui::BeginPopupModal(kTitle, nullptr, kFlags)) {
    const ImVec2 at = ImGui::GetWindowPos();
    const Rect inner = Rect::of(at.x, at.y, width, height).inset(ui.px(12));
    draw_query(ui, Rect::of(inner.min.x, inner.min.y, inner.width(), ui.px(40)));
    draw_entries(ui, {{inner.min.x, inner.min.y + ui.px(48)}, inner.max});
    // A click beside it leaves it.
    const bool beside = !Rect::of(at.x, at.y, width, height).contains(ImGui::GetMousePos());
    if (beside && ImGui::IsMouseClicked(0)) open_ = false;
    if (!open_) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  ui.tell("palette", selected_ < found_.size() ? found_[selected_].id : "");
  if (chosen_) run_command(ui, *std::exchange(chosen_, std::nullopt));
}

}  // namespace poolscope
