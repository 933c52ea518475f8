#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// A key that matters now.
struct Hint {
  std::string key;
  std::string_view meaning;
};
/// That of a command.
Hint hint_of(std::string_view command, std::string_view meaning);

/// What the status bar shows of a workspace.
struct StatusLine {
  enum class Tone { plain, current, error };
  /// The shapes that the data goes through, and which of them is shown.
  std::vector<std::pair<std::string, Tone>> chain;
  /// Label and value; without a label it is a warning.
  std::vector<std::pair<std::string_view, std::string>> facts;
  std::vector<Hint> hints;
};

/// Who computes for a workspace, where that is not the runner of the pipeline.
struct WorkspaceRun {
  std::string title;     ///< `LibTorch 1.13.1, cpu`.
  double seconds = 0.0;  ///< Of what is on screen.
  bool busy = false;
  double busy_seconds = 0.0;
};

/// One of the program's rooms: what fills the left column, the middle and the inspector.
class Workspace {
 public:
  virtual ~Workspace() = default;
  /// Once a frame while it is shown, before the parts below: what is shown, and its keys.
  virtual void begin(const Ui& ui) = 0;
  virtual void draw_left(const Ui& ui, const Rect& area) = 0;
  virtual void draw_center(const Ui& ui, const Rect& area, bool inspector_folded) = 0;
  virtual void draw_inspector_column(const Ui& ui, const Rect& area) = 0;
  virtual StatusLine status(const Ui& ui) const = 0;
  /// What the badge shows in place of the pipeline's run.
  virtual std::optional<WorkspaceRun> run() const { return {}; }
  /// Gives up what is under way.
  virtual void cancel() {}
};

/// A workspace's tab. A new one is a folder with its class, and its row in workspace.cpp; the keys
/// 1, 2, ... are given in the order of the rows.
struct WorkspaceRow {
  std::string_view id;     ///< For documents and tests: `feature-maps`.
  std::string_view title;  ///< On its tab.
  std::string_view about;  ///< One line that says what it is for.
  std::unique_ptr<Workspace> (*make)();
};
std::span<const WorkspaceRow> workspace_rows();
/// Where the row of that id lies; 0, the first one, for any other.
std::size_t workspace_index(std::string_view id);

inline constexpr std::string_view kExplore = "explore";
inline constexpr std::string_view kFeatureMaps = "feature-maps";

}  // namespace poolscope
