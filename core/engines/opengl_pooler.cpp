#include "core/engines/opengl_pooler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace poolscope {

/// The uniform block of shaders/common/pool_job.glsl (std140).
struct OpenGlJob {
  std::int32_t source_origin = 0, middle_origin = 0, output_origin = 0;
  std::int32_t plane = 0, planes = 0;
  std::int32_t row = 0, rows = 0;
  std::int32_t source_row = 0, source_end = 0, source_height = 0, source_width = 0;
  std::int32_t output_height = 0, output_width = 0;
  std::int32_t table_step = 0, table_rows = 0, flags = 0, low_bits = 0, top_bits = 0;
  std::int32_t group_outputs = 0;
  float divisor = 1.0F, gain = 1.0F;
  std::array<float, 3> unused = {};
  OpenGlSlide row_slide, col_slide;
  float least = 0.0F, scale = 1.0F;
  double alpha = 0.0;
};
static_assert(sizeof(OpenGlJob) == 144 && offsetof(OpenGlJob, row_slide) == 96 &&
              offsetof(OpenGlJob, alpha) == 136);

namespace {

constexpr std::int64_t kFloat = 4;
constexpr std::uint32_t kGuard = 0x5EA15EA1;
constexpr std::int64_t kGuardCells = kOpenGlGuardBytes / kFloat;

constexpr GLenum kContextLost = 0x0507;
constexpr std::int32_t kHasDivisor = 1;

/// Binding points of the shaders.
constexpr GLuint kJob = 0, kSource = 0, kValues = 1, kWindows = 2, kWinners = 3, kWeights = 4,
                 kMiddle = 5, kMiddleWinners = 6;

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

/// The same for so many cells and their guards.
Result<void> reserve_output(GlStore& store, std::int64_t cells) {
  if (auto made = reserve(store, (cells + 2 * kGuardCells) * kFloat); !made) return made;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  for (const std::int64_t at : {std::int64_t{0}, (cells + kGuardCells) * kFloat}) {
    glClearBufferSubData(GL_SHADER_STORAGE_BUFFER, GL_R32UI, at, kOpenGlGuardBytes, GL_RED_INTEGER,
                         GL_UNSIGNED_INT, &kGuard);
  }
  return {};
}

/// Copies a small table to a store.
template <class T>
Result<void> fill(GlStore& store, const T* table, std::size_t count) {
  const auto bytes = static_cast<std::int64_t>(count * sizeof(T));
  if (auto made = reserve(store, std::max(kFloat, bytes)); !made) return made;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, table);
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

/// The bits of 2^exponent.
std::int32_t bits_of_power(double exponent) {
  return std::bit_cast<std::int32_t>(static_cast<float>(std::exp2(exponent)));
}

/// What `taps` terms are raised to or weighed by before they are added up, at most: as an exponent
/// of the taps, and as a power of 2.
struct Terms {
  double exponent = 1.0, growth = 0.0;
};

Terms terms_of(const LoweredPool& pool, std::int64_t taps) {
  const double many = std::log2(static_cast<double>(std::max<std::int64_t>(1, taps)));
  return {pool.reduction == Reduction::power ? pool.exponent : 1.0, std::ceil(many)};
}

std::int32_t as_int(std::int64_t number) { return static_cast<std::int32_t>(number); }

/// The numbers that all chunks of a pass share.
OpenGlJob job_of(const LoweredPool& pool, const OpenGlPlan& plan, const OpenGlPass& pass) {
  // A driver may flush what lies below 2^-126 to 0: nothing beside a term of 2^-80.
  constexpr double low = -80.0, top = 126.0;
  const Terms terms = terms_of(pool, pass.most_taps);
  const Shape& out = plan.output();
  OpenGlJob job;
  job.source_height = as_int(plan.input.h);
  job.source_width = as_int(plan.input.w);
  job.output_height = as_int(pass.output.h);
  job.output_width = as_int(pass.output.w);
  job.table_step = plan.windows_each_plane ? as_int(out.h + out.w) : 0;
  job.table_rows = as_int(out.h);
  job.flags = pool.divisor_override ? kHasDivisor : 0;
  job.low_bits = bits_of_power(low / terms.exponent);
  job.top_bits = bits_of_power((top - terms.growth) / terms.exponent);
  job.divisor = static_cast<float>(pool.divisor_override.value_or(1));
  job.gain = static_cast<float>(pool.gain);
  if (pass.kernel == OpenGlKernel::slide)
    job.group_outputs = as_int(slide_outputs(plan, pass.stage));
  job.row_slide = plan.rows.value_or(OpenGlSlide{});
  job.col_slide = plan.cols.value_or(OpenGlSlide{});
  job.least = static_cast<float>(pool.least.value_or(0.0));
  job.scale = static_cast<float>(pool.scale);
  job.alpha = pool.alpha;
  return job;
}

/// The shader that gives each cell an invocation.
std::string_view cell_shader(Reduction reduction) {
  switch (reduction) {
    case Reduction::median:
      return "pool_median.comp";
    case Reduction::mean:
      return "pool_mean.comp";
    case Reduction::power:
      return "pool_power.comp";
    case Reduction::mixed:
      return "pool_mixed.comp";
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return "pool_exponential.comp";
    case Reduction::weighted:
      return "pool_weighted.comp";
    default:
      return "pool_pick.comp";
  }
}

std::string_view shader_of(const OpenGlPass& pass, Reduction reduction) {
  switch (pass.kernel) {
    case OpenGlKernel::group:
      return "pool_group.comp";
    case OpenGlKernel::tile:
      return "pool_tile.comp";
    case OpenGlKernel::slide:
      return "pool_slide.comp";
    default:
      return cell_shader(reduction);
  }
}

/// What a shader is compiled with.
class Defines {
 public:
  Defines(const LoweredPool& pool, const OpenGlPass& pass, bool winners) {
    const Reduction reduction = pool.reduction;
    number("GROUP", kOpenGlGroup);
    flag("WINNERS", winners);
    flag("ALONG_ROWS", pass.stage == OpenGlStage::along_rows);
    flag("ACROSS_ROWS", pass.stage == OpenGlStage::across_rows);
    flag("PICK", reduction == Reduction::max || reduction == Reduction::min);
    flag("NEGATED", reduction == Reduction::min);
    flag("SOFTMAX", reduction == Reduction::softmax);
    flag("REFLECT", pool.border == Border::reflect);
    if (reduction == Reduction::power) add_power(pool);
    if (pass.kernel == OpenGlKernel::tile) add_tile();
    if (pass.kernel == OpenGlKernel::slide) {
      number("LINES", slide_lines(pass.stage));
      number("LENGTH", slide_length(pass.stage));
    }
  }
  const std::vector<ShaderDefine>& all() const { return all_; }
  std::string text() const {
    std::string text;
    for (const ShaderDefine& define : all_)
      text += fmt::format(" {}={}", define.name, define.value);
    return text;
  }

 private:
  void number(const char* name, std::int64_t value) {
    all_.push_back({name, std::to_string(value)});
  }
  void flag(const char* name, bool on) {
    if (on) number(name, 1);
  }
  void add_power(const LoweredPool& pool) {
    flag("MAGNITUDE", pool.magnitude);
    flag("LEAST", pool.least.has_value());
    number("EXPONENT", static_cast<std::int64_t>(pool.exponent));
  }
  void add_tile() {
    number("TILE_ROWS", kOpenGlTileRows);
    number("TILE_COLS", kOpenGlTileCols);
    number("SOURCE_ROWS", kOpenGlTileSourceRows);
    number("SOURCE_COLS", kOpenGlTileSourceCols);
  }

  std::vector<ShaderDefine> all_;
};

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

Result<const Program*> OpenGlPooler::program_of(const OpenGlPass& pass) {
  const Defines defines(pool_, pass, plan_.winners);
  const std::string_view shader = shader_of(pass, pool_.reduction);
  const std::string key = std::string(shader) + defines.text();
  if (const auto made = programs_.find(key); made != programs_.end()) return &made->second;
  auto program = library_.program({shader}, defines.all());
  if (!program) return tl::unexpected(program.error());
  return &programs_.emplace(key, std::move(*program)).first->second;
}

Result<void> OpenGlPooler::make_room() {
  const bool two = plan_.passes.size() > 1;
  for (std::size_t i = 0; i < plan_.passes.size(); ++i) {
    const bool middle = two && i == 0;
    const std::int64_t cells = plan_.passes[i].output.elements();
    if (auto made = reserve_output(middle ? middle_ : values_, cells); !made) return made;
    if (!plan_.winners) continue;
    if (auto made = reserve_output(middle ? middle_winners_ : winners_, cells); !made) return made;
  }
  if (auto made = fill(windows_, plan_.windows.data(), plan_.windows.size()); !made) return made;
  if (auto made = fill(weights_, pool_.weights.data(), pool_.weights.size()); !made) return made;
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
  if (!context_is_there()) return failure(error_text(kContextLost));
  clear_errors();
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
  const bool across = pass.stage == OpenGlStage::across_rows;
  job.source_origin = read(kSource, source_, plan_.input.w, 0);
  if (across) job.middle_origin = read(kMiddle, middle_, pass.output.w, kGuardCells);
  if (across && plan_.winners) read(kMiddleWinners, middle_winners_, pass.output.w, kGuardCells);

  const bool middle = pass.stage == OpenGlStage::along_rows;
  const std::int64_t width = pass.output.w;
  const std::int64_t first = (chunk.plane * pass.output.h + chunk.row) * width + kGuardCells;
  const CellRange written{first, first + chunk.planes * chunk.rows * width};
  job.output_origin = bind_range(kValues, middle ? middle_ : values_, written, alignment);
  if (plan_.winners) bind_range(kWinners, middle ? middle_winners_ : winners_, written, alignment);
  for (const auto& [binding, store] : {std::pair{kWindows, &windows_}, {kWeights, &weights_}}) {
    glBindBufferBase(GL_SHADER_STORAGE_BUFFER, binding, store->buffer.get());
  }
}

void OpenGlPooler::dispatch_next() {
  const OpenGlPass& pass = plan_.passes[pass_];
  const OpenGlChunk& chunk = pass.chunks[chunk_];
  OpenGlJob job = job_of(pool_, plan_, pass);
  bind_chunk(pass, chunk, job);
  job.plane = as_int(chunk.plane);
  job.planes = as_int(chunk.planes);
  job.row = as_int(chunk.row);
  job.rows = as_int(chunk.rows);
  job.source_row = as_int(chunk.source_row);
  job.source_end = as_int(chunk.source_row + chunk.source_rows);
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
  lost_ = lost_ || error == kContextLost;
  if (!context_is_there()) return failure(error_text(kContextLost));
  if (error != GL_NO_ERROR) return failure(error_text(error));
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
  const Shape out = plan_.output();
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
  const bool two = plan_.passes.size() > 1;
  for (std::size_t i = 0; i < plan_.passes.size(); ++i) {
    const bool middle = two && i == 0;
    const std::int64_t end = plan_.passes[i].output.elements() + kGuardCells;
    const GlStore& values = middle ? middle_ : values_;
    const GlStore& winners = middle ? middle_winners_ : winners_;
    if (!guard_is_whole(values, 0) || !guard_is_whole(values, end)) return false;
    if (!plan_.winners) continue;
    if (!guard_is_whole(winners, 0) || !guard_is_whole(winners, end)) return false;
  }
  return true;
}

}  // namespace poolscope
