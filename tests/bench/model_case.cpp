#include "tests/bench/model_case.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <string>

#include <fmt/format.h>

#include "core/engines/torch_room.h"
#include "core/models/model.h"

namespace poolscope::bench {
namespace {

constexpr int kRounds = 21;
constexpr double kMega = 1 << 20;

/// A line of /proc/self/status, in bytes.
double status_bytes(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size() + 1)) * 1024.0;
  }
  return 0.0;
}

template <class Work>
double seconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> times) {
  std::ranges::nth_element(times, times.begin() + kRounds / 2);
  return times[kRounds / 2];
}

Result<ModelRequest> random_input(std::int64_t side) {
  auto values = Buffer<float>::allocate(3 * side * side);
  if (!values) return tl::unexpected(values.error());
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < values->size(); ++i) (*values)[i] = normal(random);
  return ModelRequest{Tensor({1, 3, side, side}, std::move(*values)), {1, 3, side, side}};
}

/// Bytes of the maps, each buffer once: a container shares its last layer's.
double map_bytes(const ModelRun& run) {
  double bytes = 0.0;
  for (std::size_t i = 0; i < run.maps.size(); ++i) {
    const auto shares = [&](const ModelMap& other) {
      return other.values.same_buffer(run.maps[i].values);
    };
    if (std::none_of(run.maps.begin(), run.maps.begin() + static_cast<std::ptrdiff_t>(i), shares))
      bytes += static_cast<double>(run.maps[i].values.shape().elements()) * sizeof(float);
  }
  return bytes;
}

void print_times(const Model& model, const ModelRequest& request, double bytes) {
  const std::vector<char> from(static_cast<std::size_t>(bytes), 1);
  std::vector<char> to(from.size());
  std::vector<double> plain, copy, captured, ratio;
  for (int round = -2; round < kRounds; ++round) {
    const double forward = seconds_of([&] { (void)model.plain(request); });
    const double copied = seconds_of([&] { std::memcpy(to.data(), from.data(), from.size()); });
    const double kept = seconds_of([&] { (void)model.run(request); });
    if (round < 0) continue;
    plain.push_back(forward);
    copy.push_back(copied);
    captured.push_back(kept);
    ratio.push_back(kept / (forward + copied));
  }
  fmt::print("plain forward {:.1f} ms, copy of {:.1f} MiB {:.1f} ms\n", median(plain) * 1e3,
             bytes / kMega, median(copy) * 1e3);
  fmt::print("run that keeps all maps {:.1f} ms: {:.2f} times both (target 1.3)\n",
             median(captured) * 1e3, median(ratio));
}

}  // namespace

Result<void> time_model(const std::filesystem::path& path, std::int64_t side) {
  const auto room = torch_room();
  if (!room) return tl::unexpected(room.error());
  const auto request = random_input(side);
  if (!request) return tl::unexpected(request.error());
  std::ofstream("/proc/self/clear_refs") << 5;  // The peak begins anew.
  const double idle = status_bytes("VmRSS:");
  Result<std::shared_ptr<const Model>> model;
  const double opening = seconds_of([&] { model = (*room)->open_model(path); });
  if (!model) return tl::unexpected(model.error());
  const auto run = (*model)->run(*request);
  if (!run) return tl::unexpected(run.error());
  const double maps = map_bytes(*run),
               parameters = static_cast<double>(all_parameters((*model)->layers())) * sizeof(float);
  const double peak = status_bytes("VmHWM:") - idle;
  fmt::print("{}, {} layers, on 1x3x{}x{}; LibTorch {}\n", path.filename().string(),
             (*model)->layers().size(), side, side, (*room)->version());
  fmt::print("opening {:.0f} ms\n", opening * 1e3);
  print_times(**model, *request, maps);
  fmt::print("memory at most {:.1f} MiB: maps {:.1f}, parameters {:.1f}, rest {:.1f} (target 64)\n",
             peak / kMega, maps / kMega, parameters / kMega, (peak - maps - parameters) / kMega);
  return {};
}

}  // namespace poolscope::bench
