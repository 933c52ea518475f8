#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/io/json_io.h"
#include "tests/bench/gpu/gpu_peer.h"
#include "tests/bench/gpu/gpu_suite.h"

namespace poolscope::bench {
namespace {

std::string ratio_text(double time, double ours) {
  if (time == 0.0 || ours == 0.0) return "";
  return fmt::format("{:.4g} ({:.3g})", time * 1e3, time / ours);
}

/// The rows of 2x2 and 3x3 windows that a card's memory alone should limit.
bool is_copy_bound(const GpuRow& row) {
  return row.row.shape.elements() >= (std::int64_t{1} << 24) &&
         (row.row.name.find(" k2 s2") != std::string::npos ||
          row.row.name.find(" k3 s2") != std::string::npos);
}

/// A target's line, and the rows that miss it.
void print_target(std::string_view title, std::span<const GpuRow> rows,
                  bool (*speaks_of)(const GpuRow&), double (*figure)(const GpuRow&), double least) {
  int all = 0;
  std::string missed;
  for (const GpuRow& row : rows) {
    if (!speaks_of(row)) continue;
    ++all;
    if (figure(row) < least) missed += fmt::format("    {}: {:.2f}\n", row.row.name, figure(row));
  }
  const auto misses = std::ranges::count(missed, '\n');
  fmt::print("  {}: {} of {} rows\n{}", title, all - misses, all, missed);
}

}  // namespace

void print_gpu_header(const GlInfo& info) {
  fmt::print("OpenGL {} on {}; {}\n", info.version, info.renderer, peer_title());
  fmt::print(
      "times in ms, ours on the GPU's clock; in brackets: their time over ours; bandwidth: cells "
      "read and written, as a share of a copy's\n");
  fmt::print("{:32}  {:>10}  {:>18}  {:>18}  {:>9}  {:>18}\n", "case", "opengl", "libtorch", "copy",
             "bandwidth", "cpu engine");
}

void print_gpu_row(const GpuRow& row) {
  const std::string ours = row.ours > 0.0 ? fmt::format("{:.4g}", row.ours * 1e3) : "";
  const std::string share =
      row.ours > 0.0 ? fmt::format("{:.0f} %", 100 * row.bandwidth()) : std::string();
  fmt::print("{:32}  {:>10}  {:>18}  {:>18}  {:>9}  {:>18}{}{}\n", row.row.name, ours,
             ratio_text(row.peer, row.ours), ratio_text(row.copy, row.ours), share,
             ratio_text(row.cpu, row.ours),
             row.agrees ? "" : "  other values than the CPU engine's",
             row.refused.empty() ? "" : "  opengl leaves it: " + row.refused);
  std::fflush(stdout);
}

void print_gpu_targets(std::span<const GpuRow> rows) {
  const auto is_compared = [](const GpuRow& row) { return row.ours > 0.0 && row.peer > 0.0; };
  double logs = 0.0;
  int count = 0;
  for (const GpuRow& row : rows) {
    if (!is_compared(row)) continue;
    logs += std::log(row.peer / row.ours);
    ++count;
  }
  fmt::print("\n");
  if (count > 0) {
    fmt::print("geometric mean, {} over ours: {:.2f} ({} rows)\n", peer_title(),
               std::exp(logs / count), count);
  }
  fmt::print("targets\n");
  print_target(
      fmt::format("{} at least 1x", peer_title()), rows, is_compared,
      [](const GpuRow& row) { return row.peer / row.ours; }, 1.0);
  print_target(
      "2x2/2 and 3x3/2: at least 70 % of the copy bandwidth", rows, is_copy_bound,
      [](const GpuRow& row) { return row.bandwidth(); }, 0.7);
  print_target(
      "the CPU engine's values", rows, [](const GpuRow& row) { return row.ours > 0.0; },
      [](const GpuRow& row) { return row.agrees ? 1.0 : 0.0; }, 1.0);
}

Result<void> write_gpu_json(std::span<const GpuRow> rows, const std::string& path) {
  nlohmann::json list = nlohmann::json::array();
  for (const GpuRow& row : rows) {
    const auto add = [&](std::string_view engine, double seconds) {
      if (seconds == 0.0 || row.ours == 0.0) return;
      list.push_back({{"name", row.row.name},
                      {"layer", row.row.layer},
                      {"engine", engine},
                      {"ns", seconds * 1e9},
                      {"ratio", seconds / row.ours},
                      {"memcpy_ratio", row.copy > 0.0 ? seconds / row.copy : 0.0}});
    };
    add("opengl", row.ours);
    add("libtorch", row.peer);
    add("cpu", row.cpu);
  }
  return write_file(path, json_text(list, 1) + "\n");
}

}  // namespace poolscope::bench
