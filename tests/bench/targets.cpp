#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "tests/bench/report.h"

namespace poolscope::bench {
namespace {

/// How much longer than to read alone may be called the same.
constexpr double kNear = 1.1;

/// Whether to start the threads takes next to nothing beside reading the input.
bool is_large(const Shape& input) {
  constexpr std::int64_t kBytes = 16 << 20;
  return input.elements() * static_cast<std::int64_t>(sizeof(float)) >= kBytes;
}

/// A target for many rows: those that fall short of it are printed.
class Target {
 public:
  explicit Target(std::string title) : title_(std::move(title)) {}

  void add(std::string_view row, double figure, bool met) {
    ++rows_;
    if (!met) missed_.push_back(fmt::format("    {}: {:.2f}\n", row, figure));
  }
  /// A peer's time is to be `wanted` times ours; see print_targets() for the read limit.
  void add_peer(const Row& row, double ratio, double wanted) {
    const double asked_ns = row.ours() * ratio / wanted;
    const bool at_limit =
        is_large(row.row.shape) && (row.ours() <= kNear * row.read_ns || asked_ns < row.read_ns);
    if (ratio >= wanted || !at_limit) return add(row.row.name, ratio, ratio >= wanted);
    ++rows_;
    limited_.push_back(
        fmt::format("    {}: {:.2f}, at the read limit: {:.4g} ms, asked {:.4g}, reading {:.4g}\n",
                    row.row.name, ratio, row.ours() / 1e6, asked_ns / 1e6, row.read_ns / 1e6));
  }
  void print() const {
    if (rows_ == 0) return;
    const auto count = [&](const std::vector<std::string>& some, std::string_view what) {
      return some.empty() ? std::string() : fmt::format(", {} {}", some.size(), what);
    };
    fmt::print("  {}: met in {} of {} rows{}{}\n", title_, rows_ - missed_.size() - limited_.size(),
               rows_, count(limited_, "at the read limit"), count(missed_, "missed"));
    for (const std::string& line : missed_) fmt::print("{}", line);
    for (const std::string& line : limited_) fmt::print("{}", line);
  }

 private:
  std::string title_;
  std::size_t rows_ = 0;
  std::vector<std::string> missed_, limited_;
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
    each.add_peer(row, ratio, row.reads_once ? 1.5 : 4.0);
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
        target.add_peer(row, ratio, 1.0);
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
