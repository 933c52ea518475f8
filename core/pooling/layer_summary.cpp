#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// A pair, or its one number where the layer pools over a row or both are the same.
std::string pair_text(const Layer& layer, const Pair& pair) {
  return pair.h == pair.w || layer.kind->axes == 1 ? fmt::format("{}", pair.w)
                                                   : fmt::format("{}x{}", pair.h, pair.w);
}

std::string pads_text(const Layer& layer, const Pads& pads) {
  if (pads.top == pads.bottom && pads.left == pads.right)
    return pair_text(layer, {pads.top, pads.left});
  return fmt::format("{},{},{},{}", pads.top, pads.left, pads.bottom, pads.right);
}

std::string size_text(const std::optional<std::int64_t>& size) {
  return size ? fmt::format("{}", *size) : "*";
}

std::string auto_pad_text(AutoPad rule) {
  switch (rule) {
    case AutoPad::notset:
    case AutoPad::valid:
      return "";
    case AutoPad::same_upper:
      return "same";
    case AutoPad::same_lower:
      return "same lower";
  }
  return "";
}

std::vector<std::string> sliding_words(const Layer& layer) {
  std::vector<std::string> words{fmt::format("k{}", pair_text(layer, layer.kernel_size)),
                                 fmt::format("s{}", pair_text(layer, layer.effective_stride()))};
  if (layer.padding != Pads{}) words.push_back(fmt::format("p{}", pads_text(layer, layer.padding)));
  if (layer.dilation != Pair{})
    words.push_back(fmt::format("d{}", pair_text(layer, layer.dilation)));
  if (const std::string rule = auto_pad_text(layer.auto_pad); !rule.empty()) words.push_back(rule);
  if (layer.ceil_mode) words.emplace_back("ceil");
  return words;
}

}  // namespace

std::string layer_summary(const Layer& any) {
  const Layer layer = converted(any, *any.kind);
  const LayerKind& kind = *layer.kind;
  std::vector<std::string> words;
  if (find_parameter(kind, &Layer::norm_type))
    words.push_back(fmt::format("{}{}", kind.is(Framework::research) ? "p" : "L", layer.norm_type));
  if (const Parameter* weight = find_parameter(kind, &Layer::weight)) {
    words.emplace_back(layer.weight.is_typed() ? "typed"
                                               : weight->choices[layer.weight.preset.index]);
  }
  if (find_parameter(kind, &Layer::negative_slope))
    words.push_back(fmt::format("{}", layer.negative_slope));
  if (find_parameter(kind, &Layer::min_val))
    words.push_back(fmt::format("{} to {}", layer.min_val, layer.max_val));
  if (kind.global) {
    words.emplace_back("1x1");
  } else if (find_parameter(kind, &Layer::kernel_size)) {
    for (std::string& word : sliding_words(layer)) words.push_back(std::move(word));
  } else if (find_parameter(kind, &Layer::output_size)) {
    words.push_back(size_text(layer.output_size.h) + "x" + size_text(layer.output_size.w));
  } else if (find_parameter(kind, &Layer::bins)) {
    words.push_back(fmt::format("bins {}", fmt::join(layer.bins, ",")));
  } else if (find_parameter(kind, &Layer::pooled_shape)) {
    words.push_back(fmt::format("{}x{}", layer.pooled_shape.h, layer.pooled_shape.w));
  } else if (find_parameter(kind, &Layer::output_height)) {
    words.push_back(fmt::format("{}x{}", layer.output_height, layer.output_width));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace poolscope
