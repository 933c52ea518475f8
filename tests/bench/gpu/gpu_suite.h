#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/gpu/gl_context.h"
#include "tests/bench/bench_case.h"

namespace poolscope::bench {

/// What was measured for one case, in seconds; 0 for what could not be.
struct GpuRow {
  BenchCase row;
  std::int64_t moved = 0;    ///< Cells read and written at least: input and output.
  double ours = 0.0;         ///< OpenGL engine, on the GPU's clock.
  double peer = 0.0;         ///< LibTorch, on its device's clock.
  double copy = 0.0;         ///< A copy of the input on the GPU, OpenGL's or LibTorch's.
  double cpu = 0.0;          ///< CPU engine, on the wall's clock.
  bool agrees = true;        ///< Whether the OpenGL engine's values are the CPU engine's.
  std::string refused = {};  ///< Why the OpenGL engine left the case alone.

  /// How much of the card's copy bandwidth ours moves.
  double bandwidth() const;
};

/// Runs cases on the GPU. Lives in the thread that made it.
class GpuSuite {
 public:
  /// Errors: no OpenGL 4.3; a software renderer, unless `software`.
  static Result<GpuSuite> open(bool software);

  const GlInfo& info() const { return context_.info(); }
  /// Errors: the engines' and LibTorch's.
  Result<GpuRow> measure(const Task& task, int repeats) const;

 private:
  explicit GpuSuite(HeadlessContext context) : context_(std::move(context)) {}

  HeadlessContext context_;
};

/// The table, the geometric mean and the targets of design/performance.md.
void print_gpu_header(const GlInfo& info);
void print_gpu_row(const GpuRow& row);
void print_gpu_targets(std::span<const GpuRow> rows);
/// The same figures as poolscope_bench's, `memcpy_ratio` over the copy. Errors: those of
/// write_file.
Result<void> write_gpu_json(std::span<const GpuRow> rows, const std::string& path);

}  // namespace poolscope::bench
