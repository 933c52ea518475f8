#pragma once

#include <deque>
#include <vector>

namespace poolscope {

/// One thing the user did with mouse or keyboard; the codes are GLFW's.
struct InputEvent {
  enum class Kind { move, button, wheel, key, text };
  Kind kind;
  int code = 0;         ///< The button, the key, or the character.
  bool down = false;    ///< Of a button or key; false when it was let go.
  bool repeat = false;  ///< The key is held and sends itself again.
  int scancode = 0, mods = 0;
  double x = 0.0, y = 0.0;  ///< Where the mouse went, or turns of the wheel.
};

/// Hands out what the user did in portions of a frame each, so that however slow frames are, a
/// click happens where the mouse was, Enter follows what was typed before it, and no press that
/// was already over is lost. Moves are joined, and a held key does not run ahead of the frames.
class InputQueue {
 public:
  void add(const InputEvent& event);
  /// The events of the next frame, in the order they came.
  std::vector<InputEvent> take_frame();
  bool empty() const { return events_.empty(); }

 private:
  std::deque<InputEvent> events_;
};

}  // namespace poolscope
