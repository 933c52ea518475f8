#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace poolscope {

/// The keys the program answers to, independent of ImGui's and GLFW's numbers. Those of characters
/// are named after what is printed on them.
enum class Key {
  none,
  space,
  left,
  right,
  up,
  down,
  home,
  end,
  page_up,
  page_down,
  escape,
  enter,
  tab,
  backspace,
  del,
  plus,
  minus,
  bracket_left,
  bracket_right,
  // clang-format off
  n0, n1, n2, n3, n4, n5, n6, n7, n8, n9,
  a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
  f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12,
  // clang-format on
};

struct KeyPress {
  Key key = Key::none;
  bool ctrl = false, shift = false, alt = false;

  bool operator==(const KeyPress&) const = default;
};

constexpr KeyPress ctrl(Key key) { return {.key = key, .ctrl = true}; }
constexpr KeyPress shift(Key key) { return {.key = key, .shift = true}; }
constexpr KeyPress ctrl_shift(Key key) { return {.key = key, .ctrl = true, .shift = true}; }

/// The key that a keyboard prints this character on, capitals and signs of Shift included;
/// Key::none for any other.
Key key_of_character(char character);

/// As people write it: `Ctrl+Shift+Z`, `←`, `Del`.
std::string key_text(const KeyPress& press);

/// The key presses of one frame (repeats included).
class Keys {
 public:
  void add(const KeyPress& press) { presses_.push_back(press); }
  void clear() { presses_.clear(); }
  bool pressed(const KeyPress& press) const { return std::ranges::count(presses_, press) > 0; }
  /// True when that key was pressed with exactly these modifiers.
  bool pressed(Key key, bool ctrl = false, bool shift = false, bool alt = false) const {
    return pressed(KeyPress{key, ctrl, shift, alt});
  }
  /// The same, once: whoever asks later does not see it.
  bool take(const KeyPress& press) { return std::erase(presses_, press) > 0; }

 private:
  std::vector<KeyPress> presses_;
};

}  // namespace poolscope
