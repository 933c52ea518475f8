#pragma once

#include <string>

#include "core/base/result.h"

namespace poolscope {

/// What the current context runs on.
struct GlInfo {
  std::string vendor;
  std::string renderer;
  std::string version;
  bool is_software = false;  ///< A rasteriser on the CPU: llvmpipe, softpipe, SwiftShader.
  bool has_compute = false;  ///< OpenGL 4.3 or later: compute shaders.
};

/// Asks the context that is current and whose functions are loaded.
GlInfo current_gl_info();

/// Finds a function of OpenGL by its name: eglGetProcAddress, glfwGetProcAddress.
using GlLoader = void (*(*)(const char* name))();

/// Loads the functions of the current context's version. They serve all contexts of the program
/// (libglvnd gives the same ones to GLX and EGL), so a second context of that version loads none.
/// False where the context has no OpenGL. Thread: any.
bool load_gl_functions(GlLoader find);

/// Keeps the libraries of drivers from writing to stderr, where the environment does not say
/// otherwise. Thread: call it before other threads start; HeadlessContext::create() does.
void silence_gl_drivers();

struct HeadlessOptions {
  bool debug = false;       ///< A debug context, for GlDebugLog.
  bool tells_loss = false;  ///< After a reset of the GPU, errors say so, where the driver can.
};

/// An OpenGL core context (4.5, 4.3 or 3.3, the best there is) without a window, through EGL. A GPU
/// is preferred to a software rasteriser.
/// Thread: current in one thread at a time; create() and the destructor belong to that thread.
class HeadlessContext {
 public:
  /// Makes a context and makes it current; glad's functions are loaded.
  /// Errors: no EGL, or no display of it that gives desktop OpenGL 3.3.
  static Result<HeadlessContext> create(HeadlessOptions options = {});

  HeadlessContext(HeadlessContext&& other) noexcept;
  HeadlessContext& operator=(HeadlessContext&& other) noexcept;
  ~HeadlessContext();

  /// Makes it current in the calling thread. Errors: it is current in another one.
  Result<void> make_current() const;
  /// Leaves the calling thread without a context, so that another one may take it.
  void release() const;
  const GlInfo& info() const { return info_; }

 private:
  HeadlessContext(void* display, void* context) : display_(display), context_(context) {}
  friend struct HeadlessContextMaker;

  void* display_ = nullptr;  ///< EGLDisplay; never terminated: other contexts may share it.
  void* context_ = nullptr;  ///< EGLContext
  GlInfo info_;
};

/// Counts the errors that the current context reports from its making to its end (KHR_debug), but
/// for those of the shader compiler: ShaderLibrary gives them as Results.
/// Contexts without KHR_debug report nothing: is_active() is false then.
class GlDebugLog {
 public:
  GlDebugLog();
  GlDebugLog(const GlDebugLog&) = delete;
  GlDebugLog& operator=(const GlDebugLog&) = delete;
  ~GlDebugLog();

  bool is_active() const { return active_; }
  int errors() const { return errors_; }
  /// What the first error said; empty if there was none.
  const std::string& first_error() const { return first_error_; }
  /// Called by the driver.
  void record(std::string message);

 private:
  bool active_ = false;
  int errors_ = 0;
  std::string first_error_;
};

}  // namespace poolscope
