#include "app/offscreen.h"

#include <chrono>
#include <thread>

#include <backends/imgui_impl_opengl3.h>
#include <glad/gl.h>

#include "app/imgui_session.h"
#include "core/gpu/gl_context.h"
#include "core/gpu/render_target.h"

namespace poolscope {
namespace {

/// Frames until layout, hover and the evaluation have settled.
constexpr int kFrames = 4;
/// How long to wait for what panels compute in the background.
constexpr std::chrono::seconds kPatience{60};

void draw_frame(App& app, int width, int height) {
  if (app.prepare()) ImGuiSession::rebuild_fonts();
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DeltaTime = 1.0F / 60.0F;
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  app.settle();
  app.frame({});
  ImGui::Render();
  glViewport(0, 0, width, height);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace

Result<WindowImage> render_offscreen(Document document, int width, int height) {
  auto context = HeadlessContext::create();
  if (!context) return tl::unexpected(context.error());
  auto target = RenderTarget::create(width, height);
  if (!target) return tl::unexpected(target.error());
  const ImGuiSession session;
  auto app = App::create(std::move(document), {});
  if (!app) return tl::unexpected(app.error());
  target->bind();
  for (int i = 0; i < kFrames; ++i) draw_frame(**app, width, height);
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while ((*app)->memory().working && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    draw_frame(**app, width, height);
  }
  return WindowImage{width, height, read_pixels(width, height)};
}

}  // namespace poolscope
