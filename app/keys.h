#pragma once

#include <vector>

namespace poolscope {

/// The keys the program answers to, independent of ImGui's and GLFW's numbers.
enum class Key {
  none,
  space,
  left,
  right,
  up,
  down,
  home,
  end,
  escape,
  enter,
  tab,
  backspace,
  del,
  c,
  d,
  f,
  g,
  h,
  i,
  o,
  q,
  r,
  s,
  v,
  y,
  z,
  f1,
  f2,
  f9,
  f10,
};

struct KeyPress {
  Key key = Key::none;
  bool ctrl = false, shift = false, alt = false;

  bool operator==(const KeyPress&) const = default;
};

/// The key presses of one frame (repeats included).
class Keys {
 public:
  void add(const KeyPress& press) { presses_.push_back(press); }
  void clear() { presses_.clear(); }
  /// True when that key was pressed with exactly these modifiers.
  bool pressed(Key key, bool ctrl = false, bool shift = false, bool alt = false) const {
    for (const KeyPress& press : presses_) {
      if (press == KeyPress{key, ctrl, shift, alt}) return true;
    }
    return false;
  }

 private:
  std::vector<KeyPress> presses_;
};

}  // namespace poolscope
