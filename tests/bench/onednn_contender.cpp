#include <dnnl.hpp>
#include <omp.h>

#include "tests/bench/contender.h"
#include "tests/bench/windows.h"

namespace poolscope::bench {
namespace {

using dnnl::memory;

/// Channels of a block; an input whose channels do not fill blocks is left to the plain layout.
constexpr std::int64_t kBlock = 16;

/// oneDNN's pooling primitive on the plain layout, or on blocks of channels with the reorders from
/// and to the plain one counted.
class OneDnn final : public Contender {
 public:
  OneDnn(const Task& task, const EvenWindows& windows, bool blocked)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(task.threads);
    const Shape out = task.pool.output_shape(task.row.shape);
    const auto plain = memory::format_tag::nchw;
    const auto inside = blocked ? memory::format_tag::nChw16c : plain;
    source_ =
        memory(description(task.row.shape, plain), engine_, const_cast<float*>(task.input.data()));
    target_ = memory(description(out, plain), engine_);
    pooled_from_ = blocked ? memory(description(task.row.shape, inside), engine_) : source_;
    pooled_to_ = blocked ? memory(description(out, inside), engine_) : target_;
    pool_ = dnnl::pooling_v2_forward({description_of(task.row.shape, windows), engine_});
    if (!blocked) return;
    enter_ = dnnl::reorder(source_, pooled_from_);
    leave_ = dnnl::reorder(pooled_to_, target_);
  }

  bool run() override {
    try {
      if (enter_) enter_.execute(stream_, source_, pooled_from_);
      pool_.execute(stream_, {{DNNL_ARG_SRC, pooled_from_}, {DNNL_ARG_DST, pooled_to_}});
      if (leave_) leave_.execute(stream_, pooled_to_, target_);
      stream_.wait();
      return true;
    } catch (const dnnl::error&) {
      return false;
    }
  }

  std::vector<float> values() const override {
    const auto* const first = static_cast<const float*>(target_.get_data_handle());
    return {first, first + target_.get_desc().get_size() / sizeof(float)};
  }

 private:
  static memory::desc description(const Shape& s, memory::format_tag tag) {
    return {{s.n, s.c, s.h, s.w}, memory::data_type::f32, tag};
  }

  dnnl::pooling_v2_forward::desc description_of(const Shape& in, const EvenWindows& windows) const {
    const EvenAxis& rows = windows.rows;
    const EvenAxis& cols = windows.cols;
    const auto after = [](const EvenAxis& axis, std::int64_t size) {
      const std::int64_t extent = (axis.taps - 1) * axis.dilation + 1;
      return axis.begin + (axis.outputs - 1) * axis.stride + extent - size;
    };
    const auto algorithm = windows.max              ? dnnl::algorithm::pooling_max
                           : windows.padding_counts ? dnnl::algorithm::pooling_avg_include_padding
                                                    : dnnl::algorithm::pooling_avg_exclude_padding;
    return {dnnl::prop_kind::forward_inference,
            algorithm,
            pooled_from_.get_desc(),
            pooled_to_.get_desc(),
            {rows.stride, cols.stride},
            {rows.taps, cols.taps},
            {rows.dilation - 1, cols.dilation - 1},
            {-rows.begin, -cols.begin},
            {after(rows, in.h), after(cols, in.w)}};
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  memory source_, target_, pooled_from_, pooled_to_;
  dnnl::pooling_v2_forward pool_;
  dnnl::reorder enter_, leave_;
};

std::unique_ptr<Contender> make(const Task& task, bool blocked) {
  const auto windows = even_windows(task);
  if (!windows || (blocked && task.row.shape.c % kBlock != 0)) return nullptr;
  try {
    return std::make_unique<OneDnn>(task, *windows, blocked);
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<Contender> make_onednn(const Task& task) { return make(task, false); }
std::unique_ptr<Contender> make_onednn_blocked(const Task& task) { return make(task, true); }

}  // namespace poolscope::bench
