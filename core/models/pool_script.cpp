#include "core/models/pool_script.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/pooling/kernels.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

std::string list(const Pair& pair) { return fmt::format("[{}, {}]", pair.h, pair.w); }
std::string truth(bool value) { return value ? "True" : "False"; }

/// `[2, 2], [2, 2], [0, 0]`: the windows as all of PyTorch's sliding pools take them.
std::string windows(const Layer& layer) {
  return fmt::format("{}, {}, {}", list(layer.kernel_size), list(layer.effective_stride()),
                     list({layer.padding.top, layer.padding.left}));
}

std::string max_of(const Layer& layer, std::string_view x) {
  return fmt::format("torch.max_pool2d({}, {}, {}, {})", x, windows(layer), list(layer.dilation),
                     truth(layer.ceil_mode));
}

/// The mean over the taps inside the input.
std::string mean_of(const Layer& layer, std::string_view x) {
  return fmt::format("torch.avg_pool2d({}, {}, {}, False)", x, windows(layer),
                     truth(layer.ceil_mode));
}

/// The sum over the taps inside the input.
std::string sum_of(const Layer& layer, std::string_view x) {
  return fmt::format("torch.avg_pool2d({}, {}, {}, True, 1)", x, windows(layer),
                     truth(layer.ceil_mode));
}

std::string max_pool(const Layer& layer) { return max_of(layer, "x"); }
std::string min_pool(const Layer& layer) { return fmt::format("-{}", max_of(layer, "-x")); }

std::string avg_pool(const Layer& layer) {
  return fmt::format("torch.avg_pool2d(x, {}, {}, {}, {})", windows(layer), truth(layer.ceil_mode),
                     truth(layer.count_include_pad),
                     layer.divisor_override ? std::to_string(*layer.divisor_override) : "None");
}

std::string output_size(const OutputSize& size) {
  return fmt::format("[{}, {}]", size.h ? std::to_string(*size.h) : "x.size(-2)",
                     size.w ? std::to_string(*size.w) : "x.size(-1)");
}

std::string adaptive_max(const Layer& layer) {
  return fmt::format("torch.adaptive_max_pool2d(x, {})[0]", output_size(layer.output_size));
}
std::string adaptive_avg(const Layer& layer) {
  return fmt::format("torch.adaptive_avg_pool2d(x, {})", output_size(layer.output_size));
}

std::string l2_pool(const Layer& layer) {
  return fmt::format("torch.sqrt({})", sum_of(layer, "x * x"));
}
std::string rms_pool(const Layer& layer) {
  return fmt::format("torch.sqrt({})", mean_of(layer, "x * x"));
}

std::string mixed_pool(const Layer& layer) {
  return fmt::format("{} * {} + {} * {}", layer.alpha, max_of(layer, "x"), 1.0 - layer.alpha,
                     mean_of(layer, "x"));
}

std::string gem_pool(const Layer& layer) {
  const std::string powers =
      fmt::format("torch.pow(torch.clamp(x, {}), {})", layer.eps, layer.norm_type);
  return fmt::format("torch.pow({}, {})", mean_of(layer, powers), 1.0 / layer.norm_type);
}

/// Each channel of an expression convolved with one and the same kernel, whose rows are texts.
std::string convolved(const std::string& x, const std::vector<std::string>& rows,
                      const Layer& layer, const Pair& padding) {
  return fmt::format(
      "torch.conv2d({}, torch.tensor([{}], dtype=x.dtype, device=x.device)"
      ".expand([x.size(-3), 1, -1, -1]), None, {}, {}, [1, 1], x.size(-3))",
      x, fmt::join(rows, ", "), list(layer.effective_stride()), list(padding));
}

/// A kernel's rows as Python's lists.
template <class Weights>
std::vector<std::string> rows_of(const Weights& weights, std::size_t width) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < weights.size(); i += width) {
    rows.push_back(fmt::format("[{}]", fmt::join(&weights[i], &weights[i] + width, ", ")));
  }
  return rows;
}

std::string blur_of(const Layer& layer, std::string_view x) {
  const std::int64_t size = layer.filter_size, before = (size - 1) / 2, after = size / 2;
  const auto filter = outer(binomial(size), binomial(size));
  const std::string reflected =
      fmt::format("torch.reflection_pad2d({0}, [{1}, {2}, {1}, {2}])", x, before, after);
  return convolved(reflected, rows_of(filter, static_cast<std::size_t>(size)), layer, {0, 0});
}

/// Empty where the layer is none, or rounds its size up, which convolutions do not.
std::string strided_convolution(const Layer& layer) {
  const auto lowered = lower(layer, {1, 1, layer.kernel_size.h, layer.kernel_size.w});
  if (!lowered || layer.ceil_mode) return "";
  const auto width = static_cast<std::size_t>(layer.kernel_size.w);
  return convolved("x", rows_of(lowered->weights, width), layer,
                   {layer.padding.top, layer.padding.left});
}

std::string blur_pool(const Layer& layer) { return blur_of(layer, "x"); }

std::string max_blur_pool(const Layer& layer) {
  Layer dense = layer;
  dense.stride = Pair{1, 1};
  return blur_of(layer, max_of(dense, "x"));
}

struct Writer {
  std::string_view kind;
  std::string (*write)(const Layer& layer);  ///< Gives an empty text where it cannot say it.
};

constexpr Writer kWriters[] = {
    {"MaxPool2d", max_pool},
    {"AvgPool2d", avg_pool},
    {"AdaptiveMaxPool2d", adaptive_max},
    {"AdaptiveAvgPool2d", adaptive_avg},
    {"MinPool2d", min_pool},
    {"L2Pool2d", l2_pool},
    {"RMSPool2d", rms_pool},
    {"MixedPool2d", mixed_pool},
    {"GeMPool2d", gem_pool},
    {"BlurPool2d", blur_pool},
    {"MaxBlurPool2d", max_blur_pool},
    {"StridedConv2d", strided_convolution},
};

}  // namespace

Result<std::string> pool_script(const Layer& layer) {
  const auto writer = std::ranges::find(kWriters, layer.kind->name, &Writer::kind);
  std::string script = writer == std::end(kWriters) ? "" : writer->write(layer);
  if (!script.empty()) return script;
  return failure(fmt::format("{} has no form in PyTorch's operators, so TorchScript cannot hold it",
                             layer.kind->name));
}

std::string swap_recipe(std::string_view path, const Layer& layer) {
  std::string target = "model";
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    const bool number = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
    target += number ? fmt::format("[{}]", name) : fmt::format(".{}", name);
    path.remove_prefix(std::min(path.size(), name.size() + 1));
  }
  return fmt::format("{} = nn.{}", target, layer_text(layer));
}

}  // namespace poolscope
