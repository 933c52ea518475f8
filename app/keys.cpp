#include "app/keys.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace poolscope {
namespace {

struct KeyName {
  Key key;
  std::string_view name;
};
constexpr std::array kNames{KeyName{Key::space, "Space"},
                            KeyName{Key::left, "←"},
                            KeyName{Key::right, "→"},
                            KeyName{Key::up, "↑"},
                            KeyName{Key::down, "↓"},
                            KeyName{Key::home, "Home"},
                            KeyName{Key::end, "End"},
                            KeyName{Key::page_up, "Page up"},
                            KeyName{Key::page_down, "Page down"},
                            KeyName{Key::escape, "Esc"},
                            KeyName{Key::enter, "Enter"},
                            KeyName{Key::tab, "Tab"},
                            KeyName{Key::backspace, "Backspace"},
                            KeyName{Key::del, "Del"},
                            KeyName{Key::plus, "+"},
                            KeyName{Key::minus, "−"},
                            KeyName{Key::bracket_left, "["},
                            KeyName{Key::bracket_right, "]"}};

/// The key `from`, or one of the `count` after it in the enum.
constexpr Key key_after(Key from, int steps) {
  return static_cast<Key>(static_cast<int>(from) + steps);
}

std::string name_of(Key key) {
  for (const KeyName& entry : kNames) {
    if (entry.key == key) return std::string(entry.name);
  }
  const auto steps_from = [&](Key from) { return static_cast<int>(key) - static_cast<int>(from); };
  if (key >= Key::f1) return fmt::format("F{}", steps_from(Key::f1) + 1);
  if (key >= Key::a) return std::string(1, static_cast<char>('A' + steps_from(Key::a)));
  if (key >= Key::n0) return std::string(1, static_cast<char>('0' + steps_from(Key::n0)));
  return {};
}

}  // namespace

Key key_of_character(char character) {
  if (character >= 'a' && character <= 'z') return key_after(Key::a, character - 'a');
  if (character >= 'A' && character <= 'Z') return key_after(Key::a, character - 'A');
  if (character >= '0' && character <= '9') return key_after(Key::n0, character - '0');
  switch (character) {
    case '+':
    case '=':
      return Key::plus;
    case '-':
      return Key::minus;
    case '[':
      return Key::bracket_left;
    case ']':
      return Key::bracket_right;
    default:
      return Key::none;
  }
}

std::string key_text(const KeyPress& press) {
  std::string text;
  if (press.ctrl) text += "Ctrl+";
  if (press.shift) text += "Shift+";
  if (press.alt) text += "Alt+";
  return text + name_of(press.key);
}

}  // namespace poolscope
