#include "core/engines/opengl_pooler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace poolscope {
namespace {

constexpr std::int64_t kFloat = 4;
constexpr std::uint32_t kGuard = 0x5EA15EA1;
constexpr std::int64_t kGuardCells = kOpenGlGuardBytes / kFloat;

constexpr GLenum kContextLost = 0x0507;
constexpr std::int32_t kHasDivisor = 1;

/// Binding points of the shaders.
constexpr GLuint kJob = 0, kSource = 0, kValues = 1, kWindows = 2, kWinners = 3;

/// The uniform block of shaders/common/pool_job.glsl (std140).
struct Job {
  std::int32_t source_origin = 0, output_origin = 0;
  std::int32_t plane = 0, planes = 0;
  std::int32_t row = 0, rows = 0;
  std::int32_t source_row = 0, source_height = 0, source_width = 0;
  std::int32_t output_height = 0, output_width = 0;
  std::int32_t table_step = 0, top_bits = 0, flags = 0;
  float divisor = 1.0F, spare = 0.0F;
};
static_assert(sizeof(Job) == 64);

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void clear_errors() {
  for (int i = 0; i < 16 && glGetError() != GL_NO_ERROR; ++i) {
  }
}

std::string error_text(GLenum error) {
  if (error == GL_OUT_OF_MEMORY) return "the GPU is out of memory";
  if (error == kContextLost) return "the OpenGL context was lost";
  return fmt::format("OpenGL error {:#x}", error);
}

/// Makes the store at least that large. Errors: the GPU's memory.
Result<void> reserve(GlStore& store, std::int64_t bytes) {
  if (store.buffer && store.bytes >= bytes) return {};
  store.buffer = GlBuffer::create();
  store.bytes = 0;
  clear_errors();
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  glBufferData(GL_SHADER_STORAGE_BUFFER, bytes, nullptr, GL_DYNAMIC_COPY);
  if (const GLenum error = glGetError(); error != GL_NO_ERROR) {
    store.buffer = {};
    return failure(fmt::format("{}: {:.1f} MiB asked for", error_text(error),
                               static_cast<double>(bytes) / (1 << 20)));
  }
  store.bytes = bytes;
  return {};
}

/// Cells [begin, end) of a buffer, of which a dispatch sees so many.
struct CellRange {
  std::int64_t begin, end;
};

/// Binds a part of a store that holds the range and a little more; gives how far into it the
/// range begins.
std::int32_t bind_range(GLuint binding, const GlStore& store, CellRange range,
                        std::int64_t alignment) {
  const std::int64_t first = range.begin * kFloat / alignment * alignment;
  const std::int64_t end = std::min(store.bytes, range.end * kFloat + kOpenGlGuardBytes);
  glBindBufferRange(GL_SHADER_STORAGE_BUFFER, binding, store.buffer.get(), first,
                    std::max(kFloat, end - first));
  return static_cast<std::int32_t>(range.begin - first / kFloat);
}

/// From where on the sizes of `taps` finite floats may add up to more than a float holds.
std::int32_t top_bits(std::int64_t taps) {
  const float top =
      std::ldexp(1.0F, 126 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(taps))));
  return std::bit_cast<std::int32_t>(top);
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

Result<const Program*> OpenGlPooler::program_of(const OpenGlPass&) {
  std::vector<ShaderDefine> defines{{"GROUP", std::to_string(kOpenGlGroup)}};
  if (pool_.has_winners()) defines.push_back({"PICK", "1"});
  if (pool_.reduction == Reduction::min) defines.push_back({"NEGATED", "1"});
  if (plan_.winners) defines.push_back({"WINNERS", "1"});
  std::string key = "pool_direct.comp";
  for (const ShaderDefine& define : defines) key += " " + define.name;
  if (const auto made = programs_.find(key); made != programs_.end()) return &made->second;
  auto program = library_.program({"pool_direct.comp"}, defines);
  if (!program) return tl::unexpected(program.error());
  return &programs_.emplace(key, std::move(*program)).first->second;
}

Result<void> OpenGlPooler::make_room() {
  const OpenGlPass& pass = plan_.passes.back();
  const std::int64_t cells = pass.output.elements() + 2 * kGuardCells;
  if (auto made = reserve(values_, cells * kFloat); !made) return made;
  if (plan_.winners) {
    if (auto made = reserve(winners_, cells * kFloat); !made) return made;
  }
  const auto table = static_cast<std::int64_t>(pass.windows.size() * sizeof(OpenGlWindow));
  if (auto made = reserve(windows_, table); !made) return made;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, windows_.buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, table, pass.windows.data());
  for (const GlStore* store : {&values_, &winners_}) {
    if (!store->buffer) continue;
    glBindBuffer(GL_SHADER_STORAGE_BUFFER, store->buffer.get());
    for (const std::int64_t at : {std::int64_t{0}, (cells - kGuardCells) * kFloat}) {
      glClearBufferSubData(GL_SHADER_STORAGE_BUFFER, GL_R32UI, at, kOpenGlGuardBytes,
                           GL_RED_INTEGER, GL_UNSIGNED_INT, &kGuard);
    }
  }
  const std::int64_t bytes = input_.shape().elements() * kFloat;
  if (resident_.same_buffer(input_) && source_.bytes >= bytes) return {};
  resident_ = {};
  uploaded_ = 0;
  if (auto made = reserve(source_, bytes); !made) return made;
  resident_ = input_;
  return {};
}

Result<void> OpenGlPooler::start(const Tensor& input, const LoweredPool& pool, bool winners) {
  auto plan = plan_opengl(input.shape(), pool, winners, limits_);
  if (!plan) return tl::unexpected(plan.error());
  plan_ = std::move(*plan);
  input_ = input;
  pool_ = pool;
  pass_ = chunk_ = 0;
  times_ = {};
  pass_programs_.clear();
  for (const OpenGlPass& pass : plan_.passes) {
    auto program = program_of(pass);
    if (!program) return tl::unexpected(program.error());
    pass_programs_.push_back(*program);
  }
  return make_room();
}

void OpenGlPooler::upload_slice() {
  const auto begin = Clock::now();
  const std::int64_t bytes =
      std::min(limits_.slice_bytes, input_.shape().elements() * kFloat - uploaded_);
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, source_.buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, uploaded_, bytes, input_.data() + uploaded_ / kFloat);
  uploaded_ += bytes;
  times_.upload += seconds_since(begin);
}

void OpenGlPooler::dispatch_next() {
  const OpenGlPass& pass = plan_.passes[pass_];
  const OpenGlChunk& chunk = pass.chunks[chunk_];
  const Shape &in = pass.source, &out = pass.output;
  const std::int64_t first_in = chunk.plane * in.plane_size() + chunk.source_row * in.w;
  const std::int64_t cells_in =
      chunk.planes > 1 ? chunk.planes * in.plane_size() : chunk.source_rows * in.w;
  const std::int64_t first = chunk.plane * out.plane_size() + chunk.row * out.w + kGuardCells;
  const std::int64_t cells = chunk.planes * chunk.rows * out.w;
  Job job;
  job.source_origin =
      bind_range(kSource, source_, {first_in, first_in + cells_in}, limits_.block_alignment);
  job.output_origin = bind_range(kValues, values_, {first, first + cells}, limits_.block_alignment);
  if (plan_.winners)
    bind_range(kWinners, winners_, {first, first + cells}, limits_.block_alignment);
  glBindBufferRange(GL_SHADER_STORAGE_BUFFER, kWindows, windows_.buffer.get(), 0,
                    static_cast<GLsizeiptr>(pass.windows.size() * sizeof(OpenGlWindow)));
  job.plane = static_cast<std::int32_t>(chunk.plane);
  job.planes = static_cast<std::int32_t>(chunk.planes);
  job.row = static_cast<std::int32_t>(chunk.row);
  job.rows = static_cast<std::int32_t>(chunk.rows);
  job.source_row = static_cast<std::int32_t>(chunk.source_row);
  job.source_height = static_cast<std::int32_t>(in.h);
  job.source_width = static_cast<std::int32_t>(in.w);
  job.output_height = static_cast<std::int32_t>(out.h);
  job.output_width = static_cast<std::int32_t>(out.w);
  job.table_step = pass.windows_each_plane ? job.output_height + job.output_width : 0;
  job.top_bits = top_bits(std::max<std::int64_t>(1, pass.most_taps));
  job.flags = pool_.divisor_override ? kHasDivisor : 0;
  job.divisor = static_cast<float>(pool_.divisor_override.value_or(1));
  glBindBuffer(GL_UNIFORM_BUFFER, job_.get());
  glBufferData(GL_UNIFORM_BUFFER, sizeof job, &job, GL_STREAM_DRAW);
  glBindBufferBase(GL_UNIFORM_BUFFER, kJob, job_.get());
  glUseProgram(pass_programs_[pass_]->get());
  const std::int64_t groups = (cells + kOpenGlGroup - 1) / kOpenGlGroup;
  const std::int64_t across = std::min(groups, limits_.groups);
  glDispatchCompute(static_cast<GLuint>(across),
                    static_cast<GLuint>((groups + across - 1) / across), 1);
  if (++chunk_ < pass.chunks.size()) return;
  chunk_ = 0;
  ++pass_;
  glMemoryBarrier(GL_SHADER_STORAGE_BARRIER_BIT | GL_BUFFER_UPDATE_BARRIER_BIT);
}

Result<void> OpenGlPooler::check() const {
  const GLenum error = glGetError();
  if (error != GL_NO_ERROR) return failure(error_text(error));
  if (glGetString(GL_VERSION) == nullptr) return failure(error_text(kContextLost));
  return {};
}

Result<bool> OpenGlPooler::step() {
  if (uploaded_ < input_.shape().elements() * kFloat) {
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
  if (fence == nullptr) return failure(error_text(kContextLost));
  GLenum state = GL_TIMEOUT_EXPIRED;
  while (state == GL_TIMEOUT_EXPIRED && !options.is_cancelled()) {
    state = glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, patience);
  }
  glDeleteSync(fence);
  if (options.is_cancelled()) return failure("cancelled");
  if (state == GL_WAIT_FAILED) return failure(error_text(kContextLost));
  return {};
}

/// Calls take(cell, bits, count) for the cells of a store, piece by piece.
template <class Take>
Result<void> read_cells(const GlStore& store, std::int64_t cells, const RunOptions& options,
                        Take take) {
  constexpr std::int64_t piece = std::int64_t{1} << 22;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  for (std::int64_t cell = 0; cell < cells; cell += piece) {
    if (options.is_cancelled()) return failure("cancelled");
    const std::int64_t count = std::min(piece, cells - cell);
    const void* bits = glMapBufferRange(GL_SHADER_STORAGE_BUFFER, (cell + kGuardCells) * kFloat,
                                        count * kFloat, GL_MAP_READ_BIT);
    if (bits == nullptr) return failure(error_text(glGetError()));
    take(cell, bits, count);
    if (glUnmapBuffer(GL_SHADER_STORAGE_BUFFER) == GL_FALSE) {
      return failure("the driver lost the output while it was read");
    }
  }
  return {};
}

double gpu_seconds(const Query& begun, const Query& ended) {
  GLuint64 from = 0, to = 0;
  glGetQueryObjectui64v(begun.get(), GL_QUERY_RESULT, &from);
  glGetQueryObjectui64v(ended.get(), GL_QUERY_RESULT, &to);
  return static_cast<double>(to - from) * 1e-9;
}

bool guard_is_whole(const GlStore& store, std::int64_t cell) {
  std::array<std::uint32_t, kGuardCells> guard{};
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, cell * kFloat, kOpenGlGuardBytes, guard.data());
  return std::ranges::all_of(guard, [](std::uint32_t word) { return word == kGuard; });
}

}  // namespace

Result<PoolOutput> OpenGlPooler::read(const RunOptions& options) {
  const Shape out = plan_.passes.back().output;
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  auto winners = Buffer<std::int64_t>::allocate(plan_.winners ? out.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());
  if (auto done = wait(options); !done) return tl::unexpected(done.error());

  const auto begin = Clock::now();
  auto got = read_cells(values_, out.elements(), options,
                        [&](std::int64_t cell, const void* bits, std::int64_t count) {
                          std::memcpy(values->data() + cell, bits,
                                      static_cast<std::size_t>(count * kFloat));
                        });
  if (got && plan_.winners) {
    got = read_cells(winners_, out.elements(), options,
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
  const std::int64_t end = plan_.passes.back().output.elements() + kGuardCells;
  const bool values = guard_is_whole(values_, 0) && guard_is_whole(values_, end);
  return values &&
         (!plan_.winners || (guard_is_whole(winners_, 0) && guard_is_whole(winners_, end)));
}

}  // namespace poolscope
