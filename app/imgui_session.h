#pragma once

#include "core/base/result.h"

namespace poolscope {

/// Dear ImGui's context with its OpenGL 3 renderer; lives as long as the GL context that is
/// current.
class ImGuiSession {
 public:
  ImGuiSession();
  ~ImGuiSession();
  ImGuiSession(const ImGuiSession&) = delete;
  ImGuiSession& operator=(const ImGuiSession&) = delete;

  /// Makes the font texture again, between frames.
  static void rebuild_fonts();
};

}  // namespace poolscope
