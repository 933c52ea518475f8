#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "tests/bench/report.h"

namespace poolscope::bench {
namespace {

/// A target for many rows: those that a figure falls short of are printed.
class Target {
 public:
  explicit Target(std::string title) : title_(std::move(title)) {}

  void add(std::string_view row, double figure, bool met) {
    ++rows_;
    if (!met) missed_.push_back(fmt::format("    {}: {:.2f}\n", row, figure));
  }
  void print() const {
    if (rows_ == 0) return;
    fmt::print("  {}: {}\n", title_,
               missed_.empty() ? fmt::format("met in all {} rows", rows_)
                               : fmt::format("missed in {} of {} rows", missed_.size(), rows_));
    for (const std::string& line : missed_) fmt::print("{}", line);
  }

 private:
  std::string title_;
  int rows_ = 0;
  std::vector<std::string> missed_;
};

/// `k` of the rows named `max k3 s1 ...`, 0 of others.
int kernel_of(const Row& row) {
  int k = 0, s = 0;
  char kind[4] = {};
  return std::sscanf(row.row.name.c_str(), "%3s k%d s%d ", kind, &k, &s) == 3 ? k : 0;
}

void print_peer_targets(std::span<const Row> rows) {
  Target each("libtorch at least 4x (1.5x where the input fits in L2 and is read once)");
  double logs = 0.0;
  int count = 0;
  for (const Row& row : rows) {
    const double ratio = row.ratio("libtorch");
    if (ratio == 0.0) continue;
    each.add(row.row.name, ratio, ratio >= (row.reads_once ? 1.5 : 4.0));
    logs += std::log(ratio);
    ++count;
  }
  each.print();
  if (count > 0) {
    Target mean("libtorch, geometric mean at least 20x");
    mean.add("mean", std::exp(logs / count), std::exp(logs / count) >= 20.0);
    mean.print();
  }
  for (const char* peer : {"opencv", "onednn", "onednn-blocked"}) {
    Target target(fmt::format("{} at least 1x", peer));
    for (const Row& row : rows) {
      if (const double ratio = row.ratio(peer); ratio > 0) {
        target.add(row.row.name, ratio, ratio >= 1.0);
      }
    }
    target.print();
  }
}

void print_memory_targets(std::span<const Row> rows) {
  Target small("1x4096x4096, k <= 3: at most 2x memcpy");
  Target large("1x4096x4096, k up to 127: at most 4x memcpy");
  for (const Row& row : rows) {
    const int k = kernel_of(row);
    if (k == 0 || k > 127 || row.row.shape != Shape{1, 1, 4096, 4096}) continue;
    const double ratio = row.ours() / row.memcpy_ns;
    (k <= 3 ? small : large).add(row.row.name, ratio, ratio <= (k <= 3 ? 2.0 : 4.0));
  }
  small.print();
  large.print();
}

void print_growth_target(std::span<const Row> rows) {
  Target growth("time(k=63) / time(k=3) at stride 1: at most 2");
  for (const Row& long_row : rows) {
    const std::size_t at = long_row.row.name.find(" k63 s1 ");
    if (at == std::string::npos) continue;
    std::string short_name = long_row.row.name;
    short_name.replace(at, 8, " k3 s1 ");
    const auto short_row =
        std::ranges::find_if(rows, [&](const Row& row) { return row.row.name == short_name; });
    if (short_row == rows.end()) continue;
    const double ratio = long_row.ours() / short_row->ours();
    growth.add(long_row.row.name, ratio, ratio <= 2.0);
  }
  growth.print();
}

}  // namespace

void print_targets(std::span<const Row> rows) {
  fmt::print("\ntargets\n");
  print_peer_targets(rows);
  print_memory_targets(rows);
  print_growth_target(rows);
}

}  // namespace poolscope::bench
