#include "app/input_queue.h"

#include <algorithm>

namespace poolscope {
namespace {

using Kind = InputEvent::Kind;

bool is_press(const InputEvent& event) { return event.kind == Kind::key && event.down; }

/// Whether one frame can answer to `event` after those of `frame` without mixing them up.
bool fits(const std::vector<InputEvent>& frame, const InputEvent& event) {
  const auto has = [&](auto test) { return std::any_of(frame.begin(), frame.end(), test); };
  const auto has_kind = [&](Kind kind) {
    return has([kind](const InputEvent& e) { return e.kind == kind; });
  };
  const auto same_key = [&](const InputEvent& e) {
    return e.kind == Kind::key && e.code == event.code;
  };
  if (has_kind(Kind::button)) return false;
  if (has_kind(Kind::wheel)) return event.kind == Kind::wheel;
  const bool typed = has(is_press) || has_kind(Kind::text);
  switch (event.kind) {
    case Kind::move:
    case Kind::text:
      return true;
    case Kind::button:
    case Kind::wheel:
      return !typed;
    case Kind::key:
      // A modifier that is let go early still belongs to the press before it.
      return !typed && !(event.down && has(same_key));
  }
  return false;
}

}  // namespace

void InputQueue::add(const InputEvent& event) {
  const auto still_waits = [&](const InputEvent& e) { return is_press(e) && e.code == event.code; };
  if (event.repeat && std::any_of(events_.begin(), events_.end(), still_waits)) return;
  events_.push_back(event);
}

std::vector<InputEvent> InputQueue::take_frame() {
  std::vector<InputEvent> frame;
  while (!events_.empty() && fits(frame, events_.front())) {
    frame.push_back(events_.front());
    events_.pop_front();
  }
  return frame;
}

}  // namespace poolscope
