#include "core/gpu/gl_context.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <glad/egl.h>
#include <glad/gl.h>

namespace poolscope {
namespace {

struct GlVersion {
  int major, minor;
  auto operator<=>(const GlVersion&) const = default;
};
constexpr std::array kVersions{GlVersion{4, 5}, GlVersion{4, 3}, GlVersion{3, 3}};
/// Glad is made with the functions of this version.
constexpr GlVersion kNewestLoaded{4, 3};

std::string gl_text(GLenum name) {
  const auto* text = reinterpret_cast<const char*>(glGetString(name));
  return text ? text : "";
}

/// 0.0 where the current context has no OpenGL.
GlVersion current_version(PFNGLGETINTEGERVPROC get_integer) {
  GLint major = 0, minor = 0;
  get_integer(GL_MAJOR_VERSION, &major);
  get_integer(GL_MINOR_VERSION, &minor);
  return {major, minor};
}

bool has_extension(std::string_view name) {
  GLint count = 0;
  glGetIntegerv(GL_NUM_EXTENSIONS, &count);
  for (GLint i = 0; i < count; ++i) {
    const auto* text = reinterpret_cast<const char*>(glGetStringi(GL_EXTENSIONS, i));
    if (text != nullptr && name == text) return true;
  }
  return false;
}

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

EGLDisplay platform_display(EGLenum platform, void* native) {
  const auto get = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
      eglGetProcAddress("eglGetPlatformDisplayEXT"));
  return get ? get(platform, native, nullptr) : EGL_NO_DISPLAY;
}

/// The displays of the machine's GPUs; Mesa's software device is left out.
std::vector<EGLDisplay> gpu_displays() {
  const auto query_devices =
      reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
  const auto query_text = reinterpret_cast<PFNEGLQUERYDEVICESTRINGEXTPROC>(
      eglGetProcAddress("eglQueryDeviceStringEXT"));
  std::vector<EGLDisplay> displays;
  std::array<EGLDeviceEXT, 16> devices{};
  EGLint count = 0;
  if (!query_devices || !query_text ||
      !query_devices(static_cast<EGLint>(devices.size()), devices.data(), &count)) {
    return displays;
  }
  for (EGLint i = 0; i < count; ++i) {
    const EGLDeviceEXT device = devices[static_cast<std::size_t>(i)];
    const char* extensions = query_text(device, EGL_EXTENSIONS);
    if (extensions && contains(extensions, "EGL_MESA_device_software")) continue;
    displays.push_back(platform_display(EGL_PLATFORM_DEVICE_EXT, device));
  }
  return displays;
}

EGLContext context_of(EGLDisplay display, GlVersion version, const HeadlessOptions& options) {
  std::vector<EGLint> attributes{
      EGL_CONTEXT_MAJOR_VERSION,       version.major,
      EGL_CONTEXT_MINOR_VERSION,       version.minor,
      EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
      EGL_CONTEXT_OPENGL_DEBUG,        options.debug ? EGL_TRUE : EGL_FALSE};
  if (options.tells_loss) {
    attributes.push_back(EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY);
    attributes.push_back(EGL_LOSE_CONTEXT_ON_RESET);
  }
  attributes.push_back(EGL_NONE);
  const std::array<EGLint, 5> wanted{EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, 0,
                                     EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (!eglChooseConfig(display, wanted.data(), &config, 1, &count) || count == 0) {
    return EGL_NO_CONTEXT;
  }
  return eglCreateContext(display, config, EGL_NO_CONTEXT, attributes.data());
}

}  // namespace

GlInfo current_gl_info() {
  GlInfo info{gl_text(GL_VENDOR), gl_text(GL_RENDERER), gl_text(GL_VERSION), false, false};
  for (const std::string_view name :
       {"llvmpipe", "softpipe", "SwiftShader", "Software Rasterizer"}) {
    info.is_software = info.is_software || contains(info.renderer, name);
  }
  info.has_compute = current_version(glGetIntegerv) >= GlVersion{4, 3};
  return info;
}

bool load_gl_functions(GlLoader find) {
  static std::mutex mutex;
  static GlVersion loaded{0, 0};
  const std::scoped_lock lock(mutex);
  const auto get_integer = reinterpret_cast<PFNGLGETINTEGERVPROC>(find("glGetIntegerv"));
  if (get_integer == nullptr) return false;
  const GlVersion version = std::min(current_version(get_integer), kNewestLoaded);
  if (version > loaded && gladLoadGL(find) != 0) loaded = version;
  return version.major > 0 && version <= loaded;
}

void silence_gl_drivers() {
  constexpr int keep = 0;
  setenv("EGL_LOG_LEVEL", "fatal", keep);
  setenv("LIBGL_DEBUG", "quiet", keep);
  setenv("MESA_DEBUG", "silent", keep);
  setenv("MESA_LOG_LEVEL", "error", keep);
}

/// Tries one display after another.
struct HeadlessContextMaker {
  HeadlessOptions options;

  /// A current context with its functions loaded, or nothing.
  std::optional<HeadlessContext> on(EGLDisplay display) const {
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr)) return {};
    if (!gladLoaderLoadEGL(display) || !eglBindAPI(EGL_OPENGL_API)) return {};
    for (const GlVersion version : kVersions) {
      EGLContext handle = context_of(display, version, options);
      if (handle == EGL_NO_CONTEXT && options.tells_loss) {
        handle = context_of(display, version, {.debug = options.debug});
      }
      if (handle == EGL_NO_CONTEXT) continue;
      HeadlessContext context(display, handle);
      if (!context.make_current() || !load_gl_functions(eglGetProcAddress)) return {};
      context.info_ = current_gl_info();
      return context;
    }
    return {};
  }

  /// The first GPU; a software rasteriser only where there is none.
  std::optional<HeadlessContext> best() const {
    auto found = on(platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY));
    if (found && !found->info().is_software) return found;
    for (const EGLDisplay display : gpu_displays()) {
      auto gpu = on(display);
      if (gpu && (!found || !gpu->info().is_software)) return gpu;
    }
    if (!found) return on(eglGetDisplay(EGL_DEFAULT_DISPLAY));
    // A GPU that was tried in vain has loaded functions and taken the thread.
    if (!found->make_current() || !load_gl_functions(eglGetProcAddress)) return {};
    return found;
  }
};

Result<HeadlessContext> HeadlessContext::create(HeadlessOptions options) {
  silence_gl_drivers();
  if (!gladLoaderLoadEGL(EGL_NO_DISPLAY)) {
    return failure("OpenGL: libEGL.so.1 cannot be loaded; the package libegl1 has it");
  }
  auto context = HeadlessContextMaker{options}.best();
  if (!context) {
    return failure(
        "OpenGL: no EGL display gives desktop OpenGL 3.3; a GPU driver or Mesa (package "
        "libgl1-mesa-dri) does");
  }
  return std::move(*context);
}

HeadlessContext::HeadlessContext(HeadlessContext&& other) noexcept
    : display_(other.display_),
      context_(std::exchange(other.context_, nullptr)),
      info_(std::move(other.info_)) {}

HeadlessContext& HeadlessContext::operator=(HeadlessContext&& other) noexcept {
  std::swap(display_, other.display_);
  std::swap(context_, other.context_);
  std::swap(info_, other.info_);
  return *this;
}

HeadlessContext::~HeadlessContext() {
  if (!context_) return;
  if (eglGetCurrentContext() == context_) release();
  eglDestroyContext(display_, context_);
}

Result<void> HeadlessContext::make_current() const {
  eglBindAPI(EGL_OPENGL_API);
  if (eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_)) return {};
  return failure(fmt::format("OpenGL: the context cannot be made current (EGL error {:#x})",
                             static_cast<unsigned>(eglGetError())));
}

void HeadlessContext::release() const {
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
}

namespace {

void GLAD_API_PTR on_debug_message(GLenum source, GLenum type, GLuint, GLenum, GLsizei length,
                                   const GLchar* message, const void* log) {
  if (type != GL_DEBUG_TYPE_ERROR || source == GL_DEBUG_SOURCE_SHADER_COMPILER) return;
  auto* owner = static_cast<GlDebugLog*>(const_cast<void*>(log));
  owner->record(length < 0 ? std::string(message)
                           : std::string(message, static_cast<std::size_t>(length)));
}

}  // namespace

GlDebugLog::GlDebugLog()
    : active_(glad_glDebugMessageCallback != nullptr &&
              (current_version(glGetIntegerv) >= kNewestLoaded || has_extension("GL_KHR_debug"))) {
  if (!active_) return;
  glEnable(GL_DEBUG_OUTPUT);
  glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
  glDebugMessageCallback(on_debug_message, this);
}

GlDebugLog::~GlDebugLog() {
  if (!active_) return;
  glDebugMessageCallback(nullptr, nullptr);
  glDisable(GL_DEBUG_OUTPUT);
}

void GlDebugLog::record(std::string message) {
  if (errors_++ == 0) first_error_ = std::move(message);
}

}  // namespace poolscope
