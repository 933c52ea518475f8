#include "app/workspaces/explore/arithmetic.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/ui.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

std::string axis_text(std::string_view name, const AxisWindow& window) {
  if (window.count == 1) return fmt::format("{} {}", name, window.begin);
  std::string text = fmt::format("{}s {}…{}", name, window.begin, window.last());
  if (window.step > 1) text += fmt::format(" by {}", window.step);
  return text;
}

/// A tap as the sum or the maximum sees it.
std::string tap_text(const StageView& view, std::int64_t y, std::int64_t x) {
  const bool is_power = view.pool->reduction == Reduction::power;
  constexpr int kDigits = 6;
  if (view.pool->border == Border::reflect) {
    y = reflected(y, view.rows);
    x = reflected(x, view.cols);
  }
  const auto raised = [&](double value) {
    return view.pool->least && value < *view.pool->least ? *view.pool->least : value;
  };
  std::string text =
      view.inside(y, x)
          ? short_number_text(raised(static_cast<double>(view.input_value(y, x))), kDigits)
          : std::string(view.border_text(y, x));
  if (!is_power) return text;
  if (view.pool->magnitude) text = "|" + text + "|";
  if (view.pool->exponent == 1.0) return text;
  if (text.front() == '-') text = "(" + text + ")";
  return view.pool->exponent == 2.0 ? text + "²" : text + "^" + number_text(view.pool->exponent);
}

/// `0.25·` where each tap of a window has a weight.
std::string weight_text(const StageView& view, std::int64_t tap) {
  const auto& weights = view.pool->weights;
  if (weights.empty()) return {};
  return short_number_text(static_cast<double>(weights[static_cast<std::size_t>(tap)]), 6) + "·";
}

/// What the arithmetic of a reduction is called, and what it means in one sentence.
struct Wording {
  Reduction reduction;
  std::string_view function, sentence;
};
constexpr Wording kWordings[] = {
    {Reduction::max, "max", ""},
    {Reduction::min, "min", ""},
    {Reduction::median, "median", ""},
    {Reduction::mixed, "mixed", "A share of the maximum, and the rest of the average."},
    {Reduction::stochastic, "expected",
     "Each cell counts by its share of the sum; below 0 it counts as 0."},
    {Reduction::softmax, "softmax", "Large values weigh more, by their exponential."},
    {Reduction::log_sum_exp, "logsumexp", "A smooth maximum: the log of the sum of exponentials."},
    {Reduction::weighted, "", "Every cell counts by the weight of its place."},
};

const Wording& wording_of(Reduction reduction) {
  return *std::ranges::find(kWordings, reduction, &Wording::reduction);
}

void add_call_lines(Arithmetic& text, std::string_view function, std::vector<std::string> rows) {
  const std::string before = fmt::format("{}(", function);
  const std::string indent(character_count(before), ' ');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool last = i + 1 == rows.size();
    text.lines.push_back((i == 0 ? before : indent) + rows[i] + (last ? ")" : ","));
  }
}

void add_sum_lines(Arithmetic& text, std::vector<std::string> rows, const std::string& before,
                   const std::string& after) {
  const std::string indent(before.size(), ' ');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool last = i + 1 == rows.size();
    text.lines.push_back((i == 0 ? before : indent) + rows[i] + (last ? after : " +"));
  }
}

std::string power_before(const LoweredPool& pool, std::int64_t divisor) {
  const double scale = pool.gain / static_cast<double>(std::max<std::int64_t>(1, divisor));
  if (scale == 1.0) return "(";
  return fmt::format("({}·(", number_text(scale));
}

std::string power_after(const LoweredPool& pool, std::int64_t divisor) {
  const double scale = pool.gain / static_cast<double>(std::max<std::int64_t>(1, divisor));
  return (scale == 1.0 ? ")" : "))") + std::string("^(1/") + number_text(pool.exponent) + ")";
}

std::string border_fact(const StageView& view, const WindowFacts& facts) {
  const std::int64_t outside = facts.taps - facts.inside;
  std::string text = fmt::format("{} of {}", count_text(outside), count_text(facts.taps));
  if (outside == 0) return text;
  if (view.pool->has_winners()) return text + ", never win";
  if (view.pool->border == Border::reflect) return text + ", mirrored";
  return text + (view.around->padding == OutsideValue::zero ? ", add 0" : ", left out");
}

std::string divisor_fact(const StageView& view, const WindowFacts& facts, std::int64_t divisor) {
  const std::string text = count_text(divisor);
  if (view.pool->divisor_override) return text + ", divisor_override";
  if (divisor == facts.taps)
    return text + (facts.inside == facts.taps ? ", all cells" : ", padding counts");
  if (divisor == facts.inside) return text + ", cells inside";
  return text + ", overhang does not count";
}

void add_winner_facts(const StageView& view, const WindowFacts& facts, Arithmetic& text) {
  if (text.winner < 0) {
    text.facts.emplace_back("Winner", "none: no cell inside");
    text.sentence = fmt::format("No tap of this window lies inside the input, so the result is {}.",
                                text.result);
    return;
  }
  const std::int64_t row = text.winner / view.cols, col = text.winner % view.cols;
  const std::string value = number_text(static_cast<double>(view.input_value(row, col)));
  text.facts.emplace_back("Winner", fmt::format("{} at row {}, col {}", value, row, col));
  const Indices winner = *Indices::copy_of({1, 1, 1, 1}, std::array{text.winner});
  if (const auto index = framework_indices(*view.layer, winner, view.input.shape())) {
    const bool whole = view.layer->kind->framework == Framework::onnx;
    const std::int64_t offset = whole ? view.plane * view.rows * view.cols : 0;
    text.facts.emplace_back(whole ? "Index, as Indices" : "Index, as return_indices",
                            count_text(index->values()[0] + offset));
  }
  text.facts.emplace_back(
      "Ties",
      facts.ties == 0 ? "none" : fmt::format("{} more, the first wins", count_text(facts.ties)));
  if (value == "NaN") {
    text.sentence = "NaN wins over every number; of several the last one wins.";
    return;
  }
  if (facts.inside == 1) {
    text.sentence = fmt::format("The cell at row {}, col {} is the only one inside.", row, col);
    return;
  }
  if (view.pool->reduction == Reduction::median) {
    text.sentence = fmt::format(
        "The winner sits at row {}, col {}: half of the cells lie on "
        "either side of it.",
        row, col);
    return;
  }
  text.sentence = fmt::format(
      "The winner sits at row {}, col {}. It alone decides: {} could be anything {}.", row, col,
      facts.inside == 2 ? std::string("the other cell")
                        : fmt::format("the other {} cells", count_text(facts.inside - 1)),
      view.pool->reduction == Reduction::max ? "smaller" : "larger");
}

void add_sum_facts(const StageView& view, const WindowFacts& facts, std::int64_t divisor,
                   Arithmetic& text) {
  if (view.pool->reduction == Reduction::mean) {
    text.facts.emplace_back("Sum", number_text(facts.sum));
    text.facts.emplace_back("Divisor", divisor_fact(view, facts, divisor));
    text.sentence =
        fmt::format("Every cell counts the same: 1/{} of its value.", count_text(divisor));
    if (divisor == 0) text.sentence = "No cell lies inside and none is counted: 0/0 is NaN.";
    if (divisor == 1) text.sentence = "The divisor is 1: the result is the sum.";
    return;
  }
  text.facts.emplace_back("Norm p", number_text(view.pool->exponent));
  const bool scaled = view.pool->gain != 1.0 && view.pool->gain != static_cast<double>(divisor);
  if (scaled) text.facts.emplace_back("Scale", "partial window, as if full (PyTorch)");
  text.sentence = "Large values weigh more than in an average, and less than in a maximum.";
  if (view.pool->least) {
    text.facts.emplace_back("Eps",
                            number_text(*view.pool->least) + ", smaller cells are raised to it");
  }
  if (std::isnan(facts.sum)) {
    text.sentence = "A cell of this window is NaN, and so is the result.";
  } else if (text.result == "NaN") {
    text.sentence = "The sum of powers is negative, so its root is NaN, as in PyTorch.";
  }
}

/// Leaves the question: where the window lies, and what it reads.
void hide_answer(Arithmetic& text) {
  text.winner = -1;
  text.result = std::string(1, '?');
  std::erase_if(text.facts, [](const auto& fact) {
    return fact.first != "Covers" && fact.first != "Padding cells";
  });
}

}  // namespace

std::vector<std::string> tap_rows(const StageView& view, const WindowFacts& facts,
                                  std::string_view glue) {
  std::vector<std::string> rows;
  const std::int64_t shown_rows = std::min<std::int64_t>(facts.row.count, 5);
  const std::int64_t shown_cols = std::min<std::int64_t>(facts.col.count, 5);
  for (std::int64_t r = 0; r < shown_rows; ++r) {
    std::string line;
    for (std::int64_t c = 0; c < shown_cols; ++c) {
      const bool cut = (facts.row.count > 5 && r == 3) || (facts.col.count > 5 && c == 3);
      const std::int64_t y = facts.row.tap(facts.row.count > 5 && r == 4 ? facts.row.count - 1 : r);
      const std::int64_t x = facts.col.tap(facts.col.count > 5 && c == 4 ? facts.col.count - 1 : c);
      if (c > 0) line += glue;
      const std::int64_t tap =
          (facts.row.count > 5 && r == 4 ? facts.row.count - 1 : r) * facts.col.count +
          (facts.col.count > 5 && c == 4 ? facts.col.count - 1 : c);
      line += cut ? std::string("…") : weight_text(view, tap) + tap_text(view, y, x);
    }
    rows.push_back(facts.row.count > 5 && r == 3 ? std::string("…") : line);
  }
  return rows;
}

std::string covers_text(const WindowFacts& facts) {
  return axis_text("row", facts.row) + ", " + axis_text("col", facts.col);
}

bool has_arithmetic(const StageView& view) {
  return view.pool != nullptr || view.convolution() != nullptr || view.pointwise() != nullptr;
}

Arithmetic arithmetic_of(const StageView& view, ExploreState& state) {
  if (const Convolution* convolution = view.convolution()) return arithmetic_of(view, *convolution);
  if (const Pointwise* pointwise = view.pointwise()) return arithmetic_of(view, *pointwise);
  Arithmetic text;
  const Selection& at = view.selection;
  if (const WindowBlock* block =
          state.probes.block(view, {at.row, at.row + 1, at.col, at.col + 1})) {
    text.winner = block->winner(at.row, at.col);
  }
  const WindowFacts& facts = state.probes.facts(view, text.winner);
  const std::int64_t divisor = view.pool->divisor(facts.row, facts.col);
  text.result = number_text(static_cast<double>(view.output_value(at.row, at.col)));
  text.facts.emplace_back("Covers", covers_text(facts));
  switch (view.pool->reduction) {
    case Reduction::mean:
      add_sum_lines(text, tap_rows(view, facts, " + "), "(",
                    ") / " + (view.hides_selection() ? "?" : fmt::format("{}", divisor)));
      add_sum_facts(view, facts, divisor, text);
      break;
    case Reduction::power:
      add_sum_lines(text, tap_rows(view, facts, " + "), power_before(*view.pool, divisor),
                    power_after(*view.pool, divisor));
      add_sum_facts(view, facts, divisor, text);
      break;
    case Reduction::weighted:
      add_sum_lines(text, tap_rows(view, facts, " + "), "", "");
      text.sentence = wording_of(Reduction::weighted).sentence;
      break;
    default:
      add_call_lines(text, view.pool->sampled ? "drawn" : wording_of(view.pool->reduction).function,
                     tap_rows(view, facts, ", "));
      text.sentence = wording_of(view.pool->reduction).sentence;
      if (view.pool->sampled) text.sentence = "One cell is drawn, each by its share of the sum.";
      if (view.pool->has_winners()) add_winner_facts(view, facts, text);
  }
  text.facts.emplace_back("Padding cells", border_fact(view, facts));
  if (view.hides_selection()) hide_answer(text);
  if (std::string sentence = prediction_sentence(view); !sentence.empty())
    text.sentence = std::move(sentence);
  return text;
}

}  // namespace poolscope
