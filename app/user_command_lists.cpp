#include "app/user_command_lists.h"

#include <array>

#include "app/prover.h"
#include "app/samples.h"
#include "app/workspaces/explore/lab.h"
#include "core/engines/engine_list.h"

namespace poolscope {

std::vector<UserCommand> sample_commands(const Ui&) {
  std::vector<UserCommand> list;
  for (const Sample& sample : samples()) {
    list.push_back({.id = "samples/" + sample.name,
                    .title = sample.title,
                    .group = "Samples",
                    .about = sample.about,
                    .run = [path = sample.path](const Ui& ui) { open_file(ui, path); }});
  }
  return list;
}

std::vector<UserCommand> recent_commands(const Ui& ui) {
  std::vector<UserCommand> list;
  for (const auto& path : ui.memory.recent) {
    list.push_back({.id = "recent/" + path.string(),
                    .title = path.string(),
                    .group = "Recent",
                    .run = [path](const Ui& now) { open_file(now, path); }});
  }
  return list;
}

std::vector<UserCommand> export_commands(const Ui&) {
  std::vector<UserCommand> list;
  for (const SaveKind kind : kExports) {
    const std::string title(save_row(kind).title);
    list.push_back(
        {.id = "export/" + title, .title = title, .group = "Export", .run = [kind](const Ui& ui) {
           ui.memory.save_request = SaveRequest{kind};
         }});
  }
  return list;
}

std::vector<UserCommand> layer_commands(const Ui&) {
  constexpr std::array<std::pair<Framework, const char*>, 4> kFrameworks{
      {{Framework::pytorch, "PyTorch"},
       {Framework::keras, "Keras"},
       {Framework::onnx, "ONNX"},
       {Framework::research, "Research"}}};
  std::vector<UserCommand> list;
  for (const auto& [framework, title] : kFrameworks) {
    bool begins_part = framework != Framework::pytorch;
    for (const LayerKind* kind : layer_kinds()) {
      if (kind->framework != framework) continue;
      list.push_back(
          {.id = "add/" + std::string(kind->name),
           .title = std::string(kind->name),
           .group = title,
           .begins_part = std::exchange(begins_part, false),
           .run = [kind](const Ui& ui) { ui.act(action::AddLayer{starting_layer(*kind)}); }});
    }
  }
  return list;
}

std::vector<UserCommand> color_commands(const Ui&) {
  std::vector<UserCommand> list;
  for (const ColorMap map : kColorMaps) {
    list.push_back({.id = "map/" + std::string(color_map_name(map)),
                    .title = std::string(color_map_title(map)),
                    .group = "Colours",
                    .run = [map](const Ui& ui) { ui.edit_view([&](View& v) { v.map = map; }); },
                    .is_on = [map](const Ui& ui) { return ui.document.view.map == map; }});
  }
  struct Range {
    RangeScale range;
    const char *id, *title;
  };
  for (const Range entry : {Range{RangeScale::shared, "range/shared", "Shared range"},
                            Range{RangeScale::own, "range/own", "Own range a canvas"}}) {
    const RangeScale range = entry.range;
    list.push_back(
        {.id = entry.id,
         .title = entry.title,
         .group = "Colours",
         .begins_part = range == RangeScale::shared,
         .run = [range](const Ui& ui) { ui.edit_view([&](View& v) { v.range = range; }); },
         .is_on = [range](const Ui& ui) { return ui.document.view.range == range; }});
  }
  return list;
}

namespace {

/// To have the result on screen computed again, or to stop that.
UserCommand proof_command(const Ui& ui) {
  if (ui.prover.busy()) {
    return {.id = "proof/stop",
            .title = "Stop proving",
            .group = "Engine",
            .begins_part = true,
            .run = [](const Ui& now) { now.prover.cancel(); }};
  }
  return {.id = "proof",
          .title = "Prove it",
          .group = "Engine",
          .begins_part = true,
          .about = "The result on screen once more, by the reference and by LibTorch",
          .note = "by the reference and LibTorch",
          .run = [](const Ui& now) { now.prover.ask(now); },
          .why_not =
              [](const Ui& now) {
                const bool computed =
                    now.evaluation != nullptr && now.evaluation->engine != nullptr && !now.stale;
                return computed ? "" : "nothing has been computed yet";
              }};
}

}  // namespace

std::vector<UserCommand> engine_commands(const Ui& now) {
  std::vector<UserCommand> list;
  for (const EngineInfo& info : engine_infos()) {
    list.push_back(
        {.id = "engine/" + info.name,
         .title = info.name,
         .group = "Engine",
         .note = info.about,
         .run = [name = info.name](const Ui& ui) { ui.act(action::SetEngine{name}); },
         .why_not = [reason =
                         info.is_here ? std::string() : info.about](const Ui&) { return reason; },
         .is_on = [name = info.name](const Ui& ui) { return ui.document.engine == name; }});
  }
  list.push_back(proof_command(now));
  return list;
}

std::vector<UserCommand> panel_commands(const Ui&) {
  std::vector<UserCommand> list;
  for (const LabPanel& panel : lab_panels()) {
    const std::string id(panel.id);
    list.push_back({.id = "panel/" + id,
                    .title = std::string(panel.title),
                    .group = "Panels",
                    .about = std::string(panel.about),
                    .run = [id](const Ui& ui) { ui.edit_view([&](View& v) { v.lab = id; }); },
                    .is_on = [id](const Ui& ui) { return ui.document.view.lab == id; }});
  }
  return list;
}

}  // namespace poolscope
