#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/background.h"
#include "app/workspaces/explore/explore_state.h"
#include "app/workspaces/feature_maps/layer_maps.h"

namespace poolscope {

/// One channel of a model's layer as Explore sees one: a document of its own, whose source is the
/// channel before the layer and whose output is the channel after it. So canvases, arithmetic and
/// the fields of parameters are Explore's own; what they do comes back as actions. Numbers are
/// those that the model gave.
class LayerScene {
 public:
  /// Once a frame.
  void update(const Ui& ui, const std::shared_ptr<const LayerMaps>& maps);

  /// Explore's ui of the scene; `ui` and the scene must outlive it.
  Ui inner(const Ui& ui);
  /// What is shown; empty before the first channel was read.
  const std::optional<StageView>& view() const { return view_; }
  ExploreState& state() { return state_; }
  const LayerMaps* maps() const { return shown_ ? shown_->maps.get() : nullptr; }
  /// What Explore's controls asked for since the last call.
  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }

 private:
  struct Key {
    std::uint64_t maps = 0;
    std::int64_t channel = 0, input_channel = 0;
    bool operator==(const Key&) const = default;
  };
  struct Scene {
    std::shared_ptr<const LayerMaps> maps;
    std::shared_ptr<const Evaluation> evaluation;  ///< Null where a side has no values.
  };
  static Scene make(const std::shared_ptr<const LayerMaps>& maps, const Key& key);
  void set_document(const Ui& ui);

  Background<Key, std::shared_ptr<const Scene>> work_;
  std::shared_ptr<const Scene> shown_;
  Document document_;
  PipelinePlan plan_;
  std::vector<Action> actions_;
  std::optional<StageView> view_;
  ExploreState state_;
};

}  // namespace poolscope
