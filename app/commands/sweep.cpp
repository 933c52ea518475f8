#include "core/analysis/sweep.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/commands/commands.h"
#include "app/commands/pool_request.h"
#include "app/commands/usage.h"
#include "app/number_text.h"
#include "core/engines/engine_list.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

constexpr const char* kSweepExamples =
    "Examples:\n"
    "  poolscope sweep --input grid.txt --layer 'MaxPool2d(2)' --over kernel_size=1..5 "
    "--over stride=1,2,3\n"
    "  poolscope sweep --input photo.png --layer 'MixedPool2d(2)' --over alpha=0,0.5,1 "
    "--measure deviation\n"
    "  poolscope sweep --input photo.png --layer 'MaxPool2d(2)' --over kernel_size=1..9 "
    "--csv sweep.csv\n"
    "With several layers the last one is swept, on what those before it give.";

struct SweepOptions {
  PoolRequest request;
  std::vector<std::string> over;
  SweepMeasure measure = SweepMeasure::output_cells;
  std::int64_t channel = 0;
  std::filesystem::path csv;
};

/// A finished sweep: its cells by the values of the axes.
struct SweepTable {
  std::vector<SweepAxis> axes;
  std::vector<SweepCell> cells;

  const std::vector<std::string>& down() const { return axes.front().values; }
  std::vector<std::string> across() const {
    return axes.size() > 1 ? axes.back().values : std::vector<std::string>{"value"};
  }
  const SweepCell& at(std::size_t row, std::size_t col) const {
    return cells[row * across().size() + col];
  }
};

/// An output's size as `3x3`, any other figure as a number, `-` without one.
std::string cell_text(const SweepCell& cell, SweepMeasure measure) {
  if (!cell.reason.empty()) return "-";
  if (measure == SweepMeasure::output_cells)
    return fmt::format("{}x{}", cell.shape.h, cell.shape.w);
  return number_text(cell.figure(measure));
}

void print_table(const SweepTable& table, SweepMeasure measure) {
  const auto across = table.across();
  std::vector<std::vector<std::string>> lines{{table.axes.front().parameter}};
  lines.front().insert(lines.front().end(), across.begin(), across.end());
  for (std::size_t row = 0; row < table.down().size(); ++row) {
    lines.push_back({table.down()[row]});
    for (std::size_t col = 0; col < across.size(); ++col)
      lines.back().push_back(cell_text(table.at(row, col), measure));
  }
  std::vector<std::size_t> widths(across.size() + 1, 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], character_count(line[i]));
  }
  for (const auto& line : lines) {
    std::string text = line.front() + std::string(widths[0] - character_count(line.front()), ' ');
    for (std::size_t i = 1; i < line.size(); ++i)
      text += "  " + std::string(widths[i] - character_count(line[i]), ' ') + line[i];
    fmt::print("{}\n", text);
  }
}

/// Each reason why settings have no output, once, with the first of them.
void print_reasons(const std::vector<SweepCell>& cells) {
  std::vector<std::string> told;
  for (const SweepCell& cell : cells) {
    if (cell.reason.empty() || std::ranges::find(told, cell.reason) != told.end()) continue;
    told.push_back(cell.reason);
    fmt::print("- {}\n", cell.reason);
  }
}

/// A field of a CSV line, quoted where it holds a comma or a quote.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
  std::string quoted;
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return fmt::format("\"{}\"", quoted);
}

std::string csv_text(const SweepTable& table) {
  std::string text;
  for (const SweepAxis& axis : table.axes) text += axis.parameter + ",";
  text += "rows,columns";
  for (const SweepMeasure measure : kSweepMeasures)
    text += fmt::format(",{}", sweep_measure_name(measure));
  text += ",reason\n";
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const SweepCell& cell = table.cells[i];
    const std::size_t across = table.across().size();
    text += csv_field(table.down()[i / across]);
    if (table.axes.size() > 1) text += "," + csv_field(table.axes.back().values[i % across]);
    text += cell.reason.empty() ? fmt::format(",{},{}", cell.shape.h, cell.shape.w) : ",,";
    for (const double figure : cell.figures)
      text += std::isnan(figure) ? std::string(",") : fmt::format(",{}", figure);
    text += "," + csv_field(cell.reason) + "\n";
  }
  return text;
}

/// The layer's plane that is asked for.
Result<std::int64_t> chosen_plane(const Tensor& input, std::int64_t channel) {
  const Shape& shape = input.shape();
  if (shape.n < 1) return failure("the batch is empty: there is nothing to sweep over");
  if (channel >= 0 && channel < shape.c) return channel;
  return failure(fmt::format("--channel {}: the layer reads {} channels; from 0 to {}", channel,
                             shape.c, shape.c - 1));
}

/// What the last layer reads. Itself it may be impossible as given: it is run with other values.
Result<Tensor> swept_input(const Engine& engine, const Pipeline& pipeline,
                           const LoadedArray& input) {
  const Trace trace = run_pipeline(engine, pipeline, input.tensor, input.form, {});
  if (!trace.error) return trace.stages.back().input;
  if (trace.failed_layer == pipeline.size() - 1) return trace.stages.back().values;
  return layer_error(*trace.error, trace.failed_layer);
}

Result<std::vector<SweepAxis>> parse_axes(const Layer& layer,
                                          const std::vector<std::string>& over) {
  std::vector<SweepAxis> axes;
  for (const std::string& text : over) {
    auto axis = parse_sweep_axis(layer, text);
    if (!axis) return tl::unexpected(axis.error());
    axes.push_back(std::move(*axis));
  }
  if (axes.size() > 1 && axes[0].parameter == axes[1].parameter) {
    return usage_error(
        fmt::format("--over {}: given twice; two different parameters", axes[0].parameter));
  }
  return axes;
}

Result<void> run(const SweepOptions& options) {
  const auto pipeline = parse_pipeline(options.request.layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const Layer& layer = pipeline->back().layer;
  auto axes = parse_axes(layer, options.over);
  if (!axes) return tl::unexpected(axes.error());
  const auto engine = find_engine(options.request.engine);
  if (!engine) return tl::unexpected(engine.error());
  const auto loaded = read_input(options.request.input);
  if (!loaded) return tl::unexpected(loaded.error());
  auto input = swept_input(**engine, *pipeline, *loaded);
  if (!input) return tl::unexpected(input.error());
  const auto plane = chosen_plane(*input, options.channel);
  if (!plane) return tl::unexpected(plane.error());
  auto layers = sweep_layers(layer, *axes);
  if (!layers) return tl::unexpected(layers.error());
  SweepTable table{std::move(*axes), std::vector<SweepCell>(layers->size())};
  const SweepRequest request{*engine, std::move(*input), *plane, layer, std::move(*layers)};
  auto done = run_sweep(request, {}, [&](std::size_t i, SweepCell cell) {
    cell.output = {};  // Only its figures are told, and many outputs could be large.
    table.cells[i] = std::move(cell);
  });
  if (!done) return done;
  if (!options.csv.empty()) {
    if (auto written = write_file(options.csv, csv_text(table)); !written) return written;
  }
  print_table(table, options.measure);
  print_reasons(table.cells);
  return {};
}

}  // namespace

Command add_sweep(CLI::App& program) {
  auto options = std::make_shared<SweepOptions>();
  CLI::App* sweep =
      program.add_subcommand("sweep", "Run a layer over the values of one or two parameters");
  sweep->footer(kSweepExamples);
  add_input_option(*sweep, options->request)->required();
  add_layer_option(*sweep, options->request)->required();
  sweep
      ->add_option("--over", options->over,
                   "A parameter and its values, NAME=1..5 or NAME=1,2,3; the first goes down the "
                   "table, a second across")
      ->type_name("VALUES")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->required();
  std::map<std::string, SweepMeasure> measures;
  for (const SweepMeasure measure : kSweepMeasures)
    measures.emplace(sweep_measure_name(measure), measure);
  sweep->add_option("--measure", options->measure, "The figure in the table; size where left out")
      ->transform(CLI::CheckedTransformer(measures))
      ->type_name("NAME");
  sweep
      ->add_option("--channel", options->channel,
                   "The channel of the first sample; 0 where left out")
      ->type_name("N");
  sweep->add_option("--csv", options->csv, "Also write every figure of every setting")
      ->type_name("FILE");
  add_engine_option(*sweep, options->request);
  return {
      sweep, [options]() -> Result<void> {
        if (options->over.size() > 2) {
          return usage_error(fmt::format("--over: {} parameters; at most 2", options->over.size()));
        }
        return run(*options);
      }};
}

}  // namespace poolscope
