#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
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
    layer.padding = {};
    for (const double norm : {1.0, 2.0, 3.0, 1.5, std::numeric_limits<double>::infinity()}) {
      layer.norm_type = norm;
      const Fill fill = n % 3 == 0 ? Fill::random : n % 3 == 1 ? Fill::equal : Fill::special;
      compare(layer, filled(kShapes[n % 7], fill, n), tally);
    }
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
