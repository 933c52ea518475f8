#include "app/window.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdlib>
#include <optional>
#include <string>

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>
#include <glad/gl.h>

#include "app/imgui_session.h"
#include "app/input_queue.h"
#include "app/samples.h"
#include "core/base/resources.h"
#include "core/gpu/gl_context.h"

namespace poolscope {
namespace {

/// Frames drawn after an event: ImGui settles hover and layout in the second.
constexpr int kFramesAfterEvent = 3;

/// Where ImGui wants a mouse that is not over the window.
constexpr double kNowhere = -FLT_MAX;

struct KeyName {
  int glfw;
  Key key;
};
constexpr KeyName kKeyNames[] = {
    {GLFW_KEY_SPACE, Key::space}, {GLFW_KEY_LEFT, Key::left},
    {GLFW_KEY_RIGHT, Key::right}, {GLFW_KEY_UP, Key::up},
    {GLFW_KEY_DOWN, Key::down},   {GLFW_KEY_HOME, Key::home},
    {GLFW_KEY_END, Key::end},     {GLFW_KEY_ESCAPE, Key::escape},
    {GLFW_KEY_ENTER, Key::enter}, {GLFW_KEY_KP_ENTER, Key::enter},
    {GLFW_KEY_TAB, Key::tab},     {GLFW_KEY_BACKSPACE, Key::backspace},
    {GLFW_KEY_DELETE, Key::del},  {GLFW_KEY_F1, Key::f1},
    {GLFW_KEY_F2, Key::f2},       {GLFW_KEY_F9, Key::f9},
    {GLFW_KEY_F10, Key::f10},     {GLFW_KEY_C, Key::c},
    {GLFW_KEY_S, Key::s},         {GLFW_KEY_D, Key::d},
    {GLFW_KEY_F, Key::f},         {GLFW_KEY_I, Key::i},
    {GLFW_KEY_O, Key::o},         {GLFW_KEY_Q, Key::q},
    {GLFW_KEY_V, Key::v},         {GLFW_KEY_Y, Key::y},
    {GLFW_KEY_Z, Key::z},         {GLFW_KEY_G, Key::g},
    {GLFW_KEY_H, Key::h},         {GLFW_KEY_R, Key::r},
};

/// What GLFW's callbacks fill between two frames, and the mouse as far as frames have followed it.
struct Inbox {
  InputQueue input;
  std::vector<std::filesystem::path> dropped;
  bool event = true;
  ImVec2 mouse{-FLT_MAX, -FLT_MAX};
  std::array<bool, 5> buttons{};

  void add(const InputEvent& input_event) {
    input.add(input_event);
    event = true;
  }
};

Inbox& inbox_of(GLFWwindow* window) {
  return *static_cast<Inbox*>(glfwGetWindowUserPointer(window));
}

void add_key(Keys& keys, int glfw_key, int mods) {
  for (const KeyName& name : kKeyNames) {
    if (name.glfw != glfw_key) continue;
    keys.add({name.key, (mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_SHIFT) != 0,
              (mods & GLFW_MOD_ALT) != 0});
  }
}

void on_drop(GLFWwindow* window, int count, const char** paths) {
  Inbox& inbox = inbox_of(window);
  inbox.event = true;
  for (int i = 0; i < count; ++i) inbox.dropped.emplace_back(paths[i]);
}

void note_event(GLFWwindow* window) { inbox_of(window).event = true; }

void install_callbacks(GLFWwindow* window) {
  using Kind = InputEvent::Kind;
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    inbox_of(w).add({.kind = Kind::key,
                     .code = key,
                     .down = action != GLFW_RELEASE,
                     .repeat = action == GLFW_REPEAT,
                     .scancode = scancode,
                     .mods = mods});
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned character) {
    inbox_of(w).add({.kind = Kind::text, .code = static_cast<int>(character)});
  });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
    inbox_of(w).add({.kind = Kind::move, .x = x, .y = y});
  });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    double x = kNowhere, y = kNowhere;
    if (entered == GLFW_TRUE) glfwGetCursorPos(w, &x, &y);
    inbox_of(w).add({.kind = Kind::move, .x = x, .y = y});
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int mods) {
    inbox_of(w).add(
        {.kind = Kind::button, .code = button, .down = action == GLFW_PRESS, .mods = mods});
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    inbox_of(w).add({.kind = Kind::wheel, .x = x, .y = y});
  });
  glfwSetDropCallback(window, on_drop);
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { note_event(w); });
  glfwSetWindowRefreshCallback(window, note_event);
}

/// Gives ImGui one event, and the keys to `keys`.
void deliver(GLFWwindow* window, const InputEvent& event, Inbox& inbox, Keys& keys) {
  switch (event.kind) {
    case InputEvent::Kind::move:
      inbox.mouse = {static_cast<float>(event.x), static_cast<float>(event.y)};
      break;
    case InputEvent::Kind::button:
      if (event.code < static_cast<int>(inbox.buttons.size()))
        inbox.buttons[static_cast<std::size_t>(event.code)] = event.down;
      break;
    case InputEvent::Kind::wheel:
      ImGui_ImplGlfw_ScrollCallback(window, event.x, event.y);
      break;
    case InputEvent::Kind::text:
      ImGui_ImplGlfw_CharCallback(window, static_cast<unsigned>(event.code));
      break;
    case InputEvent::Kind::key:
      ImGui_ImplGlfw_KeyCallback(window, event.code, event.scancode,
                                 event.down ? GLFW_PRESS : GLFW_RELEASE, event.mods);
      if (event.down) add_key(keys, event.code, event.mods);
      break;
  }
}

/// The input of one frame: ImGui's backend would ask for the mouse as it is now, which may be far
/// ahead of the frames.
Keys take_input(GLFWwindow* window, Inbox& inbox) {
  Keys keys;
  for (const InputEvent& event : inbox.input.take_frame()) deliver(window, event, inbox, keys);
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = inbox.mouse;
  std::copy(inbox.buttons.begin(), inbox.buttons.end(), io.MouseDown);
  return keys;
}

std::string last_glfw_error() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text == nullptr ? "unknown reason" : text;
}

/// GLFW and its window, both ended with this object.
class GlfwWindow {
 public:
  static Result<GlfwWindow> open(const WindowOptions& options) {
    silence_gl_drivers();
    if (glfwInit() == GLFW_FALSE)
      return failure(fmt::format("no window can be opened: {}", last_glfw_error()));
    GlfwWindow made;
    for (const auto& [major, minor] : {std::pair{4, 3}, std::pair{3, 3}}) {
      glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, major);
      glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, minor);
      glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
      glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
      made.window_ = glfwCreateWindow(options.width, options.height, "Poolscope", nullptr, nullptr);
      if (made.window_ != nullptr) break;
    }
    if (made.window_ == nullptr)
      return failure(fmt::format("no window with OpenGL 3.3: {}", last_glfw_error()));
    glfwSetWindowSizeLimits(made.window_, 640, 400, GLFW_DONT_CARE, GLFW_DONT_CARE);
    glfwMakeContextCurrent(made.window_);
    glfwSwapInterval(1);
    if (!load_gl_functions(glfwGetProcAddress))
      return failure("OpenGL's functions could not be loaded");
    return made;
  }
  GlfwWindow(GlfwWindow&& other) noexcept
      : window_(std::exchange(other.window_, nullptr)), owns_(std::exchange(other.owns_, false)) {}
  GlfwWindow& operator=(GlfwWindow&&) = delete;
  ~GlfwWindow() {
    if (window_ != nullptr) glfwDestroyWindow(window_);
    if (owns_) glfwTerminate();
  }
  GLFWwindow* get() const { return window_; }

 private:
  GlfwWindow() = default;
  GLFWwindow* window_ = nullptr;
  bool owns_ = true;
};

/// Sleeps until something happens, or until a frame is due.
void wait_for_events(const App& app, int frames_left) {
  if (frames_left > 0) {
    glfwPollEvents();
  } else if (app.wake_after() >= 0.0) {
    glfwWaitEventsTimeout(std::max(0.001, app.wake_after()));
  } else {
    glfwWaitEvents();
  }
}

void draw_frame(GLFWwindow* window, App& app, Inbox& inbox) {
  if (app.prepare()) ImGuiSession::rebuild_fonts();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  const Keys keys = take_input(window, inbox);
  ImGui::NewFrame();
  for (const auto& path : std::exchange(inbox.dropped, {})) app.open(path);
  app.frame(keys);
  ImGui::Render();
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  glViewport(0, 0, width, height);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window);
}

/// The window's title follows the session, or the source.
void update_title(GLFWwindow* window, const App& app, std::string& title) {
  const std::string name = app.title();
  const std::string wanted = name.empty() ? "Poolscope" : name + " – Poolscope";
  if (wanted == title) return;
  title = wanted;
  glfwSetWindowTitle(window, title.c_str());
}

void run_loop(GLFWwindow* window, App& app, Inbox& inbox) {
  int frames_left = kFramesAfterEvent;
  std::string title;
  while (!app.wants_quit()) {
    if (app.wants_frame() || !inbox.input.empty()) frames_left = kFramesAfterEvent;
    wait_for_events(app, frames_left);
    frames_left = std::max(frames_left, std::exchange(inbox.event, false) ? kFramesAfterEvent : 1);
    if (glfwWindowShouldClose(window) == GLFW_TRUE) {
      glfwSetWindowShouldClose(window, GLFW_FALSE);
      app.ask_to_quit();
    }
    draw_frame(window, app, inbox);
    update_title(window, app, title);
    --frames_left;
  }
}

}  // namespace

bool has_display() {
  return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

Result<void> run_window(Document document, const WindowOptions& options) {
  auto window = GlfwWindow::open(options);
  if (!window) return tl::unexpected(window.error());
  Inbox inbox;
  glfwSetWindowUserPointer(window->get(), &inbox);
  install_callbacks(window->get());
  const ImGuiSession session;
  ImGui_ImplGlfw_InitForOpenGL(window->get(), false);
  {
    auto app = App::create(std::move(document),
                           {options.dump_document, [] { glfwPostEmptyEvent(); }, true});
    if (!app) return tl::unexpected(app.error());
    for (const auto& path : options.files) (*app)->open(path);
    run_loop(window->get(), **app, inbox);
  }
  ImGui_ImplGlfw_Shutdown();
  return {};
}

}  // namespace poolscope
