#include "tests/bench/gpu/gpu_suite.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/engines/cpu_engine.h"
#include "core/engines/opengl_engine.h"
#include "core/gpu/gl_objects.h"
#include "tests/bench/gpu/gpu_peer.h"

namespace poolscope::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Runs of one case whose results are read back are this many at most.
constexpr int kMostReads = 15;

GlBuffer buffer_of(std::int64_t bytes, const void* data) {
  GlBuffer buffer = GlBuffer::create();
  glBindBuffer(GL_COPY_READ_BUFFER, buffer.get());
  glBufferData(GL_COPY_READ_BUFFER, bytes, data, GL_STATIC_COPY);
  return buffer;
}

/// Median seconds of a copy of the input from buffer to buffer; 0 where there is no room for it.
double copy_seconds(const Tensor& input, int repeats) {
  const std::int64_t bytes = input.shape().elements() * static_cast<std::int64_t>(sizeof(float));
  const GlBuffer from = buffer_of(bytes, input.data()), to = buffer_of(bytes, nullptr);
  if (glGetError() != GL_NO_ERROR) return 0.0;
  glBindBuffer(GL_COPY_READ_BUFFER, from.get());
  glBindBuffer(GL_COPY_WRITE_BUFFER, to.get());
  std::vector<Query> queries;
  for (int i = 0; i <= repeats + 3; ++i) {
    queries.push_back(Query::create());
    glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, bytes);
    glQueryCounter(queries.back().get(), GL_TIMESTAMP);
  }
  std::vector<double> seconds;
  GLuint64 before = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    GLuint64 now = 0;
    glGetQueryObjectui64v(queries[i].get(), GL_QUERY_RESULT, &now);
    if (i > 3) seconds.push_back(static_cast<double>(now - before) * 1e-9);
    before = now;
  }
  return median(std::move(seconds));
}

/// The one engine, so that its shaders are compiled once.
const OpenGlEngine& opengl() {
  static const OpenGlEngine* const engine = new OpenGlEngine;
  return *engine;
}

struct Timed {
  double seconds = 0.0;
  Tensor values = {};
};

Result<Timed> time_opengl(const Task& task, int repeats) {
  Timed timed;
  std::vector<double> seconds;
  for (int i = -2; i < std::min(repeats, kMostReads); ++i) {
    OpenGlTimes times;
    auto output = opengl().run_timed(task.input, task.pool, {}, times);
    if (!output) return tl::unexpected(output.error());
    if (i >= 0) seconds.push_back(times.compute);
    timed.values = std::move(output->values);
  }
  timed.seconds = median(std::move(seconds));
  return timed;
}

Result<Timed> time_cpu(const Task& task) {
  static const CpuEngine engine;
  Timed timed;
  std::vector<double> seconds;
  for (int i = -1; i < 3; ++i) {
    const auto begin = Clock::now();
    auto output = engine.run(task.input, task.pool, {});
    if (!output) return tl::unexpected(output.error());
    if (i >= 0) seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    timed.values = std::move(output->values);
  }
  timed.seconds = median(std::move(seconds));
  return timed;
}

/// Maxima are the same bits, means of values in [-1, 1) as near as design/semantics.md asks.
bool agree(const Task& task, const Tensor& a, const Tensor& b) {
  const double within = task.pool.reduction == Reduction::max ? 0.0 : 1e-6;
  return a.shape() == b.shape() &&
         std::ranges::equal(a.values(), b.values(), [&](float x, float y) {
           return std::abs(double{x} - double{y}) <= within;
         });
}

}  // namespace

double median(std::vector<double> seconds) {
  if (seconds.empty()) return 0.0;
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

double GpuRow::bandwidth() const {
  if (ours == 0.0 || copy == 0.0) return 0.0;
  const auto copied = static_cast<double>(2 * row.shape.elements());
  return static_cast<double>(moved) / ours / (copied / copy);
}

Result<GpuSuite> GpuSuite::open(bool software) {
  auto context = HeadlessContext::create();
  if (!context) return tl::unexpected(context.error());
  const GlInfo& info = context->info();
  if (!info.has_compute) {
    return failure(fmt::format("OpenGL {} on {} has no compute shaders; 4.3 has", info.version,
                               info.renderer));
  }
  if (info.is_software && !software) {
    return failure(fmt::format("no GPU here: OpenGL runs on {}; --software takes it all the same",
                               info.renderer));
  }
  return GpuSuite(std::move(*context));
}

Result<GpuRow> GpuSuite::measure(const Task& task, int repeats) const {
  GpuRow row{.row = task.row};
  row.moved = task.row.shape.elements() + task.pool.output_shape(task.row.shape).elements();
  const auto cpu = time_cpu(task);
  if (!cpu) return tl::unexpected(cpu.error());
  row.cpu = cpu->seconds;
  const auto peer = time_peer(task, repeats);
  if (!peer) return tl::unexpected(peer.error());
  row.peer = peer->pool;
  row.copy = copy_seconds(task.input, repeats);
  if (row.copy == 0.0 || peer->copy < row.copy) row.copy = peer->copy;
  if (const auto reason = opengl().refuses(task.row.shape, task.pool, {})) {
    row.refused = *reason;
    return row;
  }
  const auto ours = time_opengl(task, repeats);
  if (!ours) return tl::unexpected(ours.error());
  row.ours = ours->seconds;
  row.agrees = agree(task, ours->values, cpu->values);
  return row;
}

}  // namespace poolscope::bench
