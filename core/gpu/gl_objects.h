#pragma once

#include <utility>

#include <glad/gl.h>

namespace poolscope {

/// The one owner of a GL name: moved, never copied; frees it in the context that is then current.
/// `Kind` says how names of that kind are made and freed. A default one owns nothing.
template <class Kind>
class GlObject {
 public:
  GlObject() = default;
  /// Makes a name in the current context; a shader's takes its stage (GL_VERTEX_SHADER, ...).
  template <class... Args>
  static GlObject create(Args... args) {
    return GlObject(Kind::create(args...));
  }
  GlObject(GlObject&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
  GlObject& operator=(GlObject&& other) noexcept {
    std::swap(name_, other.name_);
    return *this;
  }
  ~GlObject() {
    if (name_ != 0) Kind::destroy(name_);
  }

  /// The name, 0 when nothing is owned.
  GLuint get() const { return name_; }
  explicit operator bool() const { return name_ != 0; }

 private:
  explicit GlObject(GLuint name) : name_(name) {}

  GLuint name_ = 0;
};

namespace gl_kinds {

template <class Generate>
GLuint generated(Generate generate) {
  GLuint name = 0;
  generate(1, &name);
  return name;
}

struct Texture {
  static GLuint create() { return generated(glGenTextures); }
  static void destroy(GLuint name) { glDeleteTextures(1, &name); }
};
struct Framebuffer {
  static GLuint create() { return generated(glGenFramebuffers); }
  static void destroy(GLuint name) { glDeleteFramebuffers(1, &name); }
};
struct VertexArray {
  static GLuint create() { return generated(glGenVertexArrays); }
  static void destroy(GLuint name) { glDeleteVertexArrays(1, &name); }
};
struct Buffer {
  static GLuint create() { return generated(glGenBuffers); }
  static void destroy(GLuint name) { glDeleteBuffers(1, &name); }
};
struct Query {
  static GLuint create() { return generated(glGenQueries); }
  static void destroy(GLuint name) { glDeleteQueries(1, &name); }
};
struct Shader {
  static GLuint create(GLenum stage) { return glCreateShader(stage); }
  static void destroy(GLuint name) { glDeleteShader(name); }
};
struct Program {
  static GLuint create() { return glCreateProgram(); }
  static void destroy(GLuint name) { glDeleteProgram(name); }
};

}  // namespace gl_kinds

using Texture = GlObject<gl_kinds::Texture>;
using Framebuffer = GlObject<gl_kinds::Framebuffer>;
using VertexArray = GlObject<gl_kinds::VertexArray>;
using GlBuffer = GlObject<gl_kinds::Buffer>;
using Query = GlObject<gl_kinds::Query>;
using Shader = GlObject<gl_kinds::Shader>;
using Program = GlObject<gl_kinds::Program>;

}  // namespace poolscope
