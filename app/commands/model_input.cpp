#include "app/commands/model_input.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/model_file.h"
#include "core/io/file.h"
#include "core/models/preprocess.h"

namespace poolscope {
namespace {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const PreprocessingPreset& preset : preprocessing_presets()) names.emplace_back(preset.name);
  return names;
}

Preprocessing preprocessing_of(const ModelInputOptions& options) {
  const auto preset =
      std::ranges::find(preprocessing_presets(), options.preset, &PreprocessingPreset::name);
  Preprocessing how = with_grey(preset->settings, options.grey);
  how.resize = options.resize.value_or(how.resize);
  how.crop = options.crop.value_or(how.crop);
  if (!options.mean.empty()) how.mean = options.mean;
  if (!options.std.empty()) how.std = options.std;
  return how;
}

}  // namespace

void add_model_input(CLI::App& part, ModelInputOptions& options) {
  part.add_option("-i,--input", options.path,
                  "What the model reads: an array (.npy, .npz, a tensor of torch.save) with the "
                  "axes that it wants, or a picture")
      ->type_name("FILE");
  part.add_option("--array", options.array, "Array of an .npz; the first where left out")
      ->type_name("NAME");
  part.add_option("--data-format", options.data_format,
                  "Where an array has its channels; they are put first")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"channels_first", "channels_last"}));
  part.add_option("--preset", options.preset, "How a picture is prepared; imagenet if left out")
      ->type_name("NAME")
      ->check(CLI::IsMember(preset_names()));
  part.add_option("--resize", options.resize, "Its shorter side; 0 keeps it")
      ->type_name("PIXELS")
      ->check(CLI::Range(0, 16384));
  part.add_option("--crop", options.crop, "The square in its middle; 0 keeps all")
      ->type_name("PIXELS")
      ->check(CLI::Range(0, 16384));
  part.add_option("--mean", options.mean, "Subtracted: one number, or one a channel")
      ->type_name("NUMBER")
      ->expected(1, 3);
  part.add_option("--std", options.std, "Divided by: one number, or one a channel")
      ->type_name("NUMBER")
      ->expected(1, 3);
  part.add_flag("--grey", options.grey, "One grey channel instead of three");
}

Result<ModelRequest> read_model_request(const ModelInputOptions& options) {
  const auto loaded = read_model_array(options.path, options.array);
  if (!loaded) return tl::unexpected(loaded.error());
  const bool is_last = options.data_format == "channels_last";
  auto input = model_input(*loaded, preprocessing_of(options),
                           is_last ? DataFormat::channels_last : DataFormat::channels_first);
  if (!input) return tl::unexpected(about_file(options.path, input.error()));
  return ModelRequest{std::move(input->values), std::move(input->axes)};
}

}  // namespace poolscope
