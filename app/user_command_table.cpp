#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/autosave.h"
#include "app/number_text.h"
#include "app/samples.h"
#include "app/user_command_lists.h"
#include "app/workspaces/workspace.h"

namespace poolscope {
namespace {

using Commands = std::vector<UserCommand>;

std::string no_layer(const Ui& ui) {
  return ui.document.pipeline.empty() ? "the pipeline has no layer yet" : "";
}

std::string no_output(const Ui& ui) {
  return ui.plan.error ? fmt::format("there is no output: {}", ui.plan.error->message) : "";
}

std::string no_grid(const Ui& ui) {
  return ui.document.source.is_grid() ? "" : "only a grid can be edited; choose Grid in Source";
}

/// A switch of the view.
UserCommand view_switch(std::string id, std::string title, bool View::*flag) {
  return {.id = std::move(id),
          .title = std::move(title),
          .group = "View",
          .run = [flag](const Ui& ui) { ui.edit_view([&](View& v) { v.*flag = !(v.*flag); }); },
          .is_on = [flag](const Ui& ui) { return ui.document.view.*flag; }};
}

UserCommand with(UserCommand command, KeyPress key, std::string about) {
  command.keys = {key};
  command.about = std::move(about);
  return command;
}

UserCommand theme(std::string id, std::string title, ThemeName name) {
  return {.id = std::move(id),
          .title = std::move(title),
          .group = "View",
          .run =
              [name](const Ui& ui) {
                ui.edit_view([&](View& v) {
                  v.theme = name;
                  v.projector = false;
                });
              },
          .is_on =
              [name](const Ui& ui) {
                return !ui.document.view.projector && ui.document.view.theme == name;
              }};
}

UserCommand scale(float size, bool begins_part = false) {
  const std::string text = number_text(static_cast<double>(size));
  return {.id = "scale/" + text,
          .title = "Scale " + text,
          .group = "View",
          .begins_part = begins_part,
          .run = [size](const Ui& ui) { ui.edit_view([&](View& v) { v.scale = size; }); },
          .is_on = [size](const Ui& ui) { return ui.document.view.scale == size; }};
}

/// The scale after or before `now` on a ladder of even steps.
float next_scale(float now, bool larger) {
  constexpr std::array kRungs{1.0F, 1.1F, 1.25F, 1.4F, 1.6F, 1.8F, 2.0F, 2.25F, 2.5F};
  if (larger) {
    const auto above = std::ranges::upper_bound(kRungs, now);
    return above == kRungs.end() ? kRungs.back() : *above;
  }
  const auto at = std::ranges::lower_bound(kRungs, now);
  return at == kRungs.begin() ? kRungs.front() : *(at - 1);
}

UserCommand scale_step(std::string id, std::string title, std::vector<KeyPress> keys, bool larger) {
  return {.id = std::move(id),
          .title = std::move(title),
          .group = "View",
          .keys = std::move(keys),
          .about = "Size of everything in the window",
          .run = [larger](const Ui& ui) {
            ui.edit_view([&](View& v) { v.scale = next_scale(v.scale, larger); });
          }};
}

/// Moves the current window; the canvases answer to it.
UserCommand step(std::string id, std::string title, std::vector<KeyPress> keys) {
  return {.id = std::move(id),
          .title = std::move(title),
          .group = "Window",
          .in_menu = false,
          .keys = std::move(keys),
          .why_not = no_output};
}

/// Those of File, Edit and View that only Explore answers to.
constexpr std::array<std::string_view, 13> kOfExplore{
    "export",     "code/copy",  "layer/add", "layer/duplicate", "layer/remove",
    "cells/edit", "grid/paste", "panels",    "engine",          "hide",
    "lens",       "overlay",    "zoom"};

Commands file_commands() {
  return {{.id = "open",
           .title = "Open…",
           .group = "File",
           .keys = {ctrl(Key::o)},
           .about = "A picture, a grid, an .npy file or a model",
           .run = [](const Ui& ui) { ui.memory.open_browser = true; }},
          {.id = "samples", .title = "Samples", .group = "File", .items = sample_commands},
          {.id = "recent",
           .title = "Recent",
           .group = "File",
           .why_not = [](const Ui& ui) { return ui.memory.recent.empty() ? "no file yet" : ""; },
           .items = recent_commands},
          {.id = "work/last",
           .title = "Last work",
           .group = "File",
           .about = "What was open when the program ended last",
           .run = [](const Ui& ui) { open_file(ui, Autosave::last_work()); },
           .why_not =
               [](const Ui&) {
                 std::error_code missing;
                 return std::filesystem::exists(Autosave::last_work(), missing) ? "" : "none yet";
               }},
          {.id = "save",
           .title = "Save",
           .group = "File",
           .begins_part = true,
           .keys = {ctrl(Key::s)},
           .about = "Input, pipeline, view and notes as a session",
           .run = [](const Ui& ui) { ui.memory.save_request = SaveRequest{}; }},
          {.id = "save/as",
           .title = "Save as…",
           .group = "File",
           .keys = {ctrl_shift(Key::s)},
           .run =
               [](const Ui& ui) {
                 ui.memory.save_request = SaveRequest{};
                 ui.memory.save_elsewhere = true;
               }},
          {.id = "export", .title = "Export", .group = "File", .items = export_commands},
          {.id = "code/copy",
           .title = "Copy as code",
           .group = "File",
           .keys = {ctrl_shift(Key::c)},
           .about = "The pipeline as its framework writes it, ready to run"},
          {.id = "quit",
           .title = "Quit",
           .group = "File",
           .begins_part = true,
           .keys = {ctrl(Key::q)},
           .run = [](const Ui& ui) { ui.memory.quit = true; }}};
}

Commands edit_commands() {
  return {{.id = "undo",
           .title = "Undo",
           .group = "Edit",
           .keys = {ctrl(Key::z)},
           .run = [](const Ui& ui) { ui.memory.undo = true; },
           .why_not = [](const Ui& ui) { return ui.can_undo ? "" : "nothing to undo"; }},
          {.id = "redo",
           .title = "Redo",
           .group = "Edit",
           .keys = {ctrl_shift(Key::z), ctrl(Key::y)},
           .run = [](const Ui& ui) { ui.memory.redo = true; },
           .why_not = [](const Ui& ui) { return ui.can_redo ? "" : "nothing to redo"; }},
          {.id = "layer/add",
           .title = "Add layer",
           .group = "Edit",
           .begins_part = true,
           .items = layer_commands},
          {.id = "layer/duplicate",
           .title = "Duplicate layer",
           .group = "Edit",
           .keys = {ctrl(Key::d)},
           .run = [](const Ui& ui) { ui.act(action::DuplicateLayer{ui.document.selected_layer}); },
           .why_not = no_layer},
          {.id = "layer/remove",
           .title = "Remove layer",
           .group = "Edit",
           .keys = {{Key::del}},
           .run = [](const Ui& ui) { ui.act(action::RemoveLayer{ui.document.selected_layer}); },
           .why_not = no_layer},
          {.id = "cells/edit",
           .title = "Edit cells",
           .group = "Edit",
           .begins_part = true,
           .keys = {{Key::f2}},
           .about = "Type into the grid: Enter goes down, Tab right, Esc leaves",
           .run =
               [](const Ui& ui) {
                 ui.act(action::SetEditCell{{!ui.document.edit.active, 0, 0}});
               },
           .why_not = no_grid,
           .is_on = [](const Ui& ui) { return ui.document.edit.active; }},
          {.id = "grid/paste",
           .title = "Paste a grid",
           .group = "Edit",
           .keys = {ctrl(Key::v)},
           .about = "A table of numbers from the clipboard becomes the input"}};
}

/// The whole input, or the whole channel.
void fit(const Ui& ui) {
  if (workspace_index(ui.document.workspace) != workspace_index(kFeatureMaps))
    return ui.act(action::SetCamera{});
  ModelView view = ui.document.model_view;
  view.zoom = 1.0;
  ui.act(action::SetModelView{view});
}

Commands view_commands() {
  const auto reset_scale = [](const Ui& ui) { ui.edit_view([](View& v) { v.scale = 1.0F; }); };
  return {theme("theme/dark", "Dark theme", ThemeName::dark),
          theme("theme/light", "Light theme", ThemeName::light),
          with(view_switch("projector", "Projector", &View::projector), {Key::p},
               "For the front of a class: light, large, and only what the class needs"),
          scale(1.0F, true),
          scale(1.25F),
          scale(1.6F),
          scale(2.0F),
          scale_step("scale/larger", "Larger", {ctrl(Key::plus), ctrl_shift(Key::plus)}, true),
          scale_step("scale/smaller", "Smaller", {ctrl(Key::minus)}, false),
          {.id = "scale/normal",
           .title = "Normal size",
           .group = "View",
           .in_menu = false,
           .keys = {ctrl(Key::n0)},
           .run = reset_scale},
          {.id = "colours",
           .title = "Colours",
           .group = "View",
           .begins_part = true,
           .items = color_commands},
          {.id = "panels", .title = "Panels", .group = "View", .items = panel_commands},
          {.id = "engine",
           .title = "Engine",
           .group = "View",
           .in_menu = false,
           .items = engine_commands},
          with(view_switch("values", "Values", &View::values), {Key::v}, "Numbers in the cells"),
          with(view_switch("indices", "Indices", &View::indices), {Key::i},
               "Row and column numbers around the canvases"),
          {.id = "hide",
           .title = "Hide outputs until asked",
           .group = "View",
           .keys = {{Key::h}},
           .about = "Predict, then reveal: outputs are covered until you ask for them",
           .why_not = no_output,
           .is_on = [](const Ui& ui) { return ui.document.prediction.hidden; }},
          {.id = "lens",
           .title = "Backward lens",
           .group = "View",
           .keys = {{Key::g}},
           .about = "Turn the panes round: how a gradient flows back",
           .why_not = no_output,
           .is_on = [](const Ui& ui) { return ui.document.lens.on; }},
          {.id = "overlay",
           .title = "Next overlay",
           .group = "View",
           .keys = {{Key::o}},
           .about = "On the windows canvas: values, coverage, overlap, dead cells"},
          {.id = "left",
           .title = "Left column",
           .group = "View",
           .keys = {{Key::f9}},
           .about = "Source, pipeline and parameters",
           .run = [](const Ui& ui) { ui.memory.toggle_left = true; },
           .is_on = [](const Ui& ui) { return ui.document.view.left_open; }},
          with(view_switch("inspector", "Inspector", &View::inspector_open), {Key::f10},
               "The arithmetic of the current window"),
          {.id = "fit",
           .title = "Fit",
           .group = "View",
           .begins_part = true,
           .keys = {{Key::f}},
           .about = "Fit the whole input",
           .run = fit},
          {.id = "zoom",
           .title = "Zoom to window",
           .group = "View",
           .keys = {{Key::z}},
           .about = "Bring the current window close",
           .why_not = no_output}};
}

Commands window_commands() {
  return {step("play", "Play or pause", {{Key::space}}),
          step("reveal", "Reveal this output", {{Key::r}}),
          step("reveal/all", "Reveal all outputs", {shift(Key::r)}),
          step("window/next", "Next window", {{Key::right}}),
          step("window/previous", "Previous window", {{Key::left}}),
          step("window/below", "Window below", {{Key::down}, shift(Key::right)}),
          step("window/above", "Window above", {{Key::up}, shift(Key::left)}),
          step("window/first", "First window", {{Key::home}}),
          step("window/last", "Last window", {{Key::end}})};
}

Commands help_commands() {
  return {{.id = "keys",
           .title = "Keys",
           .group = "Help",
           .keys = {{Key::f1}},
           .about = "Every key, by what it does",
           .run = [](const Ui& ui) { ui.memory.show_keys = !ui.memory.show_keys; }},
          {.id = "palette",
           .title = "All commands…",
           .group = "Help",
           .keys = {ctrl(Key::k)},
           .about = "Find anything by a few letters of its name",
           .run = [](const Ui& ui) { ui.memory.open_palette = true; }},
          {.id = "tour",
           .title = "Tour",
           .group = "Help",
           .about = "What is where, in a minute; Esc leaves it",
           .run = start_tour},
          {.id = "messages",
           .title = "Messages",
           .group = "Help",
           .about = "What the program has said in this session",
           .run = [](const Ui& ui) { ui.memory.show_log = true; }}};
}

}  // namespace

const std::vector<UserCommand>& command_table() {
  static const Commands table = [] {
    Commands all;
    for (const auto& part :
         {file_commands(), edit_commands(), view_commands(), workspace_commands(),
          only_in(kExplore, window_commands()), model_commands(), help_commands()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    for (UserCommand& command : all) {
      if (std::ranges::count(kOfExplore, command.id) > 0) command.workspace = kExplore;
    }
    return all;
  }();
  return table;
}

}  // namespace poolscope
