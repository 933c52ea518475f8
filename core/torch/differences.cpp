#include "core/torch/differences.h"

#include <cmath>

#include <fmt/format.h>

#include "core/torch/libtorch.h"

namespace poolscope {
namespace {

struct Difference {
  std::string_view versions;  ///< Those whose number starts with this.
  std::string_view text;      ///< What `LibTorch 1.13.1` itself does: `limits ...`.
  bool (*applies)(const Layer& layer, const Shape& input);
};

/// `MaxPool` stands for MaxPool2d and MaxPool1d of PyTorch.
bool is_kind(const Layer& layer, std::string_view name) {
  return layer.kind->framework == Framework::pytorch && layer.kind->name.starts_with(name);
}

bool pads_beyond_half_the_kernel(const Layer& layer, const Shape&) {
  const auto beyond = [](std::int64_t padding, std::int64_t kernel, std::int64_t dilation) {
    return padding > kernel / 2 && padding <= (dilation * (kernel - 1) + 1) / 2;
  };
  return is_kind(layer, "MaxPool") &&
         (beyond(layer.padding.top, layer.kernel_size.h, layer.dilation.h) ||
          beyond(layer.padding.left, layer.kernel_size.w, layer.dilation.w));
}

bool has_infinite_norm(const Layer& layer, const Shape&) {
  return is_kind(layer, "LPPool") && std::isinf(layer.norm_type);
}

bool has_empty_output(const Layer& layer, const Shape& input) {
  const OutputSize& size = layer.output_size;
  if (is_kind(layer, "Adaptive")) return size.h == 0 || size.w == 0;
  const auto& ratio = layer.output_ratio;
  return is_kind(layer, "Fractional") && ratio &&
         (static_cast<double>(input.h) * ratio->h < 1.0 ||
          static_cast<double>(input.w) * ratio->w < 1.0);
}

constexpr Difference kDifferences[] = {
    {"1.13", "refuses this padding: its limit is half of kernel_size, whatever the dilation",
     pads_beyond_half_the_kernel},
    {"1.13", "gives ones for norm_type inf; documented is the maximum", has_infinite_norm},
    {"1.13", "gives an empty result for an output size of 0", has_empty_output},
    {"1.13", "takes an input without channels here",
     [](const Layer& layer, const Shape& input) {
       return layer.kind->name == "AdaptiveAvgPool2d" && input.c == 0;
     }},
};

}  // namespace

std::vector<std::string> differences(const Layer& layer, const Shape& input) {
  std::vector<std::string> texts;
  for (const Difference& difference : kDifferences) {
    const bool linked = std::string_view(TORCH_VERSION).starts_with(difference.versions);
    if (linked && difference.applies(layer, input)) {
      texts.push_back(fmt::format("{}'s own {} {}", "LibTorch " TORCH_VERSION, layer.kind->name,
                                  difference.text));
    }
  }
  return texts;
}

}  // namespace poolscope
