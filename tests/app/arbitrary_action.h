#pragma once

#include <rapidcheck.h>

#include "tests/app/documents.h"
#include "tests/pooling/arbitrary_layer.h"

namespace poolscope {

/// Any action, fitting or not. To be used inside a property only.
class ArbitraryAction {
 public:
  Action operator()() const {
    Action action;
    action.change = change();
    action.gesture = *rc::gen::element<std::uint64_t>(0, 0, 1, 2);
    return action;
  }

 private:
  using Change = decltype(Action::change);

  Change change() const {
    const int kind = *rc::gen::inRange(0, 32);
    if (kind < 5) return source_change(kind);
    if (kind < 13) return pipeline_change(kind);
    return kind < 28 ? view_change(kind) : model_change(kind);
  }

  Change source_change(int kind) const {
    switch (kind) {
      case 0: {
        const bool typed = *rc::gen::arbitrary<bool>();
        const Source source = typed ? counting_grid(size(), size())
                                    : picture_source(*rc::gen::inRange(1, 5), size(), size());
        return action::OpenSource{source.array, source.path};
      }
      case 1:
        return action::SetCell{size() - 2, size() - 2, *rc::gen::element(0.0F, -0.0F, 7.5F)};
      case 2:
        return action::ResizeGrid{*rc::gen::inRange(-1, 66), *rc::gen::inRange(-1, 66)};
      case 3:
        return action::FillGrid{static_cast<FillPattern>(*rc::gen::inRange(0, 7)),
                                *rc::gen::arbitrary<std::uint32_t>()};
      default:
        return action::SetLuma{*rc::gen::arbitrary<bool>()};
    }
  }

  Change pipeline_change(int kind) const {
    switch (kind) {
      case 5:
        return action::AddLayer{arbitrary_layer(3)};
      case 6:
        return action::RemoveLayer{index()};
      case 7:
        return action::DuplicateLayer{index()};
      case 8:
        return action::MoveLayer{index(), index()};
      case 9:
        return action::EnableLayer{index(), *rc::gen::arbitrary<bool>()};
      case 10:
        return action::SelectLayer{index()};
      case 11:
        return action::SetLayer{index(), arbitrary_layer(3)};
      default: {
        Pipeline pipeline;
        for (std::size_t i = index(); i > 0; --i) pipeline.push_back({arbitrary_layer(3), true});
        return action::SetPipeline{pipeline};
      }
    }
  }

  Change view_change(int kind) const {
    switch (kind) {
      case 13: {
        View view;
        view.scale = *rc::gen::element(0.0F, 1.0F, 1.5F, 9.0F);
        view.values = *rc::gen::arbitrary<bool>();
        return action::SetView{view};
      }
      case 14:
        return action::SetEngine{*rc::gen::element<std::string>("auto", "reference", "cpu")};
      case 15:
        return action::SetSelection{{size(), size(), *rc::gen::arbitrary<bool>()}};
      case 16:
        return action::SetCamera{{share() * 20.0, share() * 3.0 - 1.0, share() * 3.0 - 1.0}};
      case 17:
        return action::SetShift{{.y = size(), .x = size(), .down = *rc::gen::arbitrary<bool>()}};
      case 18:
        return action::SetPlayback{{*rc::gen::arbitrary<bool>(), PlaySpeed::fourfold}};
      case 19:
        return action::PlayTo{size() - 2, size(), size() - 1};
      case 20:
        return action::HideOutputs{*rc::gen::arbitrary<bool>()};
      case 21:
        return action::RevealOutputs{{size() - 2, size()}};
      case 22:
        return action::GuessOutput{{size() - 2, size() - 2, size() - 2, 0.5F}};
      case 23:
        return action::SetLens{
            {*rc::gen::arbitrary<bool>(), GradientSeed::cell, TiePolicy::all, false, {}}};
      case 24:
        return action::SetGradientCell{{size() - 2, size() - 2, size() - 2, 0.5F}};
      case 25:
        return action::SetPipelineB{*rc::gen::arbitrary<bool>()
                                        ? std::optional(Pipeline{{arbitrary_layer(3), true}})
                                        : std::nullopt};
      case 26:
        return action::SwapPipelines{};
      default:
        return action::SetEditCell{{*rc::gen::arbitrary<bool>(), size() - 2, size() - 2}};
    }
  }

  Change model_change(int kind) const {
    const std::string layer = *rc::gen::element<std::string>("", "features.pool1", "pool2");
    switch (kind) {
      case 28:
        return action::SetWorkspace{
            *rc::gen::element<std::string>("explore", "feature-maps", "attic")};
      case 29:
        return action::OpenModel{
            *rc::gen::element<std::string>("", "/models/a.pt", "/models/b.pt")};
      case 30:
        return action::SwapModelLayer{
            layer, *rc::gen::arbitrary<bool>() ? std::optional(arbitrary_layer(3)) : std::nullopt};
      default: {
        ModelView view;
        view.layer = layer;
        view.channel = size() - 2;
        view.zoom = share() * 4.0;
        return action::SetModelView{view};
      }
    }
  }

  static std::int64_t size() { return *rc::gen::inRange<std::int64_t>(1, 12); }
  static std::size_t index() { return *rc::gen::inRange<std::size_t>(0, 5); }
  static double share() { return *rc::gen::inRange(0, 101) / 100.0; }
};

}  // namespace poolscope
