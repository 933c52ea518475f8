#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/io/json_io.h"

namespace poolscope::bench {
namespace {

constexpr int kNameWidth = 32;

/// `12.3 ms (4.5)`.
std::string cell(double ns, double ratio) {
  return fmt::format("{:.4g} ({:.3g})", ns / 1e6, ratio);
}

std::string peer_cell(const Row& row, std::string_view engine) {
  const auto timing = std::ranges::find(row.timings, engine, &Timing::engine);
  if (timing == row.timings.end()) return "";
  return timing->agrees ? cell(timing->ns, timing->ns / row.ours()) : "other values";
}

struct Mean {
  double logs = 0.0;
  int rows = 0;

  void add(double ratio) {
    logs += std::log(ratio);
    ++rows;
  }
  double value() const { return rows == 0 ? 0.0 : std::exp(logs / rows); }
};

Mean mean_ratio(std::span<const Row> rows, std::string_view engine) {
  Mean mean;
  for (const Row& row : rows) {
    if (const double ratio = row.ratio(engine); ratio > 0) mean.add(ratio);
  }
  return mean;
}

}  // namespace

void print_header(int threads) {
  fmt::print(
      "times in ms with {} threads; in brackets: a peer's time over ours, ours over a limit's\n",
      threads);
  fmt::print("{:{}}", "case", kNameWidth);
  for (const Entry& entry : contenders()) fmt::print("  {:>16}", entry.name);
  fmt::print("  {:>16}  {:>16}\n", kMemcpy.name, kRead.name);
}

void print_row(const Row& row) {
  fmt::print("{:{}}  {:>16.4g}", row.row.name, kNameWidth, row.ours() / 1e6);
  for (const Entry& entry : contenders().subspan(1)) {
    fmt::print("  {:>16}", peer_cell(row, entry.name));
  }
  fmt::print("  {:>16}  {:>16}\n", cell(row.memcpy_ns, row.ours() / row.memcpy_ns),
             cell(row.read_ns, row.ours() / row.read_ns));
  std::fflush(stdout);
}

void print_means(std::span<const Row> rows) {
  fmt::print("\ngeometric means\n");
  for (const Entry& entry : contenders().subspan(1)) {
    const Mean mean = mean_ratio(rows, entry.name);
    if (mean.rows > 0) fmt::print("  {}: {:.1f} ({} rows)\n", entry.name, mean.value(), mean.rows);
  }
  Mean memory;
  for (const Row& row : rows) memory.add(row.ours() / row.memcpy_ns);
  fmt::print("  ours over memcpy: {:.2f}\n", memory.value());
}

Result<void> write_json(std::span<const Row> rows, const std::filesystem::path& path) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    for (const Timing& timing : row.timings) {
      list.push_back({{"name", row.row.name},
                      {"layer", row.row.layer},
                      {"engine", timing.engine},
                      {"ns", timing.ns},
                      {"ratio", timing.ns / row.ours()},
                      {"memcpy_ratio", timing.ns / row.memcpy_ns}});
    }
  }
  return write_file(path, json_text(list, 1) + "\n");
}

}  // namespace poolscope::bench
