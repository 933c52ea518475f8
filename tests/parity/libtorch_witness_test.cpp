#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "core/engines/run_layer.h"
#include "core/engines/torch_room.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

const TorchRoom& room() { return **torch_room(); }

/// How many cases of each outcome a test has seen.
struct Tally {
  int values = 0, errors = 0, differences = 0;
};

void compare(const Layer& layer, const Tensor& input, Tally& tally) {
  const std::string name = fmt::format("{} on {}x{}x{}x{}", layer_text(layer), input.shape().n,
                                       input.shape().c, input.shape().h, input.shape().w);
  const auto witness = room().witness(layer, input);
  const auto pool = lower(layer, input.shape());
  if (!room().engine().notes(layer, input.shape()).empty()) {
    ++tally.differences;
    return;
  }
  ASSERT_EQ(pool.has_value(), witness.has_value())
      << name << ": " << (pool ? witness.error().message : pool.error().message);
  if (!pool) {
    ++tally.errors;
    return;
  }
  ++tally.values;
  for (const char* engine : {"reference", "cpu"}) {
    const PoolOutput ours = *(*find_engine(engine))->run(input, *pool, {.winners = true});
    ASSERT_EQ(ours.values.shape(), witness->values.shape()) << name;
    ASSERT_TRUE(agrees(*witness, input, *pool, kLibTorchBounds)) << name << ", " << engine;
    ASSERT_TRUE(agrees(ours, input, *pool)) << name << ", " << engine;
  }
}

Layer layer_of(std::string_view kind) { return make_layer(*find_kind(kind)); }

constexpr Shape kShapes[] = {{1, 1, 6, 6}, {2, 3, 7, 11}, {1, 2, 16, 33}, {1, 1, 5, 3},
                             {3, 1, 1, 9}, {1, 1, 10, 1}, {1, 4, 40, 21}};

/// Calls visit(layer, n) for kernels x strides x paddings x ceil, errors among them.
template <class Visit>
void for_each_layer(std::string_view kind, Visit visit) {
  std::uint32_t n = 0;
  for (const Pair kernel : {Pair{1, 1}, {2, 2}, {3, 3}, {2, 3}, {5, 1}, {4, 4}, {7, 5}, {9, 9}}) {
    for (const Pair stride : {Pair{1, 1}, {2, 2}, {3, 2}, {1, 4}, {0, 0}, {5, 7}}) {
      for (const Pair padding : {Pair{0, 0}, {1, 1}, {1, 0}, {2, 3}}) {
        for (const bool ceil : {false, true}) {
          Layer layer = layer_of(kind);
          layer.kernel_size = kernel;
          if (stride.h > 0) layer.stride = stride;
          layer.ceil_mode = ceil;
          layer.padding = {padding.h, padding.w, padding.h, padding.w};
          visit(layer, n++);
        }
      }
    }
  }
}

/// A power pool of each norm, on the n-th fill.
void compare_norms(Layer layer, const Shape& shape, std::uint32_t n, Tally& tally) {
  for (const double norm : {1.0, 2.0, 3.0, 1.5, std::numeric_limits<double>::infinity()}) {
    layer.norm_type = norm;
    const Fill fill = n % 3 == 0 ? Fill::random : n % 3 == 1 ? Fill::equal : Fill::special;
    compare(layer, filled(shape, fill, n), tally);
  }
}

TEST(LibTorchWitness, MaxPool2d) {
  Tally tally;
  for_each_layer("MaxPool2d", [&](Layer layer, std::uint32_t n) {
    for (const Pair dilation : {Pair{1, 1}, {2, 2}, {1, 3}, {4, 2}}) {
      layer.dilation = dilation;
      const Shape& shape = kShapes[(n + static_cast<std::uint32_t>(dilation.h)) % 7];
      compare(layer, filled(shape, static_cast<Fill>(n % kFills), n), tally);
    }
  });
  EXPECT_GT(tally.values, 400);
  EXPECT_GT(tally.errors, 200);
  EXPECT_GT(tally.differences, 20);
}

TEST(LibTorchWitness, AvgPool2d) {
  Tally tally;
  for_each_layer("AvgPool2d", [&](Layer layer, std::uint32_t n) {
    for (const bool count : {false, true}) {
      for (const auto override : {std::optional<std::int64_t>(), {7}, {-2}, {0}}) {
        layer.count_include_pad = count;
        layer.divisor_override = override;
        Fill fill = static_cast<Fill>(n % kFills);
        if (fill == Fill::huge) fill = Fill::random;  // LibTorch's sums overflow.
        compare(layer, filled(kShapes[n % 7], fill, n), tally);
      }
    }
  });
  EXPECT_GT(tally.values, 400);
  EXPECT_GT(tally.errors, 200);
}

TEST(LibTorchWitness, LpPool2d) {
  Tally tally;
  for_each_layer("LPPool2d", [&](Layer layer, std::uint32_t n) {
    compare_norms(layer, kShapes[n % 7], n, tally);
  });
  EXPECT_GT(tally.values, 400);
  EXPECT_GT(tally.errors, 100);
  EXPECT_GT(tally.differences, 100);
}

TEST(LibTorchWitness, AdaptivePools) {
  Tally tally;
  std::uint32_t n = 0;
  for (const char* kind : {"AdaptiveMaxPool2d", "AdaptiveAvgPool2d"}) {
    for (const auto height : {std::optional<std::int64_t>(), {1}, {2}, {3}, {7}, {50}, {0}}) {
      for (const auto width : {std::optional<std::int64_t>(), {1}, {2}, {5}, {11}, {40}}) {
        for (const Shape& shape : kShapes) {
          Layer layer = layer_of(kind);
          layer.output_size = {height, width};
          const Fill fill = static_cast<Fill>(n++ % (kFills - 1));  // All but huge.
          compare(layer, filled(shape, fill, n), tally);
        }
      }
    }
  }
  EXPECT_GT(tally.values, 400);
}

/// Calls visit(layer, n) for kernels x strides x paddings x ceil of a 1d layer.
template <class Visit>
void for_each_row_layer(std::string_view kind, Visit visit) {
  for_each_layer(kind, [&](Layer layer, std::uint32_t n) {
    layer.kernel_size.h = 1;
    if (layer.stride) layer.stride->h = 1;
    layer.padding.top = layer.padding.bottom = 0;
    visit(layer, n);
  });
}

constexpr Shape kRows[] = {{1, 1, 1, 6}, {2, 3, 1, 11}, {1, 2, 1, 33}, {3, 1, 1, 1}, {1, 4, 1, 90}};

TEST(LibTorchWitness, MaxPool1d) {
  Tally tally;
  for_each_row_layer("MaxPool1d", [&](Layer layer, std::uint32_t n) {
    for (const std::int64_t dilation : {1, 2, 3}) {
      layer.dilation.w = dilation;
      compare(layer, filled(kRows[n % 5], static_cast<Fill>(n % kFills), n), tally);
    }
  });
  EXPECT_GT(tally.values, 400);
  EXPECT_GT(tally.errors, 100);
  EXPECT_GT(tally.differences, 20);
}

TEST(LibTorchWitness, AvgPool1d) {
  Tally tally;
  for_each_row_layer("AvgPool1d", [&](Layer layer, std::uint32_t n) {
    for (const bool count : {false, true}) {
      layer.count_include_pad = count;
      const Fill fill = static_cast<Fill>(n % (kFills - 1));  // All but huge.
      compare(layer, filled(kRows[n % 5], fill, n), tally);
    }
  });
  EXPECT_GT(tally.values, 200);
  EXPECT_GT(tally.errors, 100);
}

TEST(LibTorchWitness, LpPool1d) {
  Tally tally;
  for_each_row_layer("LPPool1d", [&](Layer layer, std::uint32_t n) {
    compare_norms(layer, kRows[n % 5], n, tally);
  });
  EXPECT_GT(tally.values, 200);
  EXPECT_GT(tally.differences, 50);
}

TEST(LibTorchWitness, AdaptivePools1d) {
  Tally tally;
  std::uint32_t n = 0;
  for (const char* kind : {"AdaptiveMaxPool1d", "AdaptiveAvgPool1d"}) {
    for (const std::int64_t width : {1, 2, 5, 11, 40}) {
      for (const Shape& shape : kRows) {
        for (int fill = 0; fill < kFills - 1; ++fill, ++n) {  // All but huge.
          Layer layer = layer_of(kind);
          layer.output_size = {{}, width};
          compare(layer, filled(shape, static_cast<Fill>(fill), n), tally);
        }
      }
    }
  }
  EXPECT_EQ(tally.values, 2 * 5 * 5 * (kFills - 1));
}

TEST(LibTorchWitness, FractionalMaxPool2d) {
  Tally tally;
  std::uint32_t n = 0;
  for (const Pair kernel : {Pair{1, 1}, {2, 2}, {2, 3}, {4, 2}}) {
    for (const std::int64_t height : {1, 2, 3, 5, 6}) {
      for (const std::int64_t width : {1, 3, 4, 9}) {
        for (const Shape& shape : kShapes) {
          Layer layer = layer_of("FractionalMaxPool2d");
          layer.kernel_size = kernel;
          layer.output_size = {height, width};
          layer.seed = n;
          compare(layer, filled(shape, static_cast<Fill>(n % kFills), n), tally);
          layer.output_size = {};
          layer.output_ratio = OutputRatio{0.3 + 0.1 * (n % 7), 0.9 - 0.1 * (n % 5)};
          compare(layer, filled(shape, static_cast<Fill>(n % kFills), n), tally);
          ++n;
        }
      }
    }
  }
  EXPECT_GT(tally.values, 300);
  EXPECT_GT(tally.errors, 100);
}

/// Pools and unpools; the winners of windows that do not overlap differ from one another.
void compare_unpool(const Layer& pool, const Layer& unpool, const Tensor& input, Tally& tally) {
  const PoolOutput pooled =
      *(*find_engine("cpu"))->run(input, *lower(pool, input.shape()), {.winners = true});
  const auto lowered = lower_layer(unpool, pooled.values.shape());
  const auto witness = room().witness(unpool, pooled.values, &*pooled.winners);
  const std::string name = fmt::format("{} after {}", layer_text(unpool), layer_text(pool));
  const auto ours =
      lowered ? run_layer(**find_engine("cpu"), {pooled.values, *lowered, &*pooled.winners}, {})
              : Result<PoolOutput>(tl::unexpected(lowered.error()));
  ASSERT_EQ(ours.has_value(), witness.has_value())
      << name << ": " << (ours ? witness.error().message : ours.error().message);
  if (!ours) {
    ++tally.errors;
    return;
  }
  ++tally.values;
  ASSERT_TRUE(same_bits({.values = ours->values}, {.values = witness->values})) << name;
}

TEST(LibTorchWitness, MaxUnpool) {
  Tally tally;
  std::uint32_t n = 0;
  for (const char* dimensions : {"2d", "1d"}) {
    for (const Pair kernel : {Pair{1, 1}, {2, 2}, {2, 3}, {3, 1}}) {
      for (const std::int64_t extra : {-3, -1, 0, 1, 3}) {
        for (const Shape& shape : {Shape{1, 1, 6, 6}, {2, 3, 7, 11}, {1, 2, 16, 33}}) {
          const bool row = dimensions[0] == '1';
          Layer pool = layer_of(std::string("MaxPool") + dimensions);
          pool.kernel_size = row ? Pair{1, kernel.w} : kernel;
          Layer unpool = layer_of(std::string("MaxUnpool") + dimensions);
          unpool.kernel_size = pool.kernel_size;
          const Shape input = row ? Shape{shape.n, shape.c, 1, shape.w} : shape;
          if (extra != 0) unpool.output_size = {row ? 1 : input.h + extra, input.w + extra};
          if (row) unpool.output_size.h.reset();
          const Fill fill = static_cast<Fill>(n++ % kFills);
          compare_unpool(pool, unpool, filled(input, fill, n), tally);
        }
      }
    }
  }
  EXPECT_GT(tally.values, 30);
  EXPECT_GT(tally.errors, 20);
}

TEST(LibTorchWitness, EmptyAndMissingAxes) {
  Tally tally;
  for (const char* kind :
       {"MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveMaxPool2d", "AdaptiveAvgPool2d"}) {
    for (const Shape& shape : {Shape{0, 2, 4, 4}, {1, 0, 4, 4}, {1, 1, 0, 4}, {1, 1, 4, 0}}) {
      compare(layer_of(kind), *Tensor::copy_of(shape, std::vector<float>{}), tally);
    }
  }
}

}  // namespace
}  // namespace poolscope
