#pragma once

#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "core/gpu/gl_context.h"

namespace poolscope {

/// A test with a headless OpenGL 4.3 context, Mesa's where there is no other. An error that the
/// driver reports fails it. Suites of it are named Gl...: the sanitizers leave those out.
class GlTest : public testing::Test {
 protected:
  void SetUp() override {
    auto context = HeadlessContext::create({.debug = true});
    ASSERT_TRUE(context) << context.error().message;
    ASSERT_TRUE(context->info().has_compute) << "this OpenGL has no compute shaders";
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
