#pragma once

#include <cmath>

#include <rapidcheck.h>

#include "core/pooling/layer.h"

namespace poolscope {

/// A value of each type that a parameter may have, as far as its framework can write it. To be used
/// inside a property only.
class ArbitraryParameter {
 public:
  ArbitraryParameter(Layer& layer, const Parameter& parameter, std::int64_t most)
      : layer_(layer), parameter_(parameter), framework_(layer.kind->framework), most_(most) {}

  void operator()(Pair Layer::*field) const { layer_.*field = pair(); }
  void operator()(std::optional<Pair> Layer::*field) const {
    const bool none = framework_ != Framework::onnx && *rc::gen::arbitrary<bool>();
    layer_.*field = none ? std::nullopt : std::optional<Pair>(pair());
  }
  void operator()(Pads Layer::*field) const {
    Pair before = pair(0), after = pair(0);
    if (layer_.kind->axes == 1) before.h = 0;
    layer_.*field = framework_ == Framework::onnx ? Pads{before.h, before.w, after.h, after.w}
                                                  : Pads{before.h, before.w, before.h, before.w};
  }
  void operator()(AutoPad Layer::*field) const {
    using enum AutoPad;
    layer_.*field = framework_ == Framework::keras
                        ? *rc::gen::element(valid, same_upper)
                        : *rc::gen::element(notset, notset, valid, same_upper, same_lower);
  }
  void operator()(bool Layer::*field) const { layer_.*field = *rc::gen::arbitrary<bool>(); }
  void operator()(std::optional<std::int64_t> Layer::*field) const {
    if (!parameter_.range.rule.empty()) {
      layer_.*field = *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 1, 2);
      return;
    }
    layer_.*field = *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 1, -3, 7);
  }
  void operator()(double Layer::*field) const {
    if (!parameter_.range.rule.empty()) {
      layer_.*field = *rc::gen::element(0.25, 0.5, 1.0);
      return;
    }
    layer_.*field =
        framework_ == Framework::onnx
            ? static_cast<double>(integer(1))
            : *rc::gen::element(1.0, 2.0, 0.1, -2.5, 1e300, 5e-324, static_cast<double>(INFINITY));
  }
  void operator()(OutputSize Layer::*field) const {
    using Size = std::optional<std::int64_t>;
    layer_.*field = {*rc::gen::element(Size{}, Size{integer(1)}),
                     *rc::gen::element(Size{}, Size{integer(1)})};
    if (layer_.kind->axes == 1) layer_.output_size.h.reset();
    if (layer_.output_ratio && layer_.output_size != OutputSize{}) layer_.output_ratio.reset();
  }
  void operator()(std::optional<OutputRatio> Layer::*field) const {
    (layer_.*field).reset();
    if (layer_.output_size == OutputSize{}) {
      layer_.*field = OutputRatio{*rc::gen::element(0.3, 0.9), *rc::gen::element(0.5, 0.9)};
    }
  }
  void operator()(std::optional<Roi> Layer::*field) const {
    const double x = *rc::gen::element(0.0, 0.5, 2.0), y = *rc::gen::element(0.0, 1.0);
    layer_.*field =
        *rc::gen::element(std::optional<Roi>(), std::optional(Roi{x, y, x + 1.5, y + 2.0}));
  }
  void operator()(std::vector<std::int64_t> Layer::*field) const {
    layer_.*field = {integer(1), *rc::gen::inRange<std::int64_t>(1, 4)};
  }
  void operator()(Choice Layer::*field) const {
    (layer_.*field).index = *rc::gen::inRange<std::size_t>(0, parameter_.choices.size());
  }
  /// Kernels given as numbers bring their own size.
  void operator()(KernelBank Layer::*field) const {
    KernelBank& bank = layer_.*field;
    bank = {};
    using Axes = std::vector<std::int64_t>;
    if (*rc::gen::arbitrary<bool>()) {
      bank.preset.index = *rc::gen::inRange<std::size_t>(0, parameter_.choices.size());
      return;
    }
    bank.axes = *rc::gen::element(Axes{2, 3}, Axes{2, 3, 1}, Axes{2, 1, 1, 2});
    std::int64_t count = 1;
    for (const std::int64_t axis : bank.axes) count *= axis;
    for (std::int64_t i = 0; i < count; ++i) {
      bank.numbers.push_back(*rc::gen::element(0.0, 1.0, -2.5, 0.1, 1e-7));
    }
    layer_.kernel_size = bank.size();
  }
  void operator()(std::vector<double> Layer::*field) const {
    using Numbers = std::vector<double>;
    layer_.*field = *rc::gen::element(Numbers{}, Numbers{0.5}, Numbers{1.0, 2.0, 0.25});
  }
  void operator()(DataFormat Layer::*field) const {
    using enum DataFormat;
    layer_.*field = *rc::gen::element(unspecified, channels_first, channels_last);
  }
  void operator()(std::int64_t Layer::*field) const {
    const auto low = static_cast<std::int64_t>(parameter_.range.low);
    layer_.*field = *rc::gen::inRange(low, low + 2);
  }

 private:
  std::int64_t integer(std::int64_t least) const {
    return *rc::gen::inRange<std::int64_t>(least, most_ + 1);
  }
  Pair pair(std::int64_t least = 1) const {
    const std::int64_t h = integer(least);
    if (layer_.kind->axes == 1) return {1, h};
    return {h, *rc::gen::arbitrary<bool>() ? h : integer(least)};
  }

  Layer& layer_;
  const Parameter& parameter_;
  Framework framework_;
  std::int64_t most_;
};

inline Layer arbitrary_layer_of(const LayerKind& kind, std::int64_t most) {
  Layer layer = make_layer(kind);
  for (const Parameter& parameter : kind.parameters) {
    std::visit(ArbitraryParameter(layer, parameter, most), parameter.field);
  }
  return layer;
}

/// A layer of any kind, its integers at most `most`; many are out of their limits on an input.
inline Layer arbitrary_layer(std::int64_t most) {
  const auto kinds = layer_kinds();
  return arbitrary_layer_of(*kinds[*rc::gen::inRange<std::size_t>(0, kinds.size())], most);
}

}  // namespace poolscope
