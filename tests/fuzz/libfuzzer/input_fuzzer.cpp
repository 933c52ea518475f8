#include "core/io/input.h"

/// Reads arbitrary bytes as a file of any kind; run.sh builds and runs it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)poolscope::parse_input({data, size}, "x.txt");
  return 0;
}
