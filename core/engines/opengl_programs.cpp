#include "core/engines/opengl_programs.h"

#include <fmt/format.h>

namespace poolscope {
namespace {

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
  void flag(const char* name, bool on) {
    if (on) number(name, 1);
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

Result<const Program*> OpenGlPrograms::of(const LoweredPool& pool, const OpenGlPass& pass,
                                          bool winners) {
  Defines defines(pool, pass, winners);
  defines.flag("FLUSHES", flushes_);
  const std::string_view shader = shader_of(pass, pool.reduction);
  const std::string key = std::string(shader) + defines.text();
  if (const auto made = made_.find(key); made != made_.end()) return &made->second;
  auto program = library_.program({shader}, defines.all());
  if (!program) return tl::unexpected(program.error());
  return &made_.emplace(key, std::move(*program)).first->second;
}

}  // namespace poolscope
