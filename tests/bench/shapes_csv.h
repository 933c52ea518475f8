#pragma once

#include <filesystem>

#include "tests/bench/bench_case.h"

namespace poolscope::bench {

/// Cases from a table with the header `name,N,C,H,W,layer`, quoted as RFC 4180 says; a layer is
/// text that parse_layer reads. Each case can be run: its shape and its layer have been checked.
/// Errors: one line with the file, the line and what is wrong.
Result<std::vector<BenchCase>> read_shapes(const std::filesystem::path& path);

}  // namespace poolscope::bench
