#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/engines/engine_list.h"

namespace poolscope {

/// A test that each engine of the list has to pass.
class EveryEngine : public testing::TestWithParam<std::string> {
 protected:
  PoolOutput run(const Tensor& input, const LoweredPool& pool) const {
    auto output = (*find_engine(GetParam()))->run(input, pool, {.winners = true});
    EXPECT_TRUE(output) << output.error().message;
    return *output;
  }
  std::vector<float> values(const Tensor& input, const LoweredPool& pool) const {
    const PoolOutput output = run(input, pool);
    return {output.values.values().begin(), output.values.values().end()};
  }
  std::vector<std::int64_t> winners(const Tensor& input, const LoweredPool& pool) const {
    const PoolOutput output = run(input, pool);
    return {output.winners->values().begin(), output.winners->values().end()};
  }
};

/// A tensor of one plane.
inline Tensor grid(std::int64_t height, std::int64_t width, const std::vector<float>& values) {
  return *Tensor::copy_of({1, 1, height, width}, values);
}

}  // namespace poolscope

/// Runs the tests of `suite`, a class made from EveryEngine, on each engine of the list.
#define POOLSCOPE_EVERY_ENGINE(suite)                                                      \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::ValuesIn(::poolscope::engine_names()), \
                           [](const auto& parameter) { return parameter.param; })
