#pragma once

#include <span>
#include <string_view>

namespace poolscope {

/// The name of `names` that takes the fewest edits (letters added, dropped or replaced; a change of
/// case counts little) to reach from `word`; empty if `names` is.
std::string_view nearest_name(std::string_view word, std::span<const std::string_view> names);

}  // namespace poolscope
