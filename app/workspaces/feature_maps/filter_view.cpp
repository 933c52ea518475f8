#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

/// The kernels that made a channel, kept while it is the same.
struct KeptFilter {
  std::uint64_t maps = 0;
  std::int64_t channel = -1;
  std::size_t convolution = 0;
  Tensor kernels;  ///< Empty where there are none.
};

std::int64_t channels_of(const ModelPass& pass, std::size_t layer) {
  const auto& axes = pass.run.maps[layer].axes;
  return axes.size() == 4 ? axes[1] : 0;
}

/// The convolution whose channels are still this layer's: itself, or one that only layers that keep
/// channels apart lie behind.
std::optional<std::size_t> convolution_before(const ModelPass& pass, std::size_t layer) {
  const std::int64_t channels = channels_of(pass, layer);
  // No chain is longer than the model.
  for (std::size_t step = 0; step < pass.layers.size(); ++step) {
    const ModelLayer& here = pass.layers[layer];
    if (here.is_module && !here.layer && here.kind.starts_with("Conv2d")) return layer;
    const bool moves = here.kind.find("shuffle") != std::string::npos;
    const bool keeps = here.is_container || here.layer || here.reach.kind == LayerReach::Kind::cell;
    if (!keeps || moves || here.inputs.size() != 1 || here.inputs.front() == kModelInput) return {};
    layer = here.inputs.front();
    if (channels_of(pass, layer) != channels) return {};
  }
  return {};
}

double energy(std::span<const float> kernel) {
  double sum = 0.0;
  for (const float weight : kernel)
    sum += static_cast<double>(weight) * static_cast<double>(weight);
  return sum;
}

/// The input channel that the first kernel reads: those before belong to other groups.
std::int64_t first_channel(const ModelPass& pass, std::size_t convolution, std::int64_t channel,
                           std::int64_t kernels) {
  for (const ModelParameter& parameter : pass.layers[convolution].parameters) {
    const auto* const groups = std::get_if<std::int64_t>(&parameter.value);
    if (parameter.name != "groups" || groups == nullptr || *groups < 2) continue;
    return channel / std::max<std::int64_t>(1, channels_of(pass, convolution) / *groups) * kernels;
  }
  return 0;
}

std::int64_t strongest_kernel(const Tensor& kernels) {
  std::int64_t strongest = 0;
  for (std::int64_t c = 1; c < kernels.shape().c; ++c)
    if (energy(kernels.plane(0, c)) > energy(kernels.plane(0, strongest))) strongest = c;
  return strongest;
}

/// Cells as grey, or as colours where there are three kernels; 0 is in the middle.
void draw_kernel(const Rect& box, const Tensor& kernels, std::int64_t kernel, bool in_colour) {
  const Shape& shape = kernels.shape();
  float most = 0.0F;
  for (std::int64_t c = 0; c < shape.c; ++c) {
    if (!in_colour && c != kernel) continue;
    for (const float weight : kernels.plane(0, c)) most = std::max(most, std::abs(weight));
  }
  const auto level = [&](std::int64_t c, std::int64_t y, std::int64_t x) {
    const float part = most > 0.0F ? kernels.at(0, c, y, x) / most : 0.0F;
    return static_cast<int>(std::lround(127.5F + 127.5F * std::clamp(part, -1.0F, 1.0F)));
  };
  const float w = box.width() / static_cast<float>(shape.w);
  const float h = box.height() / static_cast<float>(shape.h);
  for (std::int64_t y = 0; y < shape.h; ++y) {
    for (std::int64_t x = 0; x < shape.w; ++x) {
      const int red = level(in_colour ? 0 : kernel, y, x);
      const ImU32 color = in_colour ? IM_COL32(red, level(1, y, x), level(2, y, x), 255)
                                    : IM_COL32(red, red, red, 255);
      const float left = box.min.x + w * static_cast<float>(x);
      const float top = box.min.y + h * static_cast<float>(y);
      draw_list().AddRectFilled({left, top}, {left + w, top + h}, color);
    }
  }
}

KeptFilter filter_of(const LayerMaps& maps, std::int64_t channel) {
  KeptFilter kept{maps.serial, channel, 0, {}};
  const auto convolution = convolution_before(*maps.pass, maps.layer);
  if (!convolution) return kept;
  kept.convolution = *convolution;
  if (auto kernels = maps.pass->model->filter(*convolution, channel))
    kept.kernels = std::move(*kernels);
  return kept;
}

}  // namespace

float draw_filter(const Ui& ui, MapsState& state, ImVec2 at, float right) {
  const LayerMaps& maps = *state.maps;
  const ModelView& view = ui.document.model_view;
  const std::int64_t channel = maps.after.nearest(view.channel);
  auto& kept = state.panels.of<KeptFilter>();
  if (kept.maps != maps.serial || kept.channel != channel) kept = filter_of(maps, channel);
  if (kept.kernels.empty()) return at.x;
  const std::size_t convolution = kept.convolution;
  const Shape& shape = kept.kernels.shape();
  // Of the convolution itself the kernel on the channel looked at; where that is not read, and
  // behind other layers, the one that counts most.
  const bool is_own = convolution == maps.layer;
  const bool in_colour = shape.c == 3 && !is_own;
  const std::int64_t first = first_channel(*maps.pass, convolution, channel, shape.c);
  const std::int64_t looked_at = view.input_channel - first;
  const bool is_read = is_own && looked_at >= 0 && looked_at < shape.c;
  const std::int64_t kernel = is_read ? looked_at : strongest_kernel(kept.kernels);
  std::string text = fmt::format("its {}×{} filter", shape.h, shape.w);
  if (shape.c > 1 && !in_colour)
    text += fmt::format(" of channel {}{}", first + kernel, is_read ? "" : ", the strongest");
  const float side = ui.px(30);
  const float width = side + ui.px(8) + text_width(ui, Font::sans12, text);
  if (at.x + width > right) return at.x;
  const Rect box = Rect::of(at.x, at.y - side * 0.5F, side, side);
  draw_kernel(box, kept.kernels, kernel, in_colour);
  click_area(ui, "detail/filter", box, Reach::mouse);
  tooltip(ui, fmt::format("The weights of {} that make this channel; grey is 0",
                          maps.pass->layers[convolution].name));
  ui.tell("filter", fmt::format("{}: {}", maps.pass->layers[convolution].name, text));
  return draw_text(ui, Font::sans12, {box.max.x + ui.px(8), at.y}, ui.theme.t3, text);
}

}  // namespace poolscope
