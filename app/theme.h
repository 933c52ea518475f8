#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <imgui.h>

namespace poolscope {

enum class ThemeName { dark, light };

/// The colours of the interface by their role. Source: mockups/style.md.
struct Theme {
  ImU32 canvas, panel, raised;          ///< main area; columns and bars; cards
  ImU32 ctl, ctl2;                      ///< field or button; active segment, slider track
  ImU32 line, line2, edge;              ///< divider; strong divider; check box and focus outline
  ImU32 t1, t2, t3;                     ///< text, labels, captions
  ImU32 acc, acctext, accink, accsoft;  ///< accent fill, text, text on fill, selected row
  ImU32 ok, warn, err;                  ///< icons and short words
  ImU32 soft_ok, soft_warn, soft_err;   ///< message backgrounds
  std::array<ImU32, 5> cov;             ///< cell covered by 0, 1, 2, 3, 4+ windows
  ImU32 hatch, wline, casing;           ///< padding lines; window outline; halo of the selection
  ImU32 hover;                          ///< outline of the hovered cell
  std::array<ImU32, 4> series;  ///< curves: max, average, strided, none; each with its own marker
};

const Theme& theme_of(ThemeName name);
std::string_view theme_text(ThemeName name);

/// Sets ImGui's own colours and spacing, for the few standard widgets in use (menus, popups, text).
void apply_style(const Theme& theme, float scale);

/// The type sizes of the design, by face and em pixels at scale 1.
enum class Font {
  sans12,
  sans13,
  sans13_medium,
  sans13_semibold,
  sans14,
  sans14_medium,
  sans14_semibold,
  sans16_semibold,
  mono12,
  mono13,
  mono13_semibold,
  mono14,
  mono16,
  mono20,
  mono28,
  mono40,
  count
};

/// The fonts in the current atlas; ImGui's own font stands in for a file that is missing.
class Fonts {
 public:
  /// Adds all faces at `scale` to ImGui's atlas, whose old fonts are dropped. Call between frames.
  void load(float scale);
  ImFont* get(Font font) const { return fonts_[static_cast<std::size_t>(font)]; }
  ImFont* operator[](Font font) const { return get(font); }

 private:
  std::array<ImFont*, static_cast<std::size_t>(Font::count)> fonts_{};
};

/// `color` with its alpha multiplied.
ImU32 with_alpha(ImU32 color, float alpha);

}  // namespace poolscope
