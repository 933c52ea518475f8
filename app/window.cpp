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
#include "app/translation.h"
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
    {GLFW_KEY_SPACE, Key::space},
    {GLFW_KEY_LEFT, Key::left},
    {GLFW_KEY_RIGHT, Key::right},
    {GLFW_KEY_UP, Key::up},
    {GLFW_KEY_DOWN, Key::down},
    {GLFW_KEY_HOME, Key::home},
    {GLFW_KEY_END, Key::end},
    {GLFW_KEY_ESCAPE, Key::escape},
    {GLFW_KEY_ENTER, Key::enter},
    {GLFW_KEY_KP_ENTER, Key::enter},
    {GLFW_KEY_TAB, Key::tab},
    {GLFW_KEY_BACKSPACE, Key::backspace},
    {GLFW_KEY_DELETE, Key::del},
    {GLFW_KEY_PAGE_UP, Key::page_up},
    {GLFW_KEY_KP_ADD, Key::plus},
    {GLFW_KEY_KP_SUBTRACT, Key::minus},
    {GLFW_KEY_PAGE_DOWN, Key::page_down},
};

/// The key by what the user's keyboard prints on it; where that is no Latin letter, by where the
/// key lies on an American one.
Key key_of(const InputEvent& event) {
  for (const KeyName& name : kKeyNames) {
    if (name.glfw == event.code) return name.key;
  }
  if (event.code >= GLFW_KEY_F1 && event.code <= GLFW_KEY_F12)
    return static_cast<Key>(static_cast<int>(Key::f1) + event.code - GLFW_KEY_F1);
  const char* printed = glfwGetKeyName(event.code, event.scancode);
  const Key key = printed != nullptr && printed[0] != '\0' && printed[1] == '\0'
                      ? key_of_character(printed[0])
                      : Key::none;
  if (key != Key::none || event.code < 0 || event.code > 127) return key;
  return key_of_character(static_cast<char>(event.code));
}

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

void add_key(Keys& keys, const InputEvent& event) {
  const Key key = key_of(event);
  if (key == Key::none) return;
  keys.add({key, (event.mods & GLFW_MOD_CONTROL) != 0, (event.mods & GLFW_MOD_SHIFT) != 0,
            (event.mods & GLFW_MOD_ALT) != 0});
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
      if (event.down) add_key(keys, event);
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

/// Whether a part of the window that can be held with the mouse would lie on a screen.
bool is_on_a_screen(const ScreenPlace& place) {
  constexpr int kGrip = 60;
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  for (int i = 0; i < count; ++i) {
    int x = 0, y = 0, width = 0, height = 0;
    glfwGetMonitorWorkarea(monitors[i], &x, &y, &width, &height);
    if (place.x + place.width >= x + kGrip && place.x + kGrip <= x + width && place.y >= y &&
        place.y + kGrip <= y + height) {
      return true;
    }
  }
  return false;
}

void restore_place(GLFWwindow* window, const ScreenPlace& place) {
  if (is_on_a_screen(place)) glfwSetWindowPos(window, place.x, place.y);
  if (place.maximized) glfwMaximizeWindow(window);
}

/// Where the window is; a maximised one keeps the place it goes back to.
ScreenPlace place_of(GLFWwindow* window, std::optional<ScreenPlace> before) {
  ScreenPlace place;
  glfwGetWindowPos(window, &place.x, &place.y);
  glfwGetWindowSize(window, &place.width, &place.height);
  place.maximized = glfwGetWindowAttrib(window, GLFW_MAXIMIZED) == GLFW_TRUE;
  if (!place.maximized || !before) return place;
  before->maximized = true;
  return *before;
}

/// The scale of a screen with fine pixels, as far as the system does not enlarge windows itself.
float screen_scale(GLFWwindow* window) {
  float x = 1.0F, y = 1.0F;
  int width = 0, height = 0, pixels_wide = 0, pixels_high = 0;
  glfwGetWindowContentScale(window, &x, &y);
  glfwGetWindowSize(window, &width, &height);
  glfwGetFramebufferSize(window, &pixels_wide, &pixels_high);
  if (pixels_wide <= 0) return 1.0F;
  return std::clamp(y * static_cast<float>(width) / static_cast<float>(pixels_wide), 1.0F, 2.5F);
}

/// Remembers the settings when they have changed, the window's place with them at the end.
class Memory {
 public:
  Memory(GLFWwindow* window, const WindowOptions& options)
      : window_(window), keeper_(options.settings_file, options.settings) {
    if (options.settings) place_ = options.settings->window;
  }
  void keep(App& app, bool at_end) {
    place_ = place_of(window_, place_);
    Settings settings = app.settings();
    settings.window = place_;
    if (auto kept = keeper_.keep(settings, at_end); !kept) app.tell(kept.error().message);
  }

 private:
  GLFWwindow* window_;
  SettingsKeeper keeper_;
  std::optional<ScreenPlace> place_;
};

void run_loop(GLFWwindow* window, App& app, Inbox& inbox, Memory& memory) {
  int frames_left = kFramesAfterEvent;
  std::string title;
  while (!app.wants_quit()) {
    if (app.wants_frame() || !inbox.input.empty()) frames_left = kFramesAfterEvent;
    if (frames_left <= 0 && !ImGui::IsAnyMouseDown()) memory.keep(app, false);
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
  std::string message = options.message;
  if (const auto catalogue = user_catalogue(); !catalogue.empty()) {
    if (auto loaded = load_catalogue(catalogue); !loaded) message = loaded.error().message;
  }
  Inbox inbox;
  glfwSetWindowUserPointer(window->get(), &inbox);
  install_callbacks(window->get());
  const ImGuiSession session;
  ImGui_ImplGlfw_InitForOpenGL(window->get(), false);
  if (!options.scale_is_chosen) document.view.scale = screen_scale(window->get());
  if (options.settings && options.settings->window)
    restore_place(window->get(), *options.settings->window);
  {
    AppOptions app_options{options.dump_document, [] { glfwPostEmptyEvent(); }, true};
    app_options.settings =
        options.settings.value_or(Settings{.tour_seen = options.settings_file.empty()});
    app_options.message = message;
    auto app = App::create(std::move(document), std::move(app_options));
    if (!app) return tl::unexpected(app.error());
    for (const auto& path : options.files) (*app)->open(path);
    Memory memory(window->get(), options);
    run_loop(window->get(), **app, inbox, memory);
    memory.keep(**app, true);
  }
  ImGui_ImplGlfw_Shutdown();
  return {};
}

}  // namespace poolscope
