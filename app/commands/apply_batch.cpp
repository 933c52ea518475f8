#include "app/commands/apply_batch.h"

#include <fmt/format.h>

#include "app/commands/apply_case.h"
#include "app/commands/pool_request.h"
#include "app/commands/usage.h"
#include "core/io/json_io.h"

namespace poolscope {
namespace {

using Json = nlohmann::json;

Result<Json> read_cases(const std::filesystem::path& file) {
  auto cases = read_json(file);
  if (cases && !cases->is_array()) {
    return failure(fmt::format("{}: holds a JSON {}; an array of cases is needed", file.string(),
                               cases->type_name()));
  }
  return cases;
}

/// The text under `key`. Errors: missing, or something else than a text.
Result<std::string> text_of(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end()) return failure(fmt::format("\"{}\" is missing", key));
  if (!found->is_string()) {
    return failure(fmt::format("\"{}\" is a JSON {}; a text is needed", key, found->type_name()));
  }
  return found->get<std::string>();
}

/// The layers under "layer", which is a text or a list of texts.
Result<std::vector<std::string>> layers_of(const Json& entry) {
  const auto found = entry.find("layer");
  if (found == entry.end() || !found->is_array()) {
    return text_of(entry, "layer").map([](std::string text) {
      return std::vector{std::move(text)};
    });
  }
  std::vector<std::string> layers;
  for (const Json& layer : *found) {
    if (!layer.is_string()) {
      return failure(fmt::format("\"layer\" lists a JSON {}; texts are needed", layer.type_name()));
    }
    layers.push_back(layer.get<std::string>());
  }
  if (layers.empty()) return failure("\"layer\" is an empty list; one layer at least is needed");
  return layers;
}

Result<void> check_keys(const Json& entry) {
  if (!entry.is_object()) {
    return failure(fmt::format("a case is a JSON {}; an object is needed", entry.type_name()));
  }
  for (const auto& [key, value] : entry.items()) {
    if (key != "input" && key != "layer" && key != "output" && key != "indices") {
      return failure(
          fmt::format("unknown key \"{}\"; input, layer, output and indices are known", key));
    }
  }
  return {};
}

Result<ApplyCase> case_of(const Json& entry, const std::filesystem::path& folder) {
  if (auto keys = check_keys(entry); !keys) return tl::unexpected(keys.error());
  const auto layers = layers_of(entry);
  if (!layers) return tl::unexpected(layers.error());
  auto pipeline = parse_pipeline(*layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const auto input = text_of(entry, "input");
  if (!input) return tl::unexpected(input.error());
  const auto output = text_of(entry, "output");
  if (!output) return tl::unexpected(output.error());
  ApplyCase job{folder / *input, std::move(*pipeline), folder / *output, {}};
  if (entry.contains("indices")) {
    const auto indices = text_of(entry, "indices");
    if (!indices) return tl::unexpected(indices.error());
    job.indices = folder / *indices;
  }
  return job;
}

/// The line that answers one case.
Json run_case(const Json& entry, const std::filesystem::path& folder, const Engine& engine) {
  const auto applied = case_of(entry, folder).and_then([&](const ApplyCase& job) {
    return apply_case(job, engine);
  });
  if (!applied) return {{"error", one_line(applied.error().message)}};
  return {{"output", entry["output"]}, {"shape", applied->axes}};
}

}  // namespace

Result<void> apply_batch(const std::filesystem::path& file, const Engine& engine) {
  const auto cases = read_cases(file);
  if (!cases) return tl::unexpected(cases.error());
  std::size_t failed = 0;
  for (const Json& entry : *cases) {
    const Json line = run_case(entry, file.parent_path(), engine);
    failed += line.contains("error") ? 1 : 0;
    fmt::print("{}\n", json_text(line));
  }
  if (failed > 0) return failure(fmt::format("{} of {} cases failed", failed, cases->size()));
  return {};
}

}  // namespace poolscope
