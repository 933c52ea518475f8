#include "core/gpu/shader_library.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "core/base/resources.h"

namespace poolscope {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view first_line(std::string_view text) {
  text = trimmed(text);
  return trimmed(text.substr(0, text.find('\n')));
}

/// The words after `#directive`, or nothing where the line is no such directive.
std::optional<std::string_view> directive(std::string_view line, std::string_view name) {
  line = trimmed(line);
  if (!line.starts_with('#')) return {};
  line = trimmed(line.substr(1));
  if (!line.starts_with(name)) return {};
  return trimmed(line.substr(name.size()));
}

/// Puts a stage together, file by file.
class SourceReader {
 public:
  SourceReader(const std::filesystem::path& folder, std::span<const ShaderDefine> defines)
      : folder_(folder), defines_(defines) {}

  /// `included_at`: where the file was asked for (`heatmap.frag:3: `), empty for the stage itself.
  Result<void> read(const std::string& file, const std::string& included_at) {
    std::ifstream in(folder_ / file);
    if (!in) {
      return failure(
          fmt::format("{}shader file {} cannot be read", included_at, (folder_ / file).string()));
    }
    read_.push_back(file);
    std::string line;
    for (ShaderLine at{file, 1}; std::getline(in, line); ++at.line) {
      if (auto added = add_line(line, at); !added) return added;
    }
    return {};
  }

  ShaderSource take() { return std::move(source_); }

 private:
  Result<void> add_line(const std::string& line, const ShaderLine& at) {
    const auto include = directive(line, "include");
    if (include) return add_include(*include, at);
    put(line, at);
    if (directive(line, "version")) {
      for (const ShaderDefine& define : defines_) {
        put(fmt::format("#define {} {}", define.name, define.value), at);
      }
    }
    return {};
  }

  Result<void> add_include(std::string_view quoted, const ShaderLine& at) {
    const std::string place = fmt::format("{}:{}: ", at.file, at.line);
    if (quoted.size() < 3 || quoted.front() != '"' || quoted.back() != '"') {
      return failure(
          fmt::format("{}#include {}; #include \"common/x.glsl\" would be right", place, quoted));
    }
    const std::string file(quoted.substr(1, quoted.size() - 2));
    if (std::find(read_.begin(), read_.end(), file) != read_.end()) return {};
    return read(file, place);
  }

  void put(std::string_view line, const ShaderLine& at) {
    source_.text.append(line).append("\n");
    source_.lines.push_back(at);
  }

  const std::filesystem::path& folder_;
  std::span<const ShaderDefine> defines_;
  std::vector<std::string> read_;
  ShaderSource source_;
};

struct LogEntry {
  std::size_t line;  ///< Of the whole text, from 1.
  std::string_view message;
};

bool take_number(std::string_view& text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// `0:12(3): error: m` (Mesa), `0(12) : error C1: m` (NVIDIA), `ERROR: 0:12: m` (AMD, Intel).
std::optional<LogEntry> log_entry(std::string_view line) {
  if (line.starts_with("ERROR: ")) line.remove_prefix(7);
  std::size_t text_number = 0;
  LogEntry entry{0, {}};
  if (!take_number(line, text_number) || line.empty()) return {};
  if (line.front() != ':' && line.front() != '(') return {};
  line.remove_prefix(1);
  const bool numbered = take_number(line, entry.line);
  const std::size_t colon = line.find(':');
  if (!numbered || colon == std::string_view::npos) return {};
  entry.message = trimmed(line.substr(colon + 1));
  return entry;
}

std::optional<GLenum> stage_of(std::string_view file) {
  if (file.ends_with(".vert")) return GL_VERTEX_SHADER;
  if (file.ends_with(".frag")) return GL_FRAGMENT_SHADER;
  if (file.ends_with(".comp")) return GL_COMPUTE_SHADER;
  return {};
}

/// glGetShaderInfoLog or glGetProgramInfoLog, whole.
template <class GetLog>
std::string info_log(GetLog get_log, GLuint name) {
  std::string log(4096, '\0');
  GLsizei length = 0;
  get_log(name, static_cast<GLsizei>(log.size()), &length, log.data());
  log.resize(static_cast<std::size_t>(length));
  return log;
}

}  // namespace

Result<ShaderSource> load_shader_source(const std::filesystem::path& folder, std::string_view file,
                                        std::span<const ShaderDefine> defines) {
  SourceReader reader(folder, defines);
  if (auto read = reader.read(std::string(file), ""); !read) return tl::unexpected(read.error());
  return reader.take();
}

std::string first_shader_error(std::string_view log, const ShaderSource& source) {
  std::istringstream lines{std::string(log)};
  for (std::string line; std::getline(lines, line);) {
    const auto entry = log_entry(line);
    if (!entry || entry->message.starts_with("warning")) continue;
    if (entry->line < 1 || entry->line > source.lines.size()) continue;
    const ShaderLine& at = source.lines[entry->line - 1];
    return fmt::format("{}:{}: {}", at.file, at.line, entry->message);
  }
  return std::string(first_line(log));
}

Result<ShaderLibrary> ShaderLibrary::open() {
  return resource_path("shaders").map([](auto folder) { return ShaderLibrary(folder); });
}

Result<Shader> ShaderLibrary::stage(std::string_view file,
                                    std::span<const ShaderDefine> defines) const {
  const auto kind = stage_of(file);
  if (!kind) return failure(fmt::format("shader {}: .vert, .frag or .comp would be right", file));
  const auto source = load_shader_source(folder_, file, defines);
  if (!source) return tl::unexpected(source.error());
  Shader shader = Shader::create(*kind);
  if (!shader) return failure(fmt::format("shader {}: this OpenGL has no such stage", file));
  const char* text = source->text.c_str();
  glShaderSource(shader.get(), 1, &text, nullptr);
  glCompileShader(shader.get());
  GLint compiled = GL_FALSE;
  glGetShaderiv(shader.get(), GL_COMPILE_STATUS, &compiled);
  if (!compiled) {
    return failure(first_shader_error(info_log(glGetShaderInfoLog, shader.get()), *source));
  }
  return shader;
}

Result<Program> ShaderLibrary::program(std::span<const std::string_view> stages,
                                       std::span<const ShaderDefine> defines) const {
  Program program = Program::create();
  for (const std::string_view file : stages) {
    const auto shader = stage(file, defines);
    if (!shader) return tl::unexpected(shader.error());
    glAttachShader(program.get(), shader->get());
  }
  glLinkProgram(program.get());
  GLint linked = GL_FALSE;
  glGetProgramiv(program.get(), GL_LINK_STATUS, &linked);
  if (!linked) {
    return failure(fmt::format("{}: {}", fmt::join(stages, " + "),
                               first_line(info_log(glGetProgramInfoLog, program.get()))));
  }
  return program;
}

}  // namespace poolscope
