#include "core/gpu/gl_context.h"

#include <thread>

#include <glad/gl.h>

#include "core/gpu/gl_objects.h"
#include "core/gpu/render_target.h"
#include "tests/gpu/gl_test.h"

namespace poolscope {
namespace {

using GlContext = GlTest;

TEST_F(GlContext, TellsWhatItRunsOn) {
  const GlInfo& info = context_->info();
  EXPECT_FALSE(info.vendor.empty());
  EXPECT_FALSE(info.renderer.empty());
  EXPECT_GE(info.version, "3.3");
  EXPECT_EQ(info.is_software, info.renderer.find("llvmpipe") != std::string::npos);
  GLint major = 0;
  GLint minor = 0;
  glGetIntegerv(GL_MAJOR_VERSION, &major);
  glGetIntegerv(GL_MINOR_VERSION, &minor);
  EXPECT_EQ(info.has_compute, major * 10 + minor >= 43);
}

TEST_F(GlContext, SurvivesASecondOne) {
  {
    auto second = HeadlessContext::create();
    ASSERT_TRUE(second) << second.error().message;
  }
  ASSERT_TRUE(context_->make_current());
  EXPECT_TRUE(Texture::create());
}

TEST_F(GlContext, MovesToAnotherThread) {
  context_->release();
  std::string renderer;
  std::thread([&] {
    if (!context_->make_current()) return;
    renderer = current_gl_info().renderer;
    context_->release();
  }).join();
  EXPECT_EQ(renderer, context_->info().renderer);
  ASSERT_TRUE(context_->make_current());
}

TEST_F(GlContext, IsRefusedToASecondThread) {
  std::string message;
  std::thread([&] {
    const auto made = context_->make_current();
    if (!made) message = made.error().message;
  }).join();
  EXPECT_NE(message.find("cannot be made current"), std::string::npos) << message;
}

TEST_F(GlContext, LogsTheErrorsOfTheDriver) {
  log_.reset();
  GlDebugLog log;
  ASSERT_TRUE(log.is_active());
  glEnable(GL_TEXTURE_2D_ARRAY);  // No capability of a core context.
  EXPECT_EQ(log.errors(), 1);
  EXPECT_FALSE(log.first_error().empty());
  while (glGetError() != GL_NO_ERROR) {
  }
}

TEST_F(GlContext, FreesANameOnce) {
  GLuint name = 0;
  {
    Texture first = Texture::create();
    name = first.get();
    glBindTexture(GL_TEXTURE_2D, name);
    Texture second = std::move(first);
    EXPECT_EQ(second.get(), name);
    EXPECT_FALSE(first);  // NOLINT: what a moved-from owner holds is the point.
    EXPECT_TRUE(glIsTexture(name));
  }
  EXPECT_FALSE(glIsTexture(name));
}

using GlRenderTarget = GlTest;

TEST_F(GlRenderTarget, GivesRowsFromTheTop) {
  const auto target = RenderTarget::create(3, 2);
  ASSERT_TRUE(target) << target.error().message;
  target->bind();
  glClearColor(0, 0, 1, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glEnable(GL_SCISSOR_TEST);
  glScissor(0, 1, 1, 1);  // GL's upper left pixel.
  glClearColor(1, 0, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glDisable(GL_SCISSOR_TEST);
  std::vector<std::uint8_t> expected;
  for (int i = 0; i < 6; ++i) {
    const std::vector<std::uint8_t> blue{0, 0, 255, 255};
    const std::vector<std::uint8_t> red{255, 0, 0, 255};
    expected.insert(expected.end(), (i == 0 ? red : blue).begin(), (i == 0 ? red : blue).end());
  }
  EXPECT_EQ(target->pixels(), expected);
}

TEST_F(GlRenderTarget, RefusesSizesOutsideTheLimits) {
  EXPECT_FALSE(RenderTarget::create(0, 10));
  const auto huge = RenderTarget::create(10, 1 << 24);
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("10x16777216"), std::string::npos) << huge.error().message;
}

}  // namespace
}  // namespace poolscope
