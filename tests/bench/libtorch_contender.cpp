#include <torch/torch.h>

#include "tests/bench/contender.h"

namespace poolscope::bench {
namespace {

namespace functional = torch::nn::functional;

std::vector<std::int64_t> list(const Pair& pair) { return {pair.h, pair.w}; }

class LibTorch final : public Contender {
 public:
  explicit LibTorch(const Task& task) : layer_(task.layer) {
    at::set_num_threads(task.threads);
    const Shape& s = task.row.shape;
    input_ = torch::from_blob(const_cast<float*>(task.input.data()), {s.n, s.c, s.h, s.w});
  }

  bool run() override {
    try {
      const torch::InferenceMode no_gradient;
      output_ = pool();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  std::vector<float> values() const override {
    const float* const first = output_.data_ptr<float>();
    return {first, first + output_.numel()};
  }

 private:
  at::Tensor pool() const {
    const std::string_view name = layer_.kind->name;
    const auto kernel = list(layer_.kernel_size);
    const auto stride = list(layer_.effective_stride());
    const std::vector<std::int64_t> padding{layer_.padding.top, layer_.padding.left};
    const std::vector<std::int64_t> size{layer_.output_size.h.value_or(input_.size(2)),
                                         layer_.output_size.w.value_or(input_.size(3))};
    if (name == "MaxPool2d") {
      return at::max_pool2d(input_, kernel, stride, padding, list(layer_.dilation),
                            layer_.ceil_mode);
    }
    if (name == "AvgPool2d") {
      c10::optional<std::int64_t> divisor;
      if (layer_.divisor_override) divisor = *layer_.divisor_override;
      return at::avg_pool2d(input_, kernel, stride, padding, layer_.ceil_mode,
                            layer_.count_include_pad, divisor);
    }
    if (name == "LPPool2d") {
      const auto options = functional::LPPool2dFuncOptions(layer_.norm_type, kernel)
                               .stride(stride)
                               .ceil_mode(layer_.ceil_mode);
      return functional::lp_pool2d(input_, options);
    }
    if (name == "AdaptiveMaxPool2d") return std::get<0>(at::adaptive_max_pool2d(input_, size));
    return at::adaptive_avg_pool2d(input_, size);
  }

  const Layer& layer_;
  at::Tensor input_, output_;
};

constexpr std::string_view kKinds[] = {"MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveMaxPool2d",
                                       "AdaptiveAvgPool2d"};

}  // namespace

std::unique_ptr<Contender> make_libtorch(const Task& task) {
  if (std::ranges::find(kKinds, task.layer.kind->name) == std::end(kKinds)) return nullptr;
  return std::make_unique<LibTorch>(task);
}

}  // namespace poolscope::bench
