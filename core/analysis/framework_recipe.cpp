#include "core/analysis/framework_recipe.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/analysis/pool_pair.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// How far the windows of one axis reach out of [0, size).
struct Reach {
  std::int64_t before = 0, after = 0;
};

Reach reach(const std::vector<AxisWindow>& windows, std::int64_t size) {
  Reach reach;
  for (const AxisWindow& window : windows) {
    reach.before = std::max(reach.before, -window.begin);
    reach.after = std::max(reach.after, window.last() + 1 - size);
  }
  return reach;
}

Pads reach(const LoweredPool& pool, const Shape& input) {
  const Reach rows = reach(pool.planes.front().rows, input.h);
  const Reach cols = reach(pool.planes.front().cols, input.w);
  return {rows.before, cols.before, rows.after, cols.after};
}

Shape padded(const Shape& input, const Pads& pads) {
  return {input.n, input.c, input.h + pads.top + pads.bottom, input.w + pads.left + pads.right};
}

bool takes(const Layer& layer, const ParameterField& field) {
  return find_parameter(*layer.kind, field) != nullptr;
}

/// The windows of a recipe's layer as the unpadded input sees them, without those cut off; none
/// where not just `count` are left.
std::vector<AxisWindow> seen_windows(const std::vector<AxisWindow>& windows, std::int64_t cut,
                                     std::int64_t count, std::int64_t pad) {
  if (cut + count != static_cast<std::int64_t>(windows.size())) return {};
  std::vector<AxisWindow> seen(windows.begin() + cut, windows.end());
  for (AxisWindow& window : seen) window.begin -= pad;
  return seen;
}

void count_inside(std::vector<AxisWindow>& windows, std::int64_t size) {
  for (AxisWindow& window : windows) window.divisor = taps_between(window, 0, size);
}

/// The one pool that a recipe amounts to. Errors: the layer's own.
Result<LoweredPool> amounts_to(const Recipe& recipe, const Shape& input) {
  auto pool = lower(recipe.layer, padded(input, recipe.pads));
  if (!pool) return pool;
  PlaneWindows& windows = pool->planes.front();
  windows = {seen_windows(windows.rows, recipe.top, recipe.rows, recipe.pads.top),
             seen_windows(windows.cols, recipe.left, recipe.cols, recipe.pads.left)};
  if (recipe.divide_by_coverage) {
    count_inside(windows.rows, input.h);
    count_inside(windows.cols, input.w);
  }
  return pool;
}

bool gives(const Recipe& recipe, const LoweredPool& pool, const Shape& input) {
  const auto amount = amounts_to(recipe, input);
  return amount && PoolPair(pool, *amount, input).equivalent();
}

/// What the framework's layer can be told: each of ceil_mode and count_include_pad that it has.
std::vector<Layer> flag_variants(const Layer& layer) {
  std::vector<Layer> variants{layer};
  for (const auto flag : {&Layer::ceil_mode, &Layer::count_include_pad}) {
    if (!takes(layer, flag)) continue;
    const std::vector<Layer> before = variants;
    for (Layer variant : before) {
      variant.*flag = !(variant.*flag);
      variants.push_back(variant);
    }
  }
  return variants;
}

/// The layer under each of its framework's ways to pad, as far as they may help.
std::vector<Layer> padding_variants(const Layer& layer, const Pads& need) {
  std::vector<Layer> variants{layer};
  const auto add = [&](AutoPad rule, const Pads& pads) {
    variants.push_back(layer);
    variants.back().auto_pad = rule;
    variants.back().padding = pads;
  };
  if (layer.kind->is(Framework::keras) && takes(layer, &Layer::auto_pad)) {
    add(AutoPad::valid, {});
    add(AutoPad::same_upper, {});
  } else if (takes(layer, &Layer::padding)) {
    const AutoPad none = make_layer(*layer.kind).auto_pad;
    add(none, {need.top, need.left, need.top, need.left});
    if (layer.kind->is(Framework::onnx)) add(none, need);
  }
  return variants;
}

/// The same layer without padding of its own.
Layer unpadded(Layer layer) {
  layer.padding = {};
  layer.auto_pad = layer.kind->is(Framework::keras) ? AutoPad::valid : AutoPad::notset;
  layer.ceil_mode = false;
  layer.count_include_pad = make_layer(*layer.kind).count_include_pad;
  return layer;
}

/// The search for one recipe: what it has to give, and from what.
class Search {
 public:
  Search(const LoweredPool& pool, const Layer& layer, const Shape& input)
      : pool_(pool), layer_(layer), input_(input), need_(reach(pool, input)) {}

  std::optional<Recipe> alone() const {
    for (const Layer& padding : padding_variants(layer_, need_)) {
      for (const Layer& variant : flag_variants(padding)) {
        if (const auto found = checked(plain(variant))) return found;
      }
    }
    return {};
  }

  std::optional<Recipe> after_padding() const {
    Recipe recipe = plain(unpadded(layer_));
    recipe.pads = need_;
    recipe.pad_value = pool_.reduction == Reduction::max ? -kInfinity : 0.0F;
    return checked(recipe);
  }

  /// Padding of PyTorch's kind reaches as far on both sides; windows of no use are cut off.
  std::optional<Recipe> cut() const {
    if (!layer_.kind->is(Framework::pytorch) || !takes(layer_, &Layer::padding)) return {};
    const Pair stride = layer_.effective_stride();
    for (std::int64_t down = 0; down <= 1; ++down) {
      for (std::int64_t right = 0; right <= 1; ++right) {
        Layer layer = layer_;
        layer.padding.top = layer.padding.bottom = need_.top + down * stride.h;
        layer.padding.left = layer.padding.right = need_.left + right * stride.w;
        for (const Layer& variant : flag_variants(layer)) {
          Recipe recipe = plain(variant);
          recipe.top = down;
          recipe.left = right;
          if (const auto found = checked(recipe)) return found;
        }
      }
    }
    return {};
  }

  std::optional<Recipe> divided() const {
    if (pool_.reduction != Reduction::mean) return {};
    Recipe recipe = plain(unpadded(layer_));
    recipe.pads = need_;
    recipe.divide_by_coverage = true;
    return checked(recipe);
  }

 private:
  Recipe plain(const Layer& layer) const {
    return {.layer = layer,
            .rows = static_cast<std::int64_t>(pool_.planes.front().rows.size()),
            .cols = static_cast<std::int64_t>(pool_.planes.front().cols.size())};
  }

  std::optional<Recipe> checked(const Recipe& recipe) const {
    return gives(recipe, pool_, input_) ? std::optional(recipe) : std::nullopt;
  }

  const LoweredPool& pool_;
  const Layer& layer_;
  const Shape& input_;
  Pads need_;
};

// Code --------------------------------------------------------------------------------------------

std::string number_text(const Recipe& recipe) {
  return recipe.pad_value == 0.0F ? "0.0" : "float(\"-inf\")";
}

std::string pytorch_pad(const Recipe& recipe) {
  const Pads& pads = recipe.pads;
  if (recipe.layer.kind->axes == 1) {
    return fmt::format("nn.ConstantPad1d(({}, {}), {})", pads.left, pads.right,
                       number_text(recipe));
  }
  return fmt::format("nn.ConstantPad2d(({}, {}, {}, {}), {})", pads.left, pads.right, pads.top,
                     pads.bottom, number_text(recipe));
}

std::string pytorch_text(const Recipe& recipe) {
  const std::string layer = "nn." + layer_text(recipe.layer);
  if (recipe.is_one_layer()) return layer;
  const std::string steps = fmt::format("nn.Sequential({}, {})", pytorch_pad(recipe), layer);
  if (recipe.divide_by_coverage) {
    return fmt::format("steps = {}\ny = steps(x) / steps(torch.ones_like(x))", steps);
  }
  if (recipe.pads != Pads{}) return steps;
  const auto from = [](std::int64_t cut) { return cut > 0 ? fmt::format("{}:", cut) : ":"; };
  if (recipe.layer.kind->axes == 1) return fmt::format("{}(x)[..., {}]", layer, from(recipe.left));
  return fmt::format("{}(x)[..., {}, {}]", layer, from(recipe.top), from(recipe.left));
}

/// Of one plane or row: `((0, 1), (0, 1))`.
std::string keras_pads(const Recipe& recipe) {
  const Pads& pads = recipe.pads;
  const std::string cols = fmt::format("({}, {})", pads.left, pads.right);
  if (recipe.layer.kind->axes == 1) return cols;
  return fmt::format("({}, {}), {}", pads.top, pads.bottom, cols);
}

std::string keras_zeros(const Recipe& recipe) {
  if (recipe.layer.kind->axes == 1)
    return fmt::format("layers.ZeroPadding1D({})", keras_pads(recipe));
  return fmt::format("layers.ZeroPadding2D(({}))", keras_pads(recipe));
}

std::string keras_text(const Recipe& recipe) {
  const std::string layer = "layers." + layer_text(recipe.layer);
  if (recipe.is_one_layer()) return layer;
  if (recipe.pad_value != 0.0F) {
    const bool first = recipe.layer.data_format == DataFormat::channels_first;
    return fmt::format("{}(ops.pad(x, ((0, 0), {}), constant_values={}))", layer,
                       first ? "(0, 0), " + keras_pads(recipe) : keras_pads(recipe) + ", (0, 0)",
                       number_text(recipe));
  }
  const std::string steps = fmt::format("Sequential([{}, {}])", keras_zeros(recipe), layer);
  if (!recipe.divide_by_coverage) return steps;
  return fmt::format("steps = {}\ny = steps(x) / steps(ops.ones_like(x))", steps);
}

std::string onnx_text(const Recipe& recipe) {
  const Pads& pads = recipe.pads;
  std::string text = layer_text(recipe.layer);
  if (recipe.is_one_layer()) return text;
  text =
      fmt::format("Pad(pads=[0, 0, {}, {}, 0, 0, {}, {}], value={}) then {}", pads.top, pads.left,
                  pads.bottom, pads.right, recipe.pad_value == 0.0F ? "0" : "-inf", text);
  return recipe.divide_by_coverage ? text + ", divided by the same of ones" : text;
}

// Running -----------------------------------------------------------------------------------------

Result<Tensor> with_pads(const Tensor& input, const Recipe& recipe) {
  if (recipe.pads == Pads{}) return input;
  const Shape from = input.shape(), to = padded(from, recipe.pads);
  if (const auto checked = checked_shape(to, "padded input"); !checked) {
    return tl::unexpected(checked.error());
  }
  auto values = Buffer<float>::allocate(to.elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), recipe.pad_value);
  for (std::int64_t row = 0; row < from.planes() * from.h; ++row) {
    const std::int64_t plane = row / from.h, y = row % from.h + recipe.pads.top;
    std::copy_n(input.data() + row * from.w, from.w,
                values->data() + (plane * to.h + y) * to.w + recipe.pads.left);
  }
  return Tensor(to, std::move(*values));
}

Result<Tensor> pooled(const Engine& engine, const Recipe& recipe, const Tensor& input,
                      const RunOptions& options) {
  const auto whole = with_pads(input, recipe);
  if (!whole) return whole;
  const auto pool = lower(recipe.layer, whole->shape());
  if (!pool) return tl::unexpected(pool.error());
  const LoweredPool part =
      sliced(*pool, recipe.top, recipe.top + recipe.rows, recipe.left, recipe.left + recipe.cols);
  auto output = engine.run(*whole, part, {.cancelled = options.cancelled});
  if (!output) return tl::unexpected(output.error());
  return std::move(output->values);
}

Result<Tensor> ones_like(const Tensor& input) {
  auto values = Buffer<float>::allocate(input.shape().elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), 1.0F);
  return Tensor(input.shape(), std::move(*values));
}

Result<Tensor> quotient(const Tensor& a, const Tensor& b) {
  auto values = Buffer<float>::allocate(a.shape().elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t i = 0; i < values->size(); ++i) (*values)[i] = a.data()[i] / b.data()[i];
  return Tensor(a.shape(), std::move(*values));
}

}  // namespace

std::optional<Recipe> find_recipe(const LoweredPool& pool, const Layer& layer, const Shape& input) {
  if (pool.planes.size() != 1) return {};
  const Search search(pool, layer, input);
  if (auto recipe = search.alone()) return recipe;
  if (auto recipe = search.after_padding()) return recipe;
  if (auto recipe = search.cut()) return recipe;
  return search.divided();
}

std::optional<Recipe> find_padded_recipe(const LoweredPool& pool, const Layer& layer,
                                         const Shape& input) {
  if (pool.planes.size() != 1) return {};
  return Search(pool, layer, input).after_padding();
}

std::string recipe_text(const Recipe& recipe) {
  switch (recipe.layer.kind->framework) {
    case Framework::keras:
      return keras_text(recipe);
    case Framework::onnx:
      return onnx_text(recipe);
    default:
      return pytorch_text(recipe);
  }
}

Result<Tensor> run_recipe(const Engine& engine, const Recipe& recipe, const Tensor& input,
                          const RunOptions& options) {
  auto values = pooled(engine, recipe, input, options);
  if (!values || !recipe.divide_by_coverage) return values;
  const auto ones = ones_like(input);
  if (!ones) return ones;
  const auto coverage = pooled(engine, recipe, *ones, options);
  return coverage ? quotient(*values, *coverage) : coverage;
}

}  // namespace poolscope
