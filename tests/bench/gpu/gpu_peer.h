#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/bench/bench_case.h"

namespace poolscope::bench {

/// A peer's times for one case.
struct PeerTimes {
  double pool = 0.0;  ///< Median seconds of the layer; 0 where the peer cannot express it.
  double copy = 0.0;  ///< Median seconds of a copy of the input on the device.
};

/// `LibTorch 2.11.0, CUDA`, or the CPU where it has no CUDA.
std::string peer_title();

/// Times LibTorch's own layer on the device's clock (on the wall's, where it gives no other), the
/// input and the output on the device, `repeats` runs in a row. Errors: LibTorch's own.
Result<PeerTimes> time_peer(const Task& task, int repeats);

/// The middle of some times; 0 of none.
double median(std::vector<double> seconds);

}  // namespace poolscope::bench
