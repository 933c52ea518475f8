#include "core/models/reach.h"

#include <algorithm>
#include <string>

namespace poolscope {
namespace {

using enum LayerReach::Kind;

constexpr OperatorTraits kOperators[] = {
    {"max_pool1d", window, "MaxPool1d"},
    {"max_pool1d_with_indices", window, "MaxPool1d"},
    {"max_pool2d", window, "MaxPool2d"},
    {"max_pool2d_with_indices", window, "MaxPool2d"},
    {"avg_pool1d", window, "AvgPool1d"},
    {"avg_pool2d", window, "AvgPool2d"},
    {"adaptive_max_pool1d", adaptive, "AdaptiveMaxPool1d"},
    {"adaptive_max_pool2d", adaptive, "AdaptiveMaxPool2d"},
    {"adaptive_avg_pool1d", adaptive, "AdaptiveAvgPool1d"},
    {"adaptive_avg_pool2d", adaptive, "AdaptiveAvgPool2d"},
    {"conv1d", window},
    {"conv2d", window},
    {"_convolution", window},
    {"_convolution_mode", window},
    {"convolution", window},
    {"batch_norm"},
    {"relu"},
    {"relu6"},
    {"leaky_relu"},
    {"prelu"},
    {"elu"},
    {"selu"},
    {"celu"},
    {"gelu"},
    {"silu"},
    {"mish"},
    {"hardtanh"},
    {"hardsigmoid"},
    {"hardswish"},
    {"softplus"},
    {"threshold"},
    {"sigmoid"},
    {"tanh"},
    {"clamp"},
    {"dropout"},
    {"feature_dropout"},
    {"alpha_dropout"},
    {"add"},
    {"sub"},
    {"mul"},
    {"div"},
    {"neg"},
    {"abs"},
    {"exp"},
    {"log"},
    {"pow"},
    {"sqrt"},
    {"square"},
    {"cat"},
    {"contiguous"},
    {"clone"},
    {"detach"},
    {"chunk"},
    {"split"},
    {"channel_shuffle"},
};

}  // namespace

const OperatorTraits* find_operator(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  const auto found = std::ranges::find(kOperators, name, &OperatorTraits::name);
  return found == std::end(kOperators) ? nullptr : found;
}

bool is_pool_name(std::string_view name) {
  std::string small(name);
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return small.find("pool") != std::string::npos && small.find("unpool") == std::string::npos;
}

}  // namespace poolscope
