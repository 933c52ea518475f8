#include <algorithm>

#include <fmt/format.h>

#include "app/ui.h"
#include "app/workspaces/explore/arithmetic.h"
#include "core/analysis/convolution_terms.h"

/// The arithmetic of the layers that stand beside pools.
namespace poolscope {
namespace {

constexpr int kDigits = 6;
/// Of more taps only the sum is written.
constexpr std::int64_t kMostSpelled = 25;

std::string short_text(double value) { return short_number_text(value, kDigits); }

/// A number as a factor or an argument: `3`, `(-3)`.
std::string enclosed(double value) {
  const std::string text = short_text(value);
  return text.front() == '-' ? "(" + text + ")" : text;
}

/// ` + 3` or ` - 3`.
std::string added(double value) {
  const std::string text = short_text(value);
  return text.front() == '-' ? " - " + text.substr(1) : " + " + text;
}

/// What the channels besides the one shown add: `+ 12 (G) - 4 (B)`.
std::string other_terms(const StageView& view, const std::vector<ChannelTerm>& terms) {
  constexpr std::ptrdiff_t kMostNamed = 4;
  std::string text;
  std::ptrdiff_t named = 0;
  double rest = 0.0;
  for (const ChannelTerm& term : terms) {
    if (term.channel == view.planes.channel) continue;
    if (named++ >= kMostNamed) {
      rest += term.sum;
      continue;
    }
    text += fmt::format("{} ({})", added(term.sum), view.channel_name(term.channel));
  }
  if (named > kMostNamed) text += fmt::format("{} ({} more)", added(rest), named - kMostNamed);
  return text;
}

/// What the channel shown adds, as one number: `77.1 (R)`.
std::string own_term(const StageView& view, const std::vector<ChannelTerm>& terms) {
  const auto own = std::ranges::find(terms, view.planes.channel, &ChannelTerm::channel);
  return fmt::format("{} ({})", short_text(own->sum), view.channel_name());
}

/// What a convolution does on the channel shown: one window of weighted cells.
LoweredPool window_of(const StageView& view, const Convolution& convolution) {
  const auto& [rows, cols] = convolution.windows;
  const std::int64_t out = view.output_planes.channel;
  const auto kernel = convolution.kernel(out, view.planes.channel - convolution.first_channel(out));
  LoweredPool pool;
  pool.planes = {{{rows[static_cast<std::size_t>(view.selection.row)]},
                  {cols[static_cast<std::size_t>(view.selection.col)]}}};
  pool.reduction = Reduction::weighted;
  pool.border = Border::zero;
  pool.weights.assign(kernel.begin(), kernel.end());
  return pool;
}

/// The last line takes `tail`, which goes to a line of its own where there are several.
void close_lines(Arithmetic& text, std::vector<std::string> rows, const std::string& tail) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text.lines.push_back(rows[i] + (i + 1 < rows.size() ? " +" : ""));
  }
  if (tail.empty()) return;
  if (text.lines.size() == 1) {
    text.lines.front() += tail;
  } else {
    text.lines.push_back(tail.substr(1));
  }
}

std::string channels_fact(const StageView& view, const Convolution& convolution) {
  if (convolution.channels == 1) return "only " + view.channel_name();
  if (convolution.groups == 1) return fmt::format("all {}, added up", convolution.channels);
  const std::int64_t first = convolution.first_channel(view.output_planes.channel);
  return fmt::format("{} to {}, added up", first, first + convolution.channels - 1);
}

std::string formula_of(const Pointwise& pointwise, double x, std::int64_t channel) {
  const std::string number = short_text(x), closed = enclosed(x), a = short_text(pointwise.a);
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      if (std::isinf(pointwise.b)) return fmt::format("max({}, {})", number, a);
      return fmt::format("min(max({}, {}), {})", number, a, short_text(pointwise.b));
    case PointwiseFunction::leaky_relu:
      return x > 0.0 ? number : fmt::format("{}·{}", a, closed);
    case PointwiseFunction::elu:
      return x > 0.0 ? number : fmt::format("{}·(e^{} - 1)", a, closed);
    case PointwiseFunction::gelu:
      return fmt::format("{}·P(X ≤ {})", number, number);
    case PointwiseFunction::silu:
      return fmt::format("{} / (1 + e^{})", number, enclosed(-x));
    case PointwiseFunction::softplus:
      return fmt::format("log(1 + e^({}·{})) / {}", a, closed, a);
    case PointwiseFunction::sigmoid:
      return fmt::format("1 / (1 + e^{})", enclosed(-x));
    case PointwiseFunction::tanh:
      return fmt::format("tanh({})", number);
    case PointwiseFunction::abs:
      return fmt::format("|{}|", number);
    case PointwiseFunction::square:
      return closed + "²";
    case PointwiseFunction::affine:
      break;
  }
  const auto c = static_cast<std::size_t>(channel);
  return fmt::format("{}·{}{}", short_text(pointwise.scale[c]), closed, added(pointwise.shift[c]));
}

}  // namespace

Arithmetic arithmetic_of(const StageView& view, const Convolution& convolution) {
  const LoweredPool window = window_of(view, convolution);
  const WindowFacts facts = window_facts(view.input, window, view.plane, 0, 0, -1);
  const ConvolvedCell cell{view.planes.sample, view.output_planes.channel, view.selection.row,
                           view.selection.col};
  StageView of_channel = view;
  of_channel.pool = &window;
  Arithmetic text;
  text.weights = window.weights;
  text.result = number_text(static_cast<double>(view.output_value(cell.row, cell.col)));
  const double offset = convolution.offset(cell.channel);
  const auto terms = convolution_terms(convolution, view.input, cell);
  std::string tail = other_terms(view, terms);
  if (offset != 0.0) tail += added(offset) + " (bias)";
  if (facts.taps <= kMostSpelled) {
    close_lines(text, tap_rows(of_channel, facts, " + "), tail);
  } else {
    text.lines = {own_term(view, terms) + tail};
  }
  text.facts.emplace_back("Covers", covers_text(facts));
  if (view.input.shape().c > 1) {
    text.facts.emplace_back("Channels read", channels_fact(view, convolution));
  }
  text.facts.emplace_back("Padding cells",
                          fmt::format("{} of {}{}", facts.taps - facts.inside, facts.taps,
                                      facts.taps > facts.inside ? ", add 0" : ""));
  text.sentence = "Every cell counts by the weight of its place in the kernel.";
  if (facts.taps > kMostSpelled) {
    text.sentence += fmt::format(" The {} taps of each channel are added up.", facts.taps);
  } else if (convolution.channels > 1) {
    text.sentence += fmt::format(" Spelled out for channel {}; the others add their own sums.",
                                 view.channel_name());
  }
  return text;
}

Arithmetic arithmetic_of(const StageView& view, const Pointwise& pointwise) {
  const double x = view.input_value(view.selection.row, view.selection.col);
  Arithmetic text;
  text.result =
      number_text(static_cast<double>(view.output_value(view.selection.row, view.selection.col)));
  text.lines = {formula_of(pointwise, x, view.planes.channel)};
  text.facts.emplace_back("Covers",
                          fmt::format("row {}, col {}", view.selection.row, view.selection.col));
  text.facts.emplace_back("Slope here",
                          number_text(pointwise_slope(pointwise, x, view.planes.channel)));
  text.sentence = "Each value by itself: no cell looks at its neighbours.";
  return text;
}

}  // namespace poolscope
