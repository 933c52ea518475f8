#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

/// Who runs a layer that an engine is asked for, as a cell of the table.
std::string cell(const Engine& engine, const LoweredLayer& lowered, const Shape& input) {
  const bool in_network =
      std::holds_alternative<Convolution>(lowered) || std::holds_alternative<Pointwise>(lowered);
  if (in_network) return engine.has_network_layers() ? "yes" : "by cpu";
  const auto pools = pools_of(lowered);
  if (pools.empty()) return engine.name() == "reference" ? "yes" : "by reference";
  for (const LoweredPool& pool : pools) {
    if (engine.refuses(input, pool, {.winners = pool.has_winners()})) return "by cpu";
  }
  return "yes";
}

std::string row(const LayerKind& kind, const std::vector<const Engine*>& engines) {
  const Shape input{1, 1, kind.axes == 1 ? 1 : 16, 16};
  const auto lowered = lower_layer(starting_layer(kind), input);
  POOLSCOPE_CHECK(lowered.has_value());
  std::string text = fmt::format("| {} |", kind.name);
  for (const Engine* engine : engines) text += fmt::format(" {} |", cell(*engine, *lowered, input));
  return text;
}

Result<void> print_table() {
  std::vector<const Engine*> engines;
  std::string head = "| layer |", rule = "| --- |", missing;
  for (const std::string& name : engine_names()) {
    if (name == "auto") continue;
    const auto engine = open_engine(name);
    if (!engine) {
      missing += fmt::format("{}: {}\n", name, engine.error().message);
      continue;
    }
    engines.push_back(*engine);
    head += fmt::format(" {} |", name);
    rule += " --- |";
  }
  fmt::print("{}\n{}\n", head, rule);
  for (const LayerKind* kind : layer_kinds()) fmt::print("{}\n", row(*kind, engines));
  if (!missing.empty()) fmt::print("\nNot here:\n{}", missing);
  return {};
}

}  // namespace

Command add_engines(CLI::App& program) {
  CLI::App* engines = program.add_subcommand(
      "engines", "Print which engine runs which layer itself, as a Markdown table");
  return {engines, [] { return print_table(); }};
}

}  // namespace poolscope
