#include "app/workspaces/explore/guess_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/number_text.h"
#include "core/analysis/likely_mistakes.h"

namespace poolscope {
namespace {

/// `MaxPool2d takes the largest cell`: the rest of the sentence.
std::string_view what_it_takes(const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
      return "takes the largest cell";
    case Reduction::min:
      return "takes the smallest cell";
    case Reduction::median:
      return "takes the middle cell";
    case Reduction::mean:
      return "divides the sum of the cells";
    case Reduction::power:
      return "takes the root of a sum of powers";
    case Reduction::mixed:
      return "mixes the largest cell and the average";
    case Reduction::stochastic:
      return pool.sampled ? "draws one cell" : "weighs each cell by its share";
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return "lets large cells weigh more";
    case Reduction::weighted:
      return "adds up the cells by their weights";
  }
  return "";
}

/// What was done instead, as `that is ...`; empty for a slip that no words explain.
std::string mistake_text(const MistakenValue& slip) {
  switch (slip.mistake) {
    case Mistake::largest:
      return "the largest cell of the window";
    case Mistake::smallest:
      return "the smallest cell of the window";
    case Mistake::average:
      return "the average of the window";
    case Mistake::sum:
      return "the sum of the window, not divided";
    case Mistake::middle:
      return "the middle cell in order of size";
    case Mistake::all_taps_counted:
      return "the sum divided by all cells of the window, also those outside the input";
    case Mistake::inside_counted:
      return "the sum divided by the cells inside the input, without the padding";
    case Mistake::no_root:
      return "the sum of powers, before the root is taken";
    case Mistake::zero_from_padding:
      return "a 0 from the padding, which takes no part here";
    case Mistake::rounded:
      return "close, but rounded too early";
    case Mistake::swapped_axes:
      return fmt::format("the result of window ({}, {}): row and column are swapped", slip.row,
                         slip.col);
    case Mistake::stride_forgotten:
      return "what the window gives when it moves by one cell a step: mind the stride";
    case Mistake::neighbour:
      return fmt::format("the result of the window beside it, ({}, {})", slip.row, slip.col);
  }
  return {};
}

/// What can be said of a number that no usual slip gives: that it lies outside the window's cells.
std::string range_hint(const LoweredPool& pool, const std::vector<MistakenValue>& slips,
                       double guess) {
  const bool within_cells = pool.has_winners() || pool.reduction == Reduction::mixed ||
                            pool.reduction == Reduction::softmax;
  const auto low = std::ranges::find(slips, Mistake::smallest, &MistakenValue::mistake);
  const auto high = std::ranges::find(slips, Mistake::largest, &MistakenValue::mistake);
  if (!within_cells || low == slips.end() || high == slips.end()) return {};
  if (guess >= low->value && guess <= high->value) return {};
  return fmt::format("the cells of this window go from {} to {}", number_text(low->value),
                     number_text(high->value));
}

/// The usual slip that gives just this number, in words.
std::string likely_cause(const StageView& view, const Guess& guess) {
  if (view.pool == nullptr) return {};
  const WindowPlace place{guess.plane, guess.row, guess.col};
  const auto slips = mistaken_values(*view.pool, view.input, view.output->values, place);
  const auto value = static_cast<double>(guess.value);
  const std::string layer = fmt::format("{} {}", view.layer->kind->name, what_it_takes(*view.pool));
  for (const MistakenValue& slip : slips) {
    if (!reads_as(value, slip.value)) continue;
    const std::string text = mistake_text(slip);
    const bool other_reduction = slip.mistake <= Mistake::middle;
    return other_reduction ? fmt::format("that is {}; {}", text, layer) : "that is " + text;
  }
  const std::string range = range_hint(*view.pool, slips, value);
  return range.empty() ? layer : fmt::format("{}, and {}", layer, range);
}

}  // namespace

const Guess* current_guess(const StageView& view) {
  if (view.answers == nullptr) return nullptr;
  const auto& guesses = view.answers->guesses;
  const auto found = std::ranges::find_if(guesses, [&](const Guess& guess) {
    return guess.is_at(view.plane, view.selection.row, view.selection.col);
  });
  return found == guesses.end() ? nullptr : &*found;
}

bool is_right(const StageView& view, const Guess& guess) {
  const Shape& shape = view.output->values.shape();
  if (guess.plane >= shape.planes() || guess.row >= shape.h || guess.col >= shape.w) return false;
  const auto plane = view.output->values.plane(guess.plane);
  const float value = plane[static_cast<std::size_t>(guess.row * shape.w + guess.col)];
  return reads_as(static_cast<double>(guess.value), static_cast<double>(value));
}

std::string guess_tally(const StageView& view) {
  if (view.answers == nullptr || view.answers->guesses.empty()) return {};
  const auto& guesses = view.answers->guesses;
  const auto right =
      std::ranges::count_if(guesses, [&](const Guess& guess) { return is_right(view, guess); });
  return fmt::format("{} of {} right", right, guesses.size());
}

std::string guess_sentence(const StageView& view, const Guess& guess) {
  const std::string value = number_text(static_cast<double>(guess.value));
  if (is_right(view, guess)) return fmt::format("Right: {}.", value);
  const std::string cause = likely_cause(view, guess);
  return cause.empty() ? fmt::format("{} is wrong.", value)
                       : fmt::format("{} is wrong: {}.", value, cause);
}

}  // namespace poolscope
