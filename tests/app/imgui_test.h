#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include "app/canvas/color_map.h"
#include "core/gpu/render_target.h"
#include "tests/gpu/gl_test.h"

namespace poolscope {

/// What a frame has drawn.
struct Screenshot {
  int width;
  std::vector<std::uint8_t> rgba;

  Color at(int x, int y) const {
    const auto i = static_cast<std::size_t>((y * width + x) * 4);
    return {rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]};
  }
};

/// A test that draws real frames of Dear ImGui, with its OpenGL 3 backend, off-screen.
class ImGuiTest : public GlTest {
 protected:
  static constexpr int kWidth = 320;
  static constexpr int kHeight = 200;
  static constexpr Color kBackground{12, 34, 56, 255};

  void SetUp() override {
    GlTest::SetUp();
    if (IsSkipped()) return;
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ASSERT_TRUE(ImGui_ImplOpenGL3_Init("#version 330 core"));
  }
  void TearDown() override {
    if (ImGui::GetCurrentContext()) {
      ImGui_ImplOpenGL3_Shutdown();
      ImGui::DestroyContext();
    }
    GlTest::TearDown();
  }

  /// Draws one frame on kBackground; `scale` framebuffer pixels for each of ImGui's.
  Screenshot frame(const std::function<void(ImDrawList&)>& draw, int scale = 1) {
    auto target = RenderTarget::create(kWidth * scale, kHeight * scale);
    EXPECT_TRUE(target) << target.error().message;
    target->bind();
    glClearColor(kBackground.r / 255.0F, kBackground.g / 255.0F, kBackground.b / 255.0F, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(kWidth, kHeight);
    io.DisplayFramebufferScale = ImVec2(static_cast<float>(scale), static_cast<float>(scale));
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    draw(*ImGui::GetBackgroundDrawList());
    ImGui::Render();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    return {kWidth * scale, target->pixels()};
  }
};

/// The largest difference of two colours' channels.
inline int distance(Color a, Color b) {
  return std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

}  // namespace poolscope
