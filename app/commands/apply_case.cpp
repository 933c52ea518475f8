#include "app/commands/apply_case.h"

#include <fmt/format.h>

#include "app/commands/pool_request.h"
#include "app/commands/staged_file.h"
#include "core/io/image_io.h"
#include "core/io/npy.h"
#include "core/pooling/layer.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;

/// Errors: another extension than those allowed, no folder to write to, a folder of that name.
Result<void> check_target(const fs::path& path, std::string_view option,
                          std::initializer_list<std::string_view> extensions) {
  const std::string extension = path.extension().string();
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) {
    return failure(fmt::format("{} {}: the name must end in {}", option, path.string(),
                               fmt::join(extensions, " or ")));
  }
  std::error_code ignored;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) {
    return failure(
        fmt::format("{} {}: there is no folder {}", option, path.string(), folder.string()));
  }
  if (fs::is_directory(path, ignored)) {
    return failure(fmt::format("{} {} is a folder; a file name is needed", option, path.string()));
  }
  return {};
}

/// Whether both names lead to one file, by whatever links and folders.
bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  const auto resolved = [&](const fs::path& path) {
    return fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  };
  return fs::equivalent(a, b, ignored) || resolved(a) == resolved(b);
}

Result<void> check_targets(const ApplyCase& job) {
  if (auto output = check_target(job.output, "output", {".npy", ".png"}); !output) return output;
  if (!job.indices) return {};
  if (auto indices = check_target(*job.indices, "indices", {".npy"}); !indices) return indices;
  if (same_file(job.output, *job.indices)) {
    return failure(fmt::format("output and indices are the same file, {}; two are needed",
                               job.output.string()));
  }
  return {};
}

/// Errors: a layer that cannot run, or indices asked of a last layer that has no winners.
Result<void> check_layers(const ApplyCase& job, const LoadedArray& input) {
  const PipelinePlan plan = plan_pipeline(job.pipeline, input.tensor.shape(), input.form);
  if (plan.error) return layer_error(*plan.error, plan.failed_layer);
  const std::optional<LoweredLayer>& last = plan.stages.back().lowered;
  if (job.indices && !(last && has_winners(*last))) {
    return failure(fmt::format("indices: layer {}, {}, has no winners; max, min and median have",
                               job.pipeline.size(), job.pipeline.back().layer.kind->name));
  }
  return {};
}

Result<void> write_output(const ApplyCase& job, const Stage& stage) {
  if (job.output.extension() == ".png") return write_png(job.output, stage.values);
  const auto ordered = to_array_order(stage.values, stage.plan.form);
  if (!ordered) return tl::unexpected(ordered.error());
  return write_npy(job.output, ordered->values(), array_axes(stage.plan.shape, stage.plan.form));
}

Result<void> write_indices(const fs::path& path, const Layer& layer, const Stage& stage) {
  const auto indices = framework_indices(layer, *stage.winners, stage.plan.input_shape);
  if (!indices) return tl::unexpected(indices.error());
  const auto ordered = to_array_order(*indices, stage.plan.form);
  if (!ordered) return tl::unexpected(ordered.error());
  return write_npy(path, ordered->values(), array_axes(stage.plan.shape, stage.plan.form));
}

/// Both files or none: the indices wait beside their place until the output is in its own.
Result<void> write_files(const ApplyCase& job, const Stage& last) {
  if (!job.indices) return write_output(job, last);
  StagedFile indices(*job.indices);
  if (auto written = write_indices(indices.path(), job.pipeline.back().layer, last); !written) {
    return written;
  }
  if (auto written = write_output(job, last); !written) return written;
  return indices.commit();
}

}  // namespace

Result<Applied> apply_case(const ApplyCase& job, const Engine& engine) {
  if (auto targets = check_targets(job); !targets) return tl::unexpected(targets.error());
  const auto input = read_input(job.input);
  if (!input) return tl::unexpected(input.error());
  if (auto layers = check_layers(job, *input); !layers) return tl::unexpected(layers.error());

  const auto trace = run_whole(engine, job.pipeline, *input, {.winners = job.indices.has_value()});
  if (!trace) return tl::unexpected(trace.error());
  const Stage& last = trace->stages.back();
  if (auto written = write_files(job, last); !written) return tl::unexpected(written.error());

  Applied applied{array_axes(last.plan.shape, last.plan.form), input->notes};
  for (const Stage& stage : trace->stages) {
    applied.notes.insert(applied.notes.end(), stage.plan.notes.begin(), stage.plan.notes.end());
  }
  return applied;
}

}  // namespace poolscope
