#pragma once

#include <string>

#include "app/workspaces/explore/stage_view.h"

namespace poolscope {

/// The guess at the current window of the channel shown, or null.
const Guess* current_guess(const StageView& view);

/// Whether a guess says what the engine computed, to the digits that the interface shows.
bool is_right(const StageView& view, const Guess& guess);

/// How many guesses are right: `3 of 5 right`; empty without a guess.
std::string guess_tally(const StageView& view);

/// `Right: 6.`, or what is wrong with it and the likely cause, without telling the answer.
std::string guess_sentence(const StageView& view, const Guess& guess);

}  // namespace poolscope
