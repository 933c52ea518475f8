#include "app/theme.h"

#include <filesystem>
#include <string>

namespace poolscope {
namespace {

constexpr ImU32 rgb(std::uint32_t hex) {
  return IM_COL32((hex >> 16) & 255, (hex >> 8) & 255, hex & 255, 255);
}

constexpr Theme kDark{
    .canvas = rgb(0x111214),
    .panel = rgb(0x18191C),
    .raised = rgb(0x212226),
    .ctl = rgb(0x2B2D32),
    .ctl2 = rgb(0x40434B),
    .line = rgb(0x2A2C31),
    .line2 = rgb(0x4A4D55),
    .edge = rgb(0x71757F),
    .t1 = rgb(0xECEDEF),
    .t2 = rgb(0xB3B6BD),
    .t3 = rgb(0x969AA3),
    .acc = rgb(0xFF8F4A),
    .acctext = rgb(0xFFA46B),
    .accink = rgb(0x1A0E05),
    .accsoft = rgb(0x33241A),
    .ok = rgb(0x4CC9A4),
    .warn = rgb(0xF2CC5B),
    .err = rgb(0xFF7A85),
    .soft_ok = rgb(0x182822),
    .soft_warn = rgb(0x2B271A),
    .soft_err = rgb(0x352125),
    .cov = {rgb(0x17181B), rgb(0x2A2D33), rgb(0x3C4149), rgb(0x4F5661), rgb(0x626B79)},
    .hatch = rgb(0x6E727D),
    .wline = rgb(0x7C828E),
    .casing = rgb(0x0B0C0E),
    .hover = rgb(0xFFFFFF),
    .series = {rgb(0x4C9BF0), rgb(0xF2D14E), rgb(0xC65FA8), rgb(0xDFE2E8)},
};

constexpr Theme kLight{
    .canvas = rgb(0xFFFFFF),
    .panel = rgb(0xF5F5F3),
    .raised = rgb(0xFFFFFF),
    .ctl = rgb(0xE6E6E3),
    .ctl2 = rgb(0xFFFFFF),
    .line = rgb(0xDCDCD8),
    .line2 = rgb(0xB5B7BB),
    .edge = rgb(0x7B7E85),
    .t1 = rgb(0x16171A),
    .t2 = rgb(0x44474E),
    .t3 = rgb(0x5C5F67),
    .acc = rgb(0xB93A08),
    .acctext = rgb(0xA83205),
    .accink = rgb(0xFFFFFF),
    .accsoft = rgb(0xFBE6DA),
    .ok = rgb(0x0B7A5E),
    .warn = rgb(0x8A5A00),
    .err = rgb(0xB4233A),
    .soft_ok = rgb(0xDDF1EA),
    .soft_warn = rgb(0xF8EDD3),
    .soft_err = rgb(0xFBE3E6),
    .cov = {rgb(0xFFFFFF), rgb(0xECEDEF), rgb(0xD7DADF), rgb(0xC0C5CD), rgb(0xA9B0BB)},
    .hatch = rgb(0x8A8D94),
    .wline = rgb(0x82868F),
    .casing = rgb(0xFFFFFF),
    .hover = rgb(0x16171A),
    .series = {rgb(0x1B66C0), rgb(0x8F6A00), rgb(0xA8348A), rgb(0x33363C)},
};

/// ImGui's SizePixels is ascent minus descent, not the em (mockups/style.md).
constexpr float kInterEm = 1.2102F;
constexpr float kMonoEm = 1.32F;
constexpr const char* kInterFolder = "/usr/share/fonts/opentype/inter/";
constexpr const char* kMonoFolder = "/usr/share/fonts/truetype/jetbrains-mono/";

constexpr ImWchar kTextGlyphs[] = {0x20,   0x7E,   0xA0,   0xFF,   0x2013, 0x2013,
                                   0x2026, 0x2026, 0x2190, 0x2193, 0x2212, 0x2212,
                                   0x221E, 0x221E, 0x2264, 0x2265, 0};
constexpr ImWchar kMonoGlyphs[] = {0x20,   0x7E,   0xB1,   0xB2,   0xB7,   0xB7,   0xD7,   0xD7,
                                   0x2013, 0x2013, 0x2026, 0x2026, 0x2190, 0x2193, 0x2212, 0x2212,
                                   0x221E, 0x221E, 0x2264, 0x2265, 0x2308, 0x230B, 0};
constexpr ImWchar kNumberGlyphs[] = {0x20,   0x7E,   0xB2,   0xB2,   0xB7,   0xB7,
                                     0xD7,   0xD7,   0x2013, 0x2013, 0x2026, 0x2026,
                                     0x2212, 0x2212, 0x221E, 0x221E, 0};

struct Face {
  Font font;
  const char* file;
  float em;
  bool mono;
  const ImWchar* glyphs;
};

constexpr Face kFaces[] = {
    {Font::sans12, "Inter-Regular.otf", 12, false, kTextGlyphs},
    {Font::sans13, "Inter-Regular.otf", 13, false, kTextGlyphs},
    {Font::sans13_medium, "Inter-Medium.otf", 13, false, kTextGlyphs},
    {Font::sans13_semibold, "Inter-SemiBold.otf", 13, false, kTextGlyphs},
    {Font::sans14, "Inter-Regular.otf", 14, false, kTextGlyphs},
    {Font::sans14_medium, "Inter-Medium.otf", 14, false, kTextGlyphs},
    {Font::sans14_semibold, "Inter-SemiBold.otf", 14, false, kTextGlyphs},
    {Font::sans16_semibold, "Inter-SemiBold.otf", 16, false, kTextGlyphs},
    {Font::mono12, "JetBrainsMono-Regular.ttf", 12, true, kMonoGlyphs},
    {Font::mono13, "JetBrainsMono-Regular.ttf", 13, true, kMonoGlyphs},
    {Font::mono13_semibold, "JetBrainsMono-SemiBold.ttf", 13, true, kMonoGlyphs},
    {Font::mono14, "JetBrainsMono-Medium.ttf", 14, true, kMonoGlyphs},
    {Font::mono16, "JetBrainsMono-Medium.ttf", 16, true, kNumberGlyphs},
    {Font::mono20, "JetBrainsMono-Medium.ttf", 20, true, kNumberGlyphs},
    {Font::mono28, "JetBrainsMono-Medium.ttf", 28, true, kNumberGlyphs},
    {Font::mono40, "JetBrainsMono-Medium.ttf", 40, true, kNumberGlyphs},
};
static_assert(std::size(kFaces) == static_cast<std::size_t>(Font::count));

ImFont* add_face(const Face& face, float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  ImFontConfig config;
  config.OversampleH = 2;
  config.PixelSnapH = false;
  config.SizePixels = face.em * scale * (face.mono ? kMonoEm : kInterEm);
  const std::string path = std::string(face.mono ? kMonoFolder : kInterFolder) + face.file;
  if (std::filesystem::exists(path)) {
    if (ImFont* font =
            atlas.AddFontFromFileTTF(path.c_str(), config.SizePixels, &config, face.glyphs)) {
      return font;
    }
  }
  config.SizePixels = face.em * scale;
  return atlas.AddFontDefault(&config);
}

}  // namespace

const Theme& theme_of(ThemeName name) { return name == ThemeName::light ? kLight : kDark; }

std::string_view theme_text(ThemeName name) { return name == ThemeName::light ? "light" : "dark"; }

ImU32 with_alpha(ImU32 color, float alpha) {
  const auto a = static_cast<ImU32>(static_cast<float>(color >> IM_COL32_A_SHIFT) * alpha + 0.5F);
  return (color & ~IM_COL32_A_MASK) | (a << IM_COL32_A_SHIFT);
}

void Fonts::load(float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.TexGlyphPadding = 1;
  for (const Face& face : kFaces)
    fonts_[static_cast<std::size_t>(face.font)] = add_face(face, scale);
  ImGui::GetIO().FontDefault = get(Font::sans13);
}

void apply_style(const Theme& theme, float scale) {
  ImGuiStyle style;
  style.WindowRounding = 0;
  style.WindowBorderSize = 0;
  style.PopupRounding = 8;
  style.PopupBorderSize = 1;
  style.FrameRounding = 6;
  style.FramePadding = {8, 7};
  style.ItemSpacing = {8, 8};
  style.WindowPadding = {8, 8};
  style.ScrollbarSize = 8;
  style.ScrollbarRounding = 4;
  style.GrabRounding = 4;
  style.ScaleAllSizes(scale);
  const auto set = [&](ImGuiCol slot, ImU32 color) {
    style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(color);
  };
  set(ImGuiCol_Text, theme.t1);
  set(ImGuiCol_TextDisabled, theme.t3);
  set(ImGuiCol_WindowBg, theme.panel);
  set(ImGuiCol_ChildBg, with_alpha(theme.panel, 0));
  set(ImGuiCol_PopupBg, theme.raised);
  set(ImGuiCol_Border, theme.line2);
  set(ImGuiCol_FrameBg, theme.ctl);
  set(ImGuiCol_FrameBgHovered, theme.ctl);
  set(ImGuiCol_FrameBgActive, theme.ctl);
  set(ImGuiCol_Header, theme.ctl);
  set(ImGuiCol_HeaderHovered, theme.ctl);
  set(ImGuiCol_HeaderActive, theme.ctl2);
  set(ImGuiCol_Separator, theme.line);
  set(ImGuiCol_ScrollbarBg, with_alpha(theme.panel, 0));
  set(ImGuiCol_ScrollbarGrab, theme.ctl);
  set(ImGuiCol_ScrollbarGrabHovered, theme.ctl2);
  set(ImGuiCol_ScrollbarGrabActive, theme.ctl2);
  set(ImGuiCol_TextSelectedBg, with_alpha(theme.acc, 0.35F));
  set(ImGuiCol_CheckMark, theme.t1);
  set(ImGuiCol_ModalWindowDimBg, IM_COL32(0, 0, 0, 120));
  ImGui::GetStyle() = style;
}

}  // namespace poolscope
