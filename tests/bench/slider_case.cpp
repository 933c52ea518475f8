#include "tests/bench/slider_case.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "app/runner.h"
#include "core/base/keep_memory.h"
#include "core/pooling/layer_text.h"

namespace poolscope::bench {
namespace {

constexpr std::int64_t kSide = 4096;
constexpr int kWarmUps = 2, kRounds = 9;
constexpr double kTwoFrames = 33.0;

/// 8-bit values, without any order.
Result<Tensor> picture(std::int64_t channels) {
  const Shape shape{1, channels, kSide, kSide};
  auto cells = Buffer<float>::allocate(shape.elements());
  if (!cells) return tl::unexpected(cells.error());
  std::uint32_t state = 1;
  for (float& cell : cells->span()) {
    state = state * 1664525U + 1013904223U;
    cell = static_cast<float>(state >> 24);
  }
  return Tensor(shape, std::move(*cells));
}

/// The median time of the layer on the picture, in ms, each run after one like it.
Result<double> milliseconds(const Tensor& tensor, const std::string& layer) {
  const auto parsed = parse_layer(layer);
  if (!parsed) return tl::unexpected(parsed.error());
  RunRequest request{.source = {}, .pipeline = {{*parsed}}, .engine = "cpu"};
  request.source.array.tensor = tensor;
  request.source.array.form.rank = 4;
  std::shared_ptr<const Evaluation> shown;
  std::vector<double> times;
  for (int round = -kWarmUps; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    auto next = std::make_shared<const Evaluation>(evaluate(request, shown.get(), nullptr));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    if (next->trace.error) return tl::unexpected(*next->trace.error);
    shown = std::move(next);
    if (round >= 0) times.push_back(took.count());
  }
  std::ranges::nth_element(times, times.begin() + kRounds / 2);
  return times[kRounds / 2];
}

}  // namespace

Result<void> time_slider() {
  const KeepMemory keep(std::size_t{1} << 30);  // As the window does while a slider is dragged.
  std::array<Tensor, 2> pictures;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    auto made = picture(i == 0 ? 1 : 3);
    if (!made) return tl::unexpected(made.error());
    pictures[i] = std::move(*made);
  }
  fmt::print("from the slider to the new picture, in ms\n{:<16}  {:>14}  {:>14}\n", "layer",
             "1x4096x4096", "3x4096x4096");
  int met = 0, all = 0;
  for (const char* kind : {"Max", "Avg"}) {
    for (const int kernel : {2, 3, 5, 7, 15, 31, 63}) {
      for (const int stride : {1, 2, kernel}) {
        if (stride == kernel && kernel == 2) continue;
        const std::string layer = fmt::format("{}Pool2d({}, {})", kind, kernel, stride);
        fmt::print("{:<16}", layer);
        for (const Tensor& tensor : pictures) {
          const auto time = milliseconds(tensor, layer);
          if (!time) return tl::unexpected(time.error());
          fmt::print("  {:>14.1f}", *time);
          met += *time <= kTwoFrames ? 1 : 0;
          ++all;
        }
        fmt::print("\n");
      }
    }
  }
  fmt::print("within two frames, {:.0f} ms: {} of {}\n", kTwoFrames, met, all);
  return {};
}

}  // namespace poolscope::bench
