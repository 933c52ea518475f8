#include "app/offscreen.h"

#include <chrono>
#include <thread>
#include <utility>

#include <backends/imgui_impl_opengl3.h>
#include <glad/gl.h>

#include "app/imgui_session.h"
#include "core/gpu/gl_context.h"
#include "core/gpu/render_target.h"

namespace poolscope {
namespace {

/// Frames until layout, hover and the evaluation have settled.
constexpr int kFrames = 4;
/// Frames after an action: it is applied at the end of the first.
constexpr int kFramesAfterAction = 2;
/// How long to wait for what panels compute in the background.
constexpr std::chrono::seconds kPictureTimeout{60};

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

/// What a window is made of, each part before those that need it.
struct OffscreenWindow::Parts {
  HeadlessContext context;
  RenderTarget target;
  ImGuiSession session;
  std::unique_ptr<App> app;
  bool drawn = false;

  Parts(HeadlessContext made_context, RenderTarget made_target)
      : context(std::move(made_context)), target(std::move(made_target)) {}
};

OffscreenWindow::OffscreenWindow(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

OffscreenWindow::~OffscreenWindow() = default;

Result<std::unique_ptr<OffscreenWindow>> OffscreenWindow::create(Document document, int width,
                                                                 int height) {
  auto context = HeadlessContext::create();
  if (!context) return tl::unexpected(context.error());
  auto target = RenderTarget::create(width, height);
  if (!target) return tl::unexpected(target.error());
  auto parts = std::make_unique<Parts>(std::move(*context), std::move(*target));
  auto app = App::create(std::move(document), {});
  if (!app) return tl::unexpected(app.error());
  parts->app = std::move(*app);
  return std::unique_ptr<OffscreenWindow>(new OffscreenWindow(std::move(parts)));
}

void OffscreenWindow::act(decltype(Action::change) change) {
  parts_->app->act({std::move(change)});
}

WindowImage OffscreenWindow::picture() {
  const int width = parts_->target.width(), height = parts_->target.height();
  parts_->target.bind();
  const int frames = std::exchange(parts_->drawn, true) ? kFramesAfterAction : kFrames;
  for (int i = 0; i < frames; ++i) draw_frame(*parts_->app, width, height);
  const auto limit = std::chrono::steady_clock::now() + kPictureTimeout;
  while (parts_->app->memory().working && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    draw_frame(*parts_->app, width, height);
  }
  return {width, height, read_pixels(width, height)};
}

const App& OffscreenWindow::app() const { return *parts_->app; }

Result<WindowImage> render_offscreen(Document document, int width, int height) {
  auto window = OffscreenWindow::create(std::move(document), width, height);
  if (!window) return tl::unexpected(window.error());
  return (*window)->picture();
}

}  // namespace poolscope
