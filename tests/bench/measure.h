#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/bench/contender.h"

namespace poolscope::bench {

struct Timing {
  std::string engine;
  double ns = 0.0;     ///< Median of the repetitions.
  bool agrees = true;  ///< Whether its values are ours, as near as sums in float can be.
};

struct Row {
  BenchCase row;
  bool reads_once = false;  ///< The input fits in the second-level cache, no cell is read twice.
  std::vector<Timing> timings;  ///< Ours first; a contender that cannot do the case is left out.
  double memcpy_ns = 0.0, read_ns = 0.0;

  double ours() const { return timings.front().ns; }
  /// The time of `engine` over ours; 0 where there is none, or its values are others.
  double ratio(std::string_view engine) const;
};

struct Effort {
  double seconds = 0.2;     ///< For each contender of a row, about.
  int repetitions = 15;     ///< At most.
  double most_taps = 1e12;  ///< Peers leave out cases of more work than this, see Entry.
};

/// Times a case with every contender that can do it. Each runs once to be checked; one that takes
/// a second or more is not run again. The others repeat in a random order, so that noise hits all
/// alike, each time after a pause in which the threads of the one before fall asleep, and after a
/// few milliseconds that are not counted. Errors: ours fails.
Result<Row> measure(const Task& task, const Effort& effort);

/// To be called once, before measure().
void start_measuring();

}  // namespace poolscope::bench
