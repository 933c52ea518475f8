#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/number_text.h"
#include "app/workspaces/explore/parameter_fields.h"
#include "core/pooling/kernels.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// Kernels of more rows or columns are typed as text, or read from the heat of their cells.
constexpr std::int64_t kMostFields = 5;
constexpr float kCellHeight = 28.0F;

/// The kernels of the selected layer as it runs, and the one that is looked at.
struct ShownKernel {
  Pair size;
  std::vector<double> numbers;  ///< Of that one.
  std::int64_t count = 1;       ///< Of the bank's kernels.
  std::int64_t index = 0;

  double& at(std::int64_t row, std::int64_t col) {
    return numbers[static_cast<std::size_t>(row * size.w + col)];
  }
};

/// As few digits as a kernel needs: floats print their rounding otherwise.
double rounded(float weight) { return std::strtod(fmt::format("{:.6g}", weight).c_str(), nullptr); }

std::vector<double> rounded(std::span<const float> weights) {
  std::vector<double> numbers;
  for (const float weight : weights) numbers.push_back(rounded(weight));
  return numbers;
}

const LoweredLayer* lowered_layer(const Field& field) {
  const std::size_t stage = field.ui.document.selected_layer + 1;
  const auto& stages = field.ui.plan.stages;
  return stage < stages.size() && stages[stage].lowered ? &*stages[stage].lowered : nullptr;
}

/// How many kernels typed numbers hold, each on its own channels.
std::int64_t typed_count(const KernelBank& bank) {
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis + 2 < bank.axes.size(); ++axis) count *= bank.axes[axis];
  return count;
}

/// The kernel of the output channel shown; nothing where the layer does not run.
std::optional<ShownKernel> shown_kernel(const Field& field) {
  const KernelBank& bank = field.layer.weight;
  const std::int64_t channel = std::max<std::int64_t>(field.ui.document.view.channel, 0);
  if (bank.is_typed()) {
    ShownKernel shown{bank.size(), {}, typed_count(bank)};
    shown.index = std::min(channel, shown.count - 1);
    const auto taps = shown.size.h * shown.size.w;
    const auto first = bank.numbers.begin() + shown.index * taps;
    shown.numbers.assign(first, first + taps);
    return shown;
  }
  const LoweredLayer* lowered = lowered_layer(field);
  if (lowered == nullptr) return {};
  if (const auto* pool = std::get_if<LoweredPool>(lowered)) {
    return ShownKernel{field.layer.kernel_size, rounded(pool->weights)};
  }
  const auto* convolution = std::get_if<Convolution>(lowered);
  if (convolution == nullptr) return {};
  const std::int64_t out = std::min(channel, convolution->out_channels - 1);
  return ShownKernel{field.layer.kernel_size, rounded(convolution->kernel(out, 0)),
                     convolution->out_channels / convolution->groups,
                     out % (convolution->out_channels / convolution->groups)};
}

/// The layer's weight as numbers that give the same: one kernel, a bank, or one a channel.
KernelBank typed_bank(const Field& field) {
  const Layer& layer = field.layer;
  if (layer.weight.is_typed()) return layer.weight;
  const Pair size = layer.kernel_size;
  const LoweredLayer* lowered = lowered_layer(field);
  KernelBank bank{.axes = {size.h, size.w}};
  if (const auto* pool = std::get_if<LoweredPool>(lowered)) {
    bank.numbers = rounded(pool->weights);
    return bank;
  }
  const auto& convolution = std::get<Convolution>(*lowered);
  const std::int64_t kernels = convolution.out_channels / convolution.groups;
  if (kernel_preset(field.parameter.choices[layer.weight.preset.index]).is_drawn) {
    bank.axes = {convolution.out_channels, convolution.channels, size.h, size.w};
    bank.numbers = rounded(convolution.weights);
    return bank;
  }
  if (kernels > 1) bank.axes.insert(bank.axes.begin(), kernels);
  for (std::int64_t k = 0; k < kernels; ++k) {
    const auto numbers = rounded(convolution.kernel(k, 0));
    bank.numbers.insert(bank.numbers.end(), numbers.begin(), numbers.end());
  }
  return bank;
}

/// Where the shown kernel's numbers begin in `bank`.
std::int64_t first_number(const KernelBank& bank, const ShownKernel& shown) {
  // Of kernels with channels of their own, a preset shows those of its first channel.
  const std::int64_t channels =
      bank.axes.size() == 4 && shown.count != typed_count(bank) ? bank.axes[1] : 1;
  return shown.index * channels * shown.size.h * shown.size.w;
}

void set_number(const Field& field, const ShownKernel& shown, std::int64_t tap,
                const std::string& text) {
  double number = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    field.ui.memory.limits[std::string(field.parameter.name)] =
        fmt::format("a weight is a number, found \"{}\"", text);
    return;
  }
  Layer next = field.layer;
  next.weight = typed_bank(field);
  next.weight.numbers[static_cast<std::size_t>(first_number(next.weight, shown) + tap)] = number;
  change_layer(field, next, StepKind::typed);
}

/// How many characters of a number have room in a cell.
int digits_of(const Ui& ui, const Rect& cell) {
  const float room = cell.width() - 2 * ui.px(kTextMargin);
  return static_cast<int>(room / text_width(ui, Font::mono13, "0"));
}

/// One text field a weight, over the whole column where there are many.
void draw_numbers(const Field& field, ShownKernel& shown, Column& column) {
  const Ui& ui = field.ui;
  for (std::int64_t r = 0; r < shown.size.h; ++r) {
    const Rect row = column.row(kCellHeight, 4);
    const Rect cells{{shown.size.w > 3 ? row.min.x : field.row.min.x, row.min.y}, row.max};
    for (std::int64_t c = 0; c < shown.size.w; ++c) {
      const Rect cell =
          part_of(ui, cells, static_cast<int>(c), static_cast<int>(shown.size.w), 4.0F);
      const double number = shown.at(r, c);
      const auto text = text_field(ui, field.id(fmt::format("{}/{}", r, c)), cell,
                                   {.value = fmt::format("{}", number),
                                    .shown = short_number_text(number, digits_of(ui, cell))});
      if (text) set_number(field, shown, r * shown.size.w + c, *text);
    }
  }
  column.space(4);
}

/// A large kernel as colours, from its lowest weight to its highest.
void draw_colours(const Field& field, ShownKernel& shown, Column& column) {
  const auto [low, high] = std::ranges::minmax(shown.numbers);
  const float most =
      std::max(std::abs(static_cast<float>(low)), std::abs(static_cast<float>(high)));
  const float side = field.ui.px(132);
  const float unit = side / static_cast<float>(std::max(shown.size.h, shown.size.w));
  const ImVec2 at{field.row.min.x, column.y()};
  for (std::int64_t r = 0; r < shown.size.h; ++r) {
    for (std::int64_t c = 0; c < shown.size.w; ++c) {
      const ImVec2 corner{at.x + unit * static_cast<float>(c), at.y + unit * static_cast<float>(r)};
      const ImU32 color =
          heat_color(field.ui, {-most, most}, static_cast<float>(shown.at(r, c))).packed();
      draw_list().AddRectFilled(corner, {corner.x + unit, corner.y + unit}, color);
    }
  }
  column.skip_pixels(unit * static_cast<float>(shown.size.h) + field.ui.px(8));
}

/// All kernels as their text writes them, to be pasted or typed.
void draw_text_row(const Field& field, Column& column) {
  const Rect row = column.row(kCellHeight, 8);
  const Rect place{{field.row.min.x, row.min.y}, row.max};
  draw_text(field.ui, Font::sans12, {row.min.x, row.center().y}, field.ui.theme.t3, "as text");
  const auto text =
      text_field(field.ui, field.id("text"), place,
                 {.value = parameter_text(field.layer, field.parameter), .error = field.error});
  tooltip(field.ui, "A preset's name in quotes, or rows of numbers: [[0, 1], [1, 0]]");
  if (text) change_text(field, *text);
}

/// `kernel 2 of 4`, in steps that choose the channel shown everywhere.
void draw_kernel_picker(const Field& field, const ShownKernel& shown, Column& column) {
  if (shown.count < 2) return;
  const Rect row = column.row(28, 6);
  const Rect place{{field.row.min.x, row.min.y}, row.max};
  const std::string text = fmt::format("{} of {}", shown.index + 1, shown.count);
  const StepperEdit edit = stepper(field.ui, field.id("kernel"), place,
                                   {.value = shown.index + 1,
                                    .min = 1,
                                    .shown = text,
                                    .tip = "The kernel shown, and the channel it makes"});
  if (edit.kind == StepKind::none) return;
  const std::int64_t channel = std::clamp<std::int64_t>(edit.value, 1, shown.count) - 1;
  field.ui.edit_view([&](View& view) { view.channel = channel; }, true);
}

}  // namespace

Layer with_preset(const Layer& layer, const Parameter& parameter, std::size_t preset) {
  const KernelPreset& chosen = kernel_preset(parameter.choices[preset]);
  const bool kept_size = layer.padding.top == (layer.kernel_size.h - 1) / 2 * layer.dilation.h &&
                         layer.padding.left == (layer.kernel_size.w - 1) / 2 * layer.dilation.w;
  Layer next = layer;
  next.weight = {.preset = {preset}};
  next.out_channels.reset();
  if (next.bias.size() > 1) next.bias.clear();
  const bool too_small = chosen.count > 1 && chosen.size > layer.kernel_size.h;
  if (!chosen.any_size || too_small) next.kernel_size = {chosen.size, chosen.size};
  if (kept_size) {
    const Pair half{(next.kernel_size.h - 1) / 2 * layer.dilation.h,
                    (next.kernel_size.w - 1) / 2 * layer.dilation.w};
    next.padding = {half.h, half.w, half.h, half.w};
  }
  return next;
}

Layer with_kernel_size(Layer layer, Pair size) {
  KernelBank& bank = layer.weight;
  const bool has_kernel = std::ranges::any_of(layer.kind->parameters, [](const Parameter& p) {
    return p.field == ParameterField(&Layer::weight);
  });
  layer.kernel_size = size;
  if (!has_kernel || !bank.is_typed()) return layer;
  const Pair old = bank.size();
  std::vector<double> numbers;
  for (std::int64_t k = 0; k < typed_count(bank); ++k) {
    for (std::int64_t r = 0; r < size.h; ++r) {
      for (std::int64_t c = 0; c < size.w; ++c) {
        const auto at = static_cast<std::size_t>((k * old.h + r) * old.w + c);
        numbers.push_back(r < old.h && c < old.w ? bank.numbers[at] : 0.0);
      }
    }
  }
  bank.numbers = std::move(numbers);
  bank.axes[bank.axes.size() - 2] = size.h;
  bank.axes.back() = size.w;
  return layer;
}

void draw_kernel_editor(const Field& field, Column& column) {
  auto shown = shown_kernel(field);
  if (!shown) return;
  draw_kernel_picker(field, *shown, column);
  const bool fits = shown->size.h <= kMostFields && shown->size.w <= kMostFields;
  if (fits) {
    draw_numbers(field, *shown, column);
  } else {
    draw_colours(field, *shown, column);
  }
  draw_text_row(field, column);
}

}  // namespace poolscope
