#include "app/workspaces/workspace.h"

#include <algorithm>

#include "app/user_command.h"
#include "app/workspaces/explore/explore.h"
#include "app/workspaces/feature_maps/feature_maps.h"

namespace poolscope {
namespace {

template <class T>
std::unique_ptr<Workspace> made() {
  return std::make_unique<T>();
}

constexpr WorkspaceRow kRows[] = {
    {kExplore, "Explore", "One layer, or a few, on a picture or a grid: window by window",
     made<Explore>},
    {kFeatureMaps, "Feature maps", "Inside a trained model: every map, and other pools in it",
     made<FeatureMaps>},
};

}  // namespace

Hint hint_of(std::string_view command, std::string_view meaning) {
  return {find_command(command).key(), meaning};
}

std::span<const WorkspaceRow> workspace_rows() { return kRows; }

std::size_t workspace_index(std::string_view id) {
  const auto found = std::ranges::find(kRows, id, &WorkspaceRow::id);
  return found == std::end(kRows) ? 0 : static_cast<std::size_t>(found - std::begin(kRows));
}

}  // namespace poolscope
