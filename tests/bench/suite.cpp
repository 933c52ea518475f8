#include <fmt/format.h>

#include "tests/bench/bench_case.h"

namespace poolscope::bench {
namespace {

constexpr Shape kLarge[] = {{1, 1, 4096, 4096}, {1, 3, 2160, 3840}, {1, 64, 512, 512}};

std::string shape_text(const Shape& s) {
  const std::string plane = fmt::format("{}x{}x{}", s.c, s.h, s.w);
  return s.n == 1 ? plane : fmt::format("{}x{}", s.n, plane);
}

/// A row named after its layer and its shape: `max k3 s1 1x4096x4096`.
BenchCase named(std::string_view name, std::string layer, const Shape& shape) {
  return {fmt::format("{} {}", name, shape_text(shape)), std::move(layer), shape};
}

void add_squares(std::vector<BenchCase>& rows, const Shape& shape, bool max) {
  for (const int k : {2, 3, 5, 7, 15, 31, 63}) {
    std::vector<int> strides{1, 2};
    if (k != 2) strides.push_back(k);
    for (const int s : strides) {
      rows.push_back(named(fmt::format("{} k{} s{}", max ? "max" : "avg", k, s),
                           fmt::format("{}Pool2d({}, {})", max ? "Max" : "Avg", k, s), shape));
    }
  }
}

void add_odd_windows(std::vector<BenchCase>& rows) {
  const Shape& large = kLarge[0];
  rows.push_back(named("max 1x15", "MaxPool2d((1, 15), 1)", large));
  rows.push_back(named("max 15x1", "MaxPool2d((15, 1), 1)", large));
  rows.push_back(named("max 3x7 s2", "MaxPool2d((3, 7), 2)", large));
  rows.push_back(named("avg 1x15", "AvgPool2d((1, 15), 1)", large));
  rows.push_back(named("avg 15x1", "AvgPool2d((15, 1), 1)", large));
  rows.push_back(named("avg 3x7 s2", "AvgPool2d((3, 7), 2)", large));
  rows.push_back(named("max k3 d2", "MaxPool2d(3, 1, dilation=2)", large));
  rows.push_back(named("max k5 s2 d3", "MaxPool2d(5, 2, dilation=3)", large));
}

void add_networks(std::vector<BenchCase>& rows) {
  rows.push_back(named("ResNet", "MaxPool2d(3, 2, 1)", {1, 64, 112, 112}));
  rows.push_back(named("ResNet", "MaxPool2d(3, 2, 1)", {10, 64, 112, 112}));
  rows.push_back(named("VGG", "MaxPool2d(2, 2)", {1, 64, 224, 224}));
  rows.push_back(named("VGG", "MaxPool2d(2, 2)", {1, 512, 14, 14}));
  rows.push_back(named("GoogLeNet", "MaxPool2d(3, 1, 1)", {1, 480, 14, 14}));
  rows.push_back(named("YOLO SPPF", "MaxPool2d(5, 1, 2)", {1, 256, 20, 20}));
  rows.push_back(named("Inception", "AvgPool2d(3, 1, 1)", {1, 288, 35, 35}));
  rows.push_back(named("global average", "AdaptiveAvgPool2d(1)", {1, 2048, 7, 7}));
  rows.push_back(named("SPP to 1", "AdaptiveMaxPool2d(1)", {1, 512, 13, 13}));
  rows.push_back(named("SPP to 2", "AdaptiveMaxPool2d(2)", {1, 512, 13, 13}));
  rows.push_back(named("SPP to 4", "AdaptiveMaxPool2d(4)", {1, 512, 13, 13}));
  rows.push_back(named("adaptive max to 100", "AdaptiveMaxPool2d(100)", kLarge[0]));
  rows.push_back(named("adaptive average to 100", "AdaptiveAvgPool2d(100)", kLarge[0]));
}

}  // namespace

std::vector<BenchCase> suite() {
  std::vector<BenchCase> rows;
  add_networks(rows);
  for (const Shape& shape : kLarge) {
    add_squares(rows, shape, true);
    add_squares(rows, shape, false);
  }
  add_odd_windows(rows);
  return rows;
}

}  // namespace poolscope::bench
