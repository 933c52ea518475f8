#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/bench/bench_case.h"

namespace poolscope::bench {

/// One way to compute a case, made ready for it: everything that a user would do once is done.
class Contender {
 public:
  virtual ~Contender() = default;
  /// Computes the case once; false where that failed.
  virtual bool run() = 0;
  /// Seconds of the last run by a clock of its own (a GPU's); empty where the wall clock is right.
  virtual std::optional<double> own_seconds() const { return {}; }
  /// What the last run gave, in the order N, C, H, W; empty for one that has nothing to compare.
  virtual std::vector<float> values() const = 0;
};

/// Makes a contender; null where it cannot express the case.
using Make = std::unique_ptr<Contender> (*)(const Task& task);

std::unique_ptr<Contender> make_cpu(const Task& task);
/// Null on a software renderer, unless POOLSCOPE_BENCH_SOFTWARE_GL is set.
std::unique_ptr<Contender> make_opengl(const Task& task);
std::unique_ptr<Contender> make_memcpy(const Task& task);
std::unique_ptr<Contender> make_read(const Task& task);
std::unique_ptr<Contender> make_libtorch(const Task& task);
std::unique_ptr<Contender> make_opencv(const Task& task);
std::unique_ptr<Contender> make_onednn(const Task& task);
std::unique_ptr<Contender> make_onednn_blocked(const Task& task);

struct Entry {
  std::string_view name;
  Make make;
  /// Cases of more work than this, in taps of all outputs, are left out: they would take minutes.
  double most_taps = 1e12;
};

/// Ours first: the others' ratios are their time over its; then the peers that were linked in.
std::span<const Entry> contenders();

/// The limit of memory: a parallel copy of the input.
inline constexpr Entry kMemcpy{"memcpy", make_memcpy};
/// The limit of reading: a parallel pass that adds up the input and writes nothing. Who has to look
/// at each cell cannot be faster.
inline constexpr Entry kRead{"read", make_read};

}  // namespace poolscope::bench
