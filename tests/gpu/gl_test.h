#pragma once

#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "core/gpu/gl_context.h"

namespace poolscope {

/// A test with a headless OpenGL context; skipped where no OpenGL can be had at all. An error that
/// the driver reports fails it. Suites of it are named Gl...: the sanitizers leave those out.
class GlTest : public testing::Test {
 protected:
  void SetUp() override {
    auto context = HeadlessContext::create({.debug = true});
    if (!context) GTEST_SKIP() << "no OpenGL here: " << context.error().message;
    context_.emplace(std::move(*context));
    log_.emplace();
  }
  void TearDown() override {
    if (log_) {
      EXPECT_EQ(log_->errors(), 0) << log_->first_error();
    }
    log_.reset();
    context_.reset();
  }

  std::optional<HeadlessContext> context_;
  std::optional<GlDebugLog> log_;
};

}  // namespace poolscope
