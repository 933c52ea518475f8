#include "tests/bench/contender.h"

namespace poolscope::bench {
namespace {

constexpr Entry kEntries[] = {
    {"cpu", make_cpu},
    {"opengl", make_opengl},
#ifdef POOLSCOPE_BENCH_LIBTORCH
    {"libtorch", make_libtorch},
#endif
#ifdef POOLSCOPE_BENCH_OPENCV
    {"opencv", make_opencv},
#endif
#ifdef POOLSCOPE_BENCH_ONEDNN
    {"onednn", make_onednn, 5e9},
    {"onednn-blocked", make_onednn_blocked, 5e9},
#endif
};

}  // namespace

std::span<const Entry> contenders() { return kEntries; }

}  // namespace poolscope::bench
