#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/workspaces/feature_maps/maps_state.h"
#include "app/workspaces/workspace.h"

namespace poolscope {

/// The Feature maps workspace: a model and its layers on the left, the maps before and after one of
/// them in the middle, another pool in its place and what that does to the answer on the right.
class FeatureMaps : public Workspace {
 public:
  void begin(const Ui& ui) override;
  void draw_left(const Ui& ui, const Rect& area) override;
  void draw_center(const Ui& ui, const Rect& area, bool inspector_folded) override;
  void draw_inspector_column(const Ui& ui, const Rect& area) override;
  StatusLine status(const Ui& ui) const override;
  std::optional<WorkspaceRun> run() const override;
  void cancel() override { state_.session.cancel(); }

 private:
  void save(const Ui& ui);
  bool draw_parts(const Ui& ui, const Rect& row);

  MapsState state_;
};

}  // namespace poolscope
