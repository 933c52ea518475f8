#include "core/engines/opengl_pooler.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "core/engines/opengl_job.h"

namespace poolscope {
namespace {

constexpr std::int64_t kCell = 4;

/// Binding points of the shaders.
constexpr GLuint kJob = 0, kSource = 0, kValues = 1, kWindows = 2, kWinners = 3, kWeights = 4,
                 kMiddle = 5, kMiddleWinners = 6;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class T>
Result<void> fill(GlStore& store, const std::vector<T>& table) {
  return store.fill(table.data(), static_cast<std::int64_t>(table.size() * sizeof(T)));
}

}  // namespace

Result<OpenGlPooler> OpenGlPooler::create(std::optional<OpenGlLimits> limits) {
  GlInfo info = current_gl_info();
  if (!info.has_compute) {
    return failure(fmt::format("OpenGL {} has no compute shaders; 4.3 has", info.version));
  }
  auto library = ShaderLibrary::open();
  if (!library) return tl::unexpected(library.error());
  return OpenGlPooler(std::move(info), limits.value_or(OpenGlLimits::of_current_context()),
                      std::move(*library));
}

Result<void> OpenGlPooler::make_room() {
  for (std::size_t i = 0; i < plan_.passes.size(); ++i) {
    const std::int64_t cells = plan_.passes[i].output.elements();
    if (auto made = outputs_of(i).values.reserve_guarded(cells); !made) return made;
    if (!plan_.winners) continue;
    if (auto made = outputs_of(i).winners.reserve_guarded(cells); !made) return made;
  }
  if (auto made = fill(windows_, plan_.windows); !made) return made;
  if (auto made = fill(weights_, pool_.weights); !made) return made;
  const std::int64_t bytes = input_.shape().elements() * kCell;
  if (resident_.same_buffer(input_) && source_.bytes >= bytes) return {};
  resident_ = {};
  uploaded_ = 0;
  if (auto made = source_.reserve(bytes); !made) return made;
  resident_ = input_;
  return {};
}

Result<void> OpenGlPooler::start(const Tensor& input, const LoweredPool& pool, bool winners) {
  auto plan = plan_opengl(input.shape(), pool, winners, limits_);
  if (!plan) return tl::unexpected(plan.error());
  if (!context_is_there()) return failure(gl_error_text(kGlContextLost));
  clear_gl_errors();
  plan_ = std::move(*plan);
  input_ = input;
  pool_ = pool;
  pass_ = chunk_ = 0;
  times_ = {};
  pass_programs_.clear();
  for (const OpenGlPass& pass : plan_.passes) {
    auto program = programs_.of(pool_, pass, plan_.winners);
    if (!program) return tl::unexpected(program.error());
    pass_programs_.push_back(*program);
  }
  return make_room();
}

void OpenGlPooler::upload_slice() {
  const auto begin = Clock::now();
  const std::int64_t bytes =
      std::min(limits_.slice_bytes, input_.shape().elements() * kCell - uploaded_);
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, source_.buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, uploaded_, bytes, input_.data() + uploaded_ / kCell);
  uploaded_ += bytes;
  times_.upload += seconds_since(begin);
}

void OpenGlPooler::bind_chunk(const OpenGlPass& pass, const OpenGlChunk& chunk,
                              OpenGlJob& job) const {
  const std::int64_t alignment = limits_.block_alignment;
  const auto read = [&](GLuint binding, const GlStore& store, std::int64_t width,
                        std::int64_t guard) {
    const std::int64_t first = (chunk.plane * plan_.input.h + chunk.source_row) * width + guard;
    const std::int64_t cells =
        (chunk.planes > 1 ? chunk.planes * plan_.input.h : chunk.source_rows) * width;
    return bind_range(binding, store, {first, first + cells}, alignment);
  };
  job.source_origin = read(kSource, source_, plan_.input.w, 0);
  if (pass.stage == OpenGlStage::across_rows) {
    const std::int64_t guard = kOpenGlGuardCells;
    job.middle_origin = read(kMiddle, middle_.values, pass.output.w, guard);
    if (plan_.winners) read(kMiddleWinners, middle_.winners, pass.output.w, guard);
  }
  const std::int64_t width = pass.output.w;
  const std::int64_t first = (chunk.plane * pass.output.h + chunk.row) * width + kOpenGlGuardCells;
  const CellRange written{first, first + chunk.planes * chunk.rows * width};
  const Outputs& to = pass.stage == OpenGlStage::along_rows ? middle_ : last_;
  job.output_origin = bind_range(kValues, to.values, written, alignment);
  if (plan_.winners) bind_range(kWinners, to.winners, written, alignment);
  for (const auto& [binding, store] : {std::pair{kWindows, &windows_}, {kWeights, &weights_}}) {
    glBindBufferBase(GL_SHADER_STORAGE_BUFFER, binding, store->buffer.get());
  }
}

void OpenGlPooler::dispatch_next() {
  const OpenGlPass& pass = plan_.passes[pass_];
  const OpenGlChunk& chunk = pass.chunks[chunk_];
  OpenGlJob job = job_of(pool_, plan_, pass);
  bind_chunk(pass, chunk, job);
  set_chunk(job, chunk);
  glBindBuffer(GL_UNIFORM_BUFFER, job_.get());
  glBufferData(GL_UNIFORM_BUFFER, sizeof job, &job, GL_STREAM_DRAW);
  glBindBufferBase(GL_UNIFORM_BUFFER, kJob, job_.get());
  glUseProgram(pass_programs_[pass_]->get());
  const std::int64_t groups = groups_of(plan_, pass, chunk.planes, chunk.rows);
  const std::int64_t across = std::min(groups, limits_.groups);
  glDispatchCompute(static_cast<GLuint>(across),
                    static_cast<GLuint>((groups + across - 1) / across), 1);
  if (++chunk_ < pass.chunks.size()) return;
  chunk_ = 0;
  ++pass_;
  glMemoryBarrier(GL_SHADER_STORAGE_BARRIER_BIT | GL_BUFFER_UPDATE_BARRIER_BIT);
}

bool OpenGlPooler::context_is_there() const { return !lost_ && glGetString(GL_VERSION) != nullptr; }

Result<void> OpenGlPooler::check() {
  const GLenum error = glGetError();
  lost_ = lost_ || error == kGlContextLost;
  if (!context_is_there()) return failure(gl_error_text(kGlContextLost));
  if (error != GL_NO_ERROR) return failure(gl_error_text(error));
  return {};
}

Result<bool> OpenGlPooler::step() {
  if (uploaded_ < input_.shape().elements() * kCell) {
    upload_slice();
  } else if (pass_ < plan_.passes.size()) {
    if (pass_ == 0 && chunk_ == 0) glQueryCounter(begun_.get(), GL_TIMESTAMP);
    dispatch_next();
    if (pass_ == plan_.passes.size()) glQueryCounter(ended_.get(), GL_TIMESTAMP);
  }
  if (auto good = check(); !good) return tl::unexpected(good.error());
  return pass_ < plan_.passes.size();
}

namespace {

/// Waits for all commands given so far, unless cancelled.
Result<void> wait(const RunOptions& options) {
  constexpr GLuint64 patience = 2'000'000;  // 2 ms, in ns.
  const GLsync fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (fence == nullptr) return failure(gl_error_text(kGlContextLost));
  GLenum state = GL_TIMEOUT_EXPIRED;
  while (state == GL_TIMEOUT_EXPIRED && !options.is_cancelled()) {
    state = glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, patience);
  }
  glDeleteSync(fence);
  if (options.is_cancelled()) return failure("cancelled");
  if (state == GL_WAIT_FAILED) return failure(gl_error_text(kGlContextLost));
  return {};
}

double gpu_seconds(const Query& begun, const Query& ended) {
  GLuint64 from = 0, to = 0;
  glGetQueryObjectui64v(begun.get(), GL_QUERY_RESULT, &from);
  glGetQueryObjectui64v(ended.get(), GL_QUERY_RESULT, &to);
  return static_cast<double>(to - from) * 1e-9;
}

}  // namespace

Result<PoolOutput> OpenGlPooler::read(const RunOptions& options) {
  const Shape out = plan_.output();
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  auto winners = Buffer<std::int64_t>::allocate(plan_.winners ? out.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());
  if (auto done = wait(options); !done) return tl::unexpected(done.error());

  const auto stop = [&] { return options.is_cancelled(); };
  const auto begin = Clock::now();
  auto got = read_cells(staging_, last_.values, out.elements(), stop,
                        [&](std::int64_t cell, const void* bits, std::int64_t count) {
                          std::memcpy(values->data() + cell, bits,
                                      static_cast<std::size_t>(count * kCell));
                        });
  if (got && plan_.winners) {
    got = read_cells(staging_, last_.winners, out.elements(), stop,
                     [&](std::int64_t cell, const void* bits, std::int64_t count) {
                       const auto* from = static_cast<const std::int32_t*>(bits);
                       std::copy(from, from + count, winners->data() + cell);
                     });
  }
  if (got) got = check();
  if (!got) return tl::unexpected(got.error());
  times_.read = seconds_since(begin);
  times_.compute = gpu_seconds(begun_, ended_);
  PoolOutput output{.values = Tensor(out, std::move(*values))};
  if (plan_.winners) output.winners = Indices(out, std::move(*winners));
  return output;
}

bool OpenGlPooler::guards_are_whole() const {
  for (std::size_t i = 0; i < plan_.passes.size(); ++i) {
    const std::int64_t cells = plan_.passes[i].output.elements();
    const Outputs& outputs = i + 1 < plan_.passes.size() ? middle_ : last_;
    if (!outputs.values.guards_are_whole(cells)) return false;
    if (plan_.winners && !outputs.winners.guards_are_whole(cells)) return false;
  }
  return true;
}

}  // namespace poolscope
