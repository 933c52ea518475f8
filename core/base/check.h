#pragma once

#include <cstdlib>

#include <fmt/core.h>

/// Stops the program where `condition` is false: a bug of ours, never a fault of the input.
#define POOLSCOPE_CHECK(condition)                                                     \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      fmt::print(stderr, "{}:{}: check failed: {}\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                    \
    }                                                                                  \
  } while (false)
