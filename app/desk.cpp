#include "app/desk.h"

#include <algorithm>

#include <fmt/format.h>
#include <imgui_internal.h>

#include "app/column.h"
#include "app/notice.h"
#include "app/samples.h"
#include "app/session.h"

namespace poolscope {

namespace fs = std::filesystem;

namespace {

/// A message goes by itself after so many seconds; an error stays.
constexpr double kMessageSeconds = 6.0;
constexpr const char* kQuestion = "This work would be lost";

double seconds_since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

/// The window's size at scale 1, as the command line takes it.
std::pair<int, int> window_size(const Ui& ui) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const auto side = [](float length) { return std::clamp(static_cast<int>(length), 320, 8192); };
  (void)ui;
  return {side(size.x), side(size.y)};
}

}  // namespace

Desk::Work Desk::Work::of(const Document& document) {
  return {work_text(document), document.source.array.tensor};
}

Desk::Desk(bool keeps, std::function<void()> wake) : wake_(std::move(wake)) {
  if (keeps) autosave_.emplace(wake_);
}

bool Desk::busy() const {
  return saving_.has_value() || export_ != nullptr || (autosave_ && autosave_->busy());
}

bool Desk::is_unsaved(const Document& document) const {
  const auto found = saved_.find(document.session);
  return found != saved_.end() && !(found->second == Work::of(document));
}

void Desk::update(const Ui& ui, History& history) {
  const Document& document = history.document();
  const bool free = ImGui::GetCurrentContext()->OpenPopupStack.Size == 0;
  if (free && ui.keys.pressed(Key::s, true)) ui.memory.save_request = SaveRequest{};
  if (free && ui.keys.pressed(Key::s, true, true)) {
    ui.memory.save_request = SaveRequest{};
    ui.memory.save_elsewhere = true;
  }
  // A session is as it was saved when it is seen first.
  if (!document.session.empty() && !saved_.contains(document.session) && !saving_)
    saved_[document.session] = Work::of(document);
  if (!ui.memory.say.empty()) say(ui, std::exchange(ui.memory.say, {}), false);
  if (auto request = std::exchange(ui.memory.save_request, {})) take_request(ui, *request);
  poll_saving(ui, history);
  poll_export(ui);
  keep(ui);
}

/// A session is saved where it lies already, unless elsewhere is asked for; all else asks for a
/// place first.
void Desk::take_request(const Ui& ui, const SaveRequest& request) {
  SaveRequest asked = request;
  const bool elsewhere = std::exchange(ui.memory.save_elsewhere, false);
  if (asked.kind == SaveKind::session && asked.path.empty() && !elsewhere)
    asked.path = ui.document.session;
  if (asked.path.empty()) {
    ui.memory.browse_to_save = asked.kind;
  } else if (asked.kind == SaveKind::session) {
    begin_saving(ui.document, asked.path);
  } else if (asked.kind == SaveKind::model) {
    ui.memory.save_model = asked.path;
    ui.wait_for_work();
  } else if (export_ == nullptr) {
    message_.reset();
    export_ = std::make_unique<ExportJob>(ui.document, asked, window_size(ui), wake_);
  }
}

void Desk::begin_saving(const Document& document, const fs::path& path) {
  if (saving_) return;
  message_.reset();
  saving_ = Saving{path, Work::of(document),
                   std::async(std::launch::async, [document, path, wake = wake_] {
                     auto saved = save_session(document, path);
                     if (wake) wake();
                     return saved;
                   })};
}

void Desk::poll_saving(const Ui& ui, History& history) {
  if (!saving_) return;
  ui.wait_for_work();
  if (saving_->result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  Saving done = std::move(*saving_);
  saving_.reset();
  const auto result = done.result.get();
  if (!result) {
    quits_after_saving_ = false;
    return say(ui, result.error().message, true);
  }
  std::error_code ignored;
  const fs::path path = fs::absolute(done.path, ignored).lexically_normal();
  history.set_session(path);
  saved_[path] = std::move(done.work);
  remember_recent(ui.memory, path);
  say(ui, fmt::format("Saved {}", path.filename().string()), false);
  if (std::exchange(quits_after_saving_, false)) {
    given_up_ = true;
    ui.memory.quit = true;
  }
}

void Desk::poll_export(const Ui& ui) {
  if (export_ == nullptr) return;
  ui.wait_for_work();
  const auto result = export_->poll();
  if (!result) return;
  const fs::path path = export_->request().path;
  export_.reset();
  if (*result) {
    say(ui, fmt::format("Written to {}", path.string()), false);
  } else if (result->error().message != "cancelled") {
    say(ui, result->error().message, true);
  }
}

void Desk::keep(const Ui& ui) {
  if (!autosave_) return;
  Work work = Work::of(ui.document);
  if (!kept_) kept_ = work;
  const std::string fault = autosave_->fault();
  if (autosave_->update(ui.document, !(*kept_ == work))) kept_ = std::move(work);
  if (autosave_->fault() != fault && !autosave_->fault().empty())
    ui.memory.log.push_back("The work is not kept: " + autosave_->fault());
  if (const double seconds = autosave_->wake_after(); seconds >= 0.0) ui.wake_in(seconds);
}

void Desk::say(const Ui& ui, std::string text, bool is_error) {
  ui.memory.log.push_back(text);
  message_ = Message{std::move(text), is_error, std::chrono::steady_clock::now()};
}

std::optional<Notice> Desk::notice(const Ui&) const {
  if (export_ != nullptr) {
    const auto [done, all] = export_->progress();
    const std::string name = export_->request().path.filename().string();
    Notice notice{fmt::format("Writing {}", name), false, 0.0F, {{"cancel", "Cancel"}}};
    if (all > 0) {
      notice.text += fmt::format(": frame {} of {}", done, all);
      notice.progress = static_cast<float>(done) / static_cast<float>(all);
    }
    return notice;
  }
  if (message_) return Notice{message_->text, message_->is_error, {}, {{"close", "Close"}}};
  if (autosave_ && autosave_->crashed()) {
    return Notice{"Poolscope ended unexpectedly; the work was kept.",
                  false,
                  {},
                  {{"discard", "Discard"}, {"restore", "Restore", true}}};
  }
  return std::nullopt;
}

void Desk::answer(const Ui& ui, std::string_view id) {
  if (id == "cancel" && export_ != nullptr) export_->cancel();
  if (id == "close") message_.reset();
  if (id == "discard") autosave_->discard_crashed();
  if (id == "restore") {
    open_file(ui, *autosave_->crashed());
    autosave_->crashed_restored();
  }
}

void Desk::draw(const Ui& ui, const Rect& area) {
  if (message_ && !message_->is_error) {
    const double left = kMessageSeconds - seconds_since(message_->since);
    if (left <= 0.0) {
      message_.reset();
    } else {
      ui.wake_in(left);
    }
  }
  if (const auto shown = notice(ui)) {
    if (const auto clicked = draw_notice(ui, area, *shown)) answer(ui, *clicked);
  }
  draw_question(ui);
}

bool Desk::may_quit(const Document& document) {
  if (!autosave_ || given_up_) return true;
  const Work work = Work::of(document);
  const bool untouched = !kept_ || *kept_ == work;
  const auto saved = saved_.find(document.session);
  if (untouched || (saved != saved_.end() && saved->second == work)) return true;
  if (autosave_->keep(document)) return true;
  asks_ = true;
  return false;
}

/// Only where the work could not be kept by itself.
void Desk::draw_question(const Ui& ui) {
  if (std::exchange(asks_, false)) ImGui::OpenPopup(kQuestion);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(ui.px(520), screen.x - ui.px(32)), ui.px(176)};
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.5F}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  if (ImGui::BeginPopupModal(kQuestion, nullptr,
                             ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove)) {
    const ImVec2 at = ImGui::GetWindowPos();
    const Rect inner = Rect::of(at.x, at.y, size.x, size.y).inset(ui.px(20));
    draw_text(ui, Font::sans16_semibold, {inner.min.x, inner.min.y + ui.px(10)}, ui.theme.t1,
              kQuestion);
    draw_text_wrapped(
        ui, Font::sans13, {inner.min.x, inner.min.y + ui.px(32)}, ui.theme.t2, inner.width(),
        fmt::format("It is not saved, and could not be kept by itself: {}", autosave_->fault()));
    const Rect row{{inner.min.x, inner.max.y - ui.px(32)}, inner.max};
    const bool save =
        button(ui, "quit/save", part_of(ui, row, 2, 3), {.text = "Save…", .filled = true});
    const bool leave =
        button(ui, "quit/leave", part_of(ui, row, 1, 3), {.text = "Quit without it"});
    const bool stay = button(ui, "quit/stay", part_of(ui, row, 0, 3), {.text = "Cancel"});
    if (save) {
      ui.memory.save_request = SaveRequest{};
      quits_after_saving_ = true;
    }
    if (leave) given_up_ = ui.memory.quit = true;
    if (save || leave || stay || ui.keys.pressed(Key::escape)) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace poolscope
