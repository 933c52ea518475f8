#pragma once

#include <map>
#include <string>

#include "core/engines/opengl_plan.h"
#include "core/gpu/shader_library.h"

namespace poolscope {

/// The compute shaders of the pools, each compiled when first needed and kept.
/// Thread: that of the context.
class OpenGlPrograms {
 public:
  /// `flushes`: as OpenGlLimits::flushes_denormals.
  OpenGlPrograms(ShaderLibrary library, bool flushes)
      : library_(std::move(library)), flushes_(flushes) {}

  /// The program of a pass; it stays where it is. Errors: a missing file, what the compiler says.
  Result<const Program*> of(const LoweredPool& pool, const OpenGlPass& pass, bool winners);

 private:
  ShaderLibrary library_;
  bool flushes_;
  std::map<std::string, Program> made_;
};

}  // namespace poolscope
