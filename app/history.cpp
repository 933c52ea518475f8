#include "app/history.h"

namespace poolscope {

Result<void> History::apply(const Action& action) {
  auto next = poolscope::apply(present_, action);
  if (!next) return tl::unexpected(next.error());
  if (is_undoable(action)) {
    const bool same_gesture = action.gesture != 0 && action.gesture == last_gesture_;
    if (!same_gesture) past_.push_back(present_);
    if (past_.size() > kMaxSteps) past_.erase(past_.begin());
    future_.clear();
    last_gesture_ = action.gesture;
  }
  present_ = std::move(*next);
  return {};
}

void History::set_session(const std::filesystem::path& path) {
  const auto old = present_.session;
  const auto rename = [&](Document& document) {
    if (document.session == old) document.session = path;
  };
  rename(present_);
  for (Document& document : past_) rename(document);
  for (Document& document : future_) rename(document);
}

void History::undo() {
  if (past_.empty()) return;
  future_.push_back(std::move(present_));
  present_ = std::move(past_.back());
  past_.pop_back();
  last_gesture_ = 0;
}

void History::redo() {
  if (future_.empty()) return;
  past_.push_back(std::move(present_));
  present_ = std::move(future_.back());
  future_.pop_back();
  last_gesture_ = 0;
}

}  // namespace poolscope
