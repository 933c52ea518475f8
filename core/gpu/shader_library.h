#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/gpu/gl_objects.h"

namespace poolscope {

/// `#define name value`, put after a stage's #version line.
struct ShaderDefine {
  std::string name;
  std::string value;
};

/// Builds programs from the files of a folder, one stage a file (.vert, .frag, .comp).
/// `#include "common/x.glsl"` takes a path from that folder and reads each file once a stage.
class ShaderLibrary {
 public:
  explicit ShaderLibrary(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// The `shaders` folder that comes with the program. Errors: there is none.
  static Result<ShaderLibrary> open();

  /// Compiles and links `stages`, as `{"heatmap.vert", "heatmap.frag"}`, in the current context.
  /// Errors: a missing file or include, or what the compiler says, with file and line.
  Result<Program> program(std::span<const std::string_view> stages,
                          std::span<const ShaderDefine> defines = {}) const;
  Result<Program> program(std::initializer_list<std::string_view> stages,
                          std::span<const ShaderDefine> defines = {}) const {
    return program(std::span(stages.begin(), stages.size()), defines);
  }

 private:
  Result<Shader> stage(std::string_view file, std::span<const ShaderDefine> defines) const;

  std::filesystem::path folder_;
};

/// A line of a file of shaders, counted from 1.
struct ShaderLine {
  std::string file;
  int line = 1;
};

/// A stage's text with its includes in place, and where each of its lines comes from. (#line would
/// not do: Mesa drops its file number from most messages.)
struct ShaderSource {
  std::string text;
  std::vector<ShaderLine> lines;
};

/// Reads `file` of `folder` and what it includes. Errors: a missing file, a malformed #include.
Result<ShaderSource> load_shader_source(const std::filesystem::path& folder, std::string_view file,
                                        std::span<const ShaderDefine> defines = {});

/// The first error of a compiler's log (Mesa, NVIDIA, AMD, Intel) as `file:line: message`; the
/// log's first line where it names none.
std::string first_shader_error(std::string_view log, const ShaderSource& source);

}  // namespace poolscope
