#include <algorithm>
#include <chrono>
#include <functional>

#include <fmt/format.h>
#include <torch/torch.h>

#include "tests/bench/gpu/gpu_peer.h"

#ifdef POOLSCOPE_BENCH_EVENTS
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#endif

namespace poolscope::bench {
namespace {

using Work = std::function<void()>;
using Clock = std::chrono::steady_clock;

bool has_cuda() { return torch::cuda::is_available(); }

torch::Device device() { return has_cuda() ? torch::kCUDA : torch::kCPU; }

std::vector<std::int64_t> list(const Pair& pair) { return {pair.h, pair.w}; }

torch::Tensor pool(const Layer& layer, const torch::Tensor& x) {
  const std::string_view name = layer.kind->name;
  const std::vector<std::int64_t> padding{layer.padding.top, layer.padding.left};
  const std::vector<std::int64_t> size{layer.output_size.h.value_or(x.size(2)),
                                       layer.output_size.w.value_or(x.size(3))};
  const auto kernel = list(layer.kernel_size), stride = list(layer.effective_stride());
  if (name == "MaxPool2d") {
    return torch::max_pool2d(x, kernel, stride, padding, list(layer.dilation), layer.ceil_mode);
  }
  if (name == "AvgPool2d") {
    return torch::avg_pool2d(x, kernel, stride, padding, layer.ceil_mode, layer.count_include_pad);
  }
  if (name == "AdaptiveMaxPool2d") return std::get<0>(torch::adaptive_max_pool2d(x, size));
  return torch::adaptive_avg_pool2d(x, size);
}

bool has_layer(const Layer& layer) {
  constexpr std::string_view names[] = {"MaxPool2d", "AvgPool2d", "AdaptiveMaxPool2d",
                                        "AdaptiveAvgPool2d"};
  return std::ranges::find(names, layer.kind->name) != std::end(names) && !layer.divisor_override;
}

/// Seconds from one run to the next on the wall's clock.
std::vector<double> wall_times(const Work& work, int repeats) {
  std::vector<double> seconds;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = Clock::now();
    work();
    if (has_cuda()) torch::cuda::synchronize();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return seconds;
}

#ifdef POOLSCOPE_BENCH_EVENTS
/// Keeps the device busy while the runs to be timed are handed to it, so that none waits for the
/// host.
void occupy(int repeats) {
  static const torch::Tensor from = torch::ones({1 << 28}, device());
  static torch::Tensor to = torch::empty_like(from);
  for (int i = 0; i < 1 + repeats / 20; ++i) to.copy_(from);
}

/// Seconds from one run to the next on the device's clock.
std::vector<double> device_times(const Work& work, int repeats) {
  const c10::impl::VirtualGuardImpl guard(c10::DeviceType::CUDA);
  const c10::Stream stream = guard.getStream(guard.getDevice());
  std::vector<c10::Event> events;
  for (int i = 0; i <= repeats; ++i) {
    events.emplace_back(c10::DeviceType::CUDA, c10::EventFlag::BACKEND_DEFAULT);
  }
  occupy(repeats);
  events.front().record(stream);
  for (int i = 1; i <= repeats; ++i) {
    work();
    events[static_cast<std::size_t>(i)].record(stream);
  }
  torch::cuda::synchronize();
  std::vector<double> seconds;
  for (std::size_t i = 1; i < events.size(); ++i) {
    seconds.push_back(events[i - 1].elapsedTime(events[i]) * 1e-3);
  }
  return seconds;
}
#endif

double seconds_of(const Work& work, int repeats) {
  for (int i = 0; i < 3; ++i) work();
#ifdef POOLSCOPE_BENCH_EVENTS
  if (has_cuda()) return median(device_times(work, repeats));
#endif
  return median(wall_times(work, repeats));
}

}  // namespace

std::string peer_title() {
  return fmt::format("LibTorch {}, {}", TORCH_VERSION, has_cuda() ? "CUDA" : "CPU");
}

Result<PeerTimes> time_peer(const Task& task, int repeats) {
  try {
    const torch::InferenceMode no_gradient;
    const Shape& s = task.row.shape;
    const torch::Tensor x =
        torch::from_blob(const_cast<float*>(task.input.data()), {s.n, s.c, s.h, s.w}).to(device());
    torch::Tensor copy = torch::empty_like(x), output;
    PeerTimes times;
    times.copy = seconds_of([&] { copy.copy_(x); }, repeats);
    if (has_layer(task.layer)) {
      times.pool = seconds_of([&] { output = pool(task.layer, x); }, repeats);
    }
    return times;
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return failure(fmt::format("LibTorch: {}", text.substr(0, text.find('\n'))));
  }
}

}  // namespace poolscope::bench
