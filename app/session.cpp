#include "app/session.h"

#include <algorithm>
#include <cmath>

#include "app/actions.h"
#include "app/session_model.h"
#include "app/state_folder.h"
#include "core/engines/engine_list.h"
#include "core/io/file.h"
#include "core/io/number_text.h"
#include "core/pooling/layer_text.h"

namespace poolscope {

namespace fs = std::filesystem;
using nlohmann::json;

template <>
struct WordsOf<ThemeName> {
  static constexpr std::array<std::string_view, 2> kWords{"dark", "light"};
};
template <>
struct WordsOf<RangeScale> {
  static constexpr std::array<std::string_view, 2> kWords{"shared", "own"};
};
template <>
struct WordsOf<CoverageOverlay> {
  static constexpr std::array<std::string_view, 4> kWords{"values", "count", "overlap", "dead"};
};
template <>
struct WordsOf<ColorMap> {
  static constexpr std::array<std::string_view, kColorMaps.size()> kWords{
      "viridis", "magma", "cividis", "grey", "diverging"};
};
template <>
struct WordsOf<ShiftEdge> {
  static constexpr std::array<std::string_view, 3> kWords{"circular", "replicate", "zeros"};
};
template <>
struct WordsOf<PlaySpeed> {
  static constexpr std::array<std::string_view, 9> kWords{
      "automatic", "half", "normal", "twice", "fourfold", "row", "rows4", "rows16", "rows64"};
};
template <>
struct WordsOf<GradientSeed> {
  static constexpr std::array<std::string_view, 3> kWords{"ones", "cell", "typed"};
};
template <>
struct WordsOf<TiePolicy> {
  static constexpr std::array<std::string_view, 3> kWords{"winner", "split", "all"};
};
template <>
struct TextOf<Layer> {
  static std::string text(const Layer& layer) { return layer_text(layer); }
  static Result<Layer> parse(const std::string& text) { return parse_layer(text); }
};

/// Numbers between spaces: `0 12 3`; the last may be any float.
Result<std::vector<float>> numbers_in(const std::string& text) {
  std::vector<float> numbers;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const auto number = parse_number(text.substr(begin, end - begin));
    if (!number)
      return failure(fmt::format("'{}' is found; numbers between spaces are right", text));
    numbers.push_back(*number);
    begin = end + 1;
  }
  return numbers;
}

/// A number in an output cell, as `plane row column value`: infinities and NaN come back.
template <class Cell>
struct CellText {
  static std::string text(const Cell& cell) {
    return fmt::format("{} {} {} {}", cell.plane, cell.row, cell.col, cell.value);
  }
  static Result<Cell> parse(const std::string& text) {
    const auto numbers = numbers_in(text);
    if (!numbers) return tl::unexpected(numbers.error());
    const auto is_place = [](float n) {
      return n >= 0.0F && n <= 16777216.0F && n == std::floor(n);
    };
    if (numbers->size() != 4 || !std::all_of(numbers->begin(), numbers->begin() + 3, is_place)) {
      return failure(
          fmt::format("'{}' is found; a plane, a row, a column and a number are right", text));
    }
    const auto place = [&](std::size_t i) { return static_cast<std::int64_t>((*numbers)[i]); };
    return Cell{place(0), place(1), place(2), numbers->back()};
  }
};
template <>
struct TextOf<Guess> : CellText<Guess> {};
template <>
struct TextOf<OutputGradient::Cell> : CellText<OutputGradient::Cell> {};

/// What one layer's entry in the list of answers holds.
struct LayerAnswers {
  std::size_t layer = 0;
  std::vector<IndexRange> revealed;
  std::vector<Guess> guesses;
};

// What a session holds: one line a field, for writing and for reading. ---------------------------

constexpr Limits kCell{0.0, static_cast<double>(kMaxAxis)};
constexpr Limits kMove{-kCell.high, kCell.high};
constexpr Limits kShare{0.0, 1.0};
constexpr Limits kColumn{240.0, 480.0};
constexpr Limits kMaxLayers{0.0, 1000.0};
constexpr Limits kWindow{0.0, 1e15};
constexpr Limits kAnswers{0.0, 1e6};

template <class Io>
void fields(Io& io, Struct<PipelineLayer> auto& entry) {
  io.required("layer", entry.layer);
  io.field("enabled", entry.enabled);
}

template <class Io>
void fields(Io& io, Struct<SweepView> auto& sweep) {
  io.field("down", sweep.down);
  io.field("across", sweep.across);
  io.field("measure", sweep.measure);
}

template <class Io>
void fields(Io& io, Struct<View> auto& view) {
  io.field("theme", view.theme);
  io.field("scale", view.scale, Limits{1.0, 2.5});
  io.field("map", view.map);
  io.field("range", view.range);
  io.field("values", view.values);
  io.field("indices", view.indices);
  io.field("overlay", view.overlay);
  io.field("composite", view.composite);
  io.field("channel", view.channel, kCell);
  io.field("sample", view.sample, kCell);
  io.field("left_width", view.left_width, kColumn);
  io.field("inspector_width", view.inspector_width, kColumn);
  io.field("left_open", view.left_open);
  io.field("inspector_open", view.inspector_open);
  io.field("lab", view.lab);
  io.field("sweep", view.sweep);
  io.field("input_stage", view.input_stage, kCount);
  io.field("output_stage", view.output_stage, kCount);
}

template <class Io>
void fields(Io& io, Struct<Selection> auto& selection) {
  io.field("row", selection.row, kCell);
  io.field("col", selection.col, kCell);
  io.field("pinned", selection.pinned);
}

template <class Io>
void fields(Io& io, Struct<Camera> auto& camera) {
  io.field("zoom", camera.zoom, Limits{1.0, 1e6});
  io.field("center_y", camera.center_y, kShare);
  io.field("center_x", camera.center_x, kShare);
}

template <class Io>
void fields(Io& io, Struct<EditCell> auto& edit) {
  io.field("active", edit.active);
  io.field("row", edit.row, kCell);
  io.field("col", edit.col, kCell);
}

template <class Io>
void fields(Io& io, Struct<ShiftView> auto& shift) {
  io.field("y", shift.y, kMove);
  io.field("x", shift.x, kMove);
  io.field("down", shift.down);
  io.field("edge", shift.edge);
  io.field("aligned", shift.aligned);
}

template <class Io>
void fields(Io& io, Struct<Playback> auto& playback) {
  io.field("playing", playback.playing);
  io.field("speed", playback.speed);
}

template <class Io>
void fields(Io& io, Struct<IndexRange> auto& range) {
  io.field("begin", range.begin, kWindow);
  io.field("end", range.end, kWindow);
}

template <class Io>
void fields(Io& io, Struct<LayerAnswers> auto& answers) {
  io.field("layer", answers.layer, kCount);
  io.field("revealed", answers.revealed, kAnswers);
  io.field("guesses", answers.guesses, kAnswers);
}

template <class Io>
void fields(Io& io, Struct<Prediction> auto& prediction) {
  io.field("hidden", prediction.hidden);
  std::vector<LayerAnswers> list;
  for (const auto& [layer, answers] : prediction.layers)
    list.push_back({layer, answers.revealed.ranges(), answers.guesses});
  io.field("layers", list, kMaxLayers);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(prediction)>>) {
    prediction.layers.clear();
    for (const LayerAnswers& entry : list) {
      Answers& answers = prediction.layers[entry.layer];
      for (const IndexRange& range : entry.revealed) answers.revealed.add(range);
      answers.guesses = entry.guesses;
    }
  }
}

template <class Io>
void fields(Io& io, Struct<Lens> auto& lens) {
  io.field("on", lens.on);
  io.field("seed", lens.seed);
  io.field("ties", lens.ties);
  io.field("to_source", lens.to_source);
  io.field("typed", lens.typed, kAnswers);
}

template <class Io>
void fields(Io& io, Struct<Document> auto& document) {
  io.field("workspace", document.workspace);
  io.field("pipeline", document.pipeline, kMaxLayers);
  io.field("pipeline_b", document.pipeline_b, kMaxLayers);
  io.field("selected_layer", document.selected_layer, kCount);
  io.field("engine", document.engine);
  io.field("view", document.view);
  io.field("selection", document.selection);
  io.field("camera", document.camera);
  io.field("edit", document.edit);
  io.field("shift", document.shift);
  io.field("playback", document.playback);
  io.field("prediction", document.prediction);
  io.field("lens", document.lens);
  io.field("model", document.model);
  io.field("model_view", document.model_view);
  io.field("notes", document.notes, Limits{0.0, kMaxNotes});
}

namespace {

constexpr const char* kFormat = "poolscope session";
/// A larger file is no session of ours: kLargestEmbedded as base64, and room for the rest.
constexpr std::int64_t kMaxSessionBytes = std::int64_t{128} << 20;

Result<void> check_head(const json& whole) {
  if (!whole.is_object()) {
    return failure(fmt::format("{} is found; a session is an object", shown_json(whole)));
  }
  const auto format = whole.find("format");
  if (format == whole.end() || *format != kFormat) {
    return failure(fmt::format("no session: \"format\" is not \"{}\"", kFormat));
  }
  const auto version = whole.find("version");
  if (version == whole.end()) return failure("version is missing");
  if (!version->is_number_integer() || *version < 1) {
    return tl::unexpected(field_error("version", *version, "a whole number from 1"));
  }
  if (*version > kSessionVersion) {
    return failure(fmt::format("version {} is newer than this program reads ({}); update Poolscope",
                               json_text(*version), kSessionVersion));
  }
  if (!whole.contains("source")) return failure("source is missing");
  return {};
}

/// What no field can tell by itself.
Result<void> check_whole(const Document& document) {
  const std::size_t layers = document.pipeline.size();
  if (document.selected_layer >= std::max<std::size_t>(layers, 1)) {
    return failure(fmt::format("selected_layer: {} is found; the pipeline has {} layers",
                               document.selected_layer, layers));
  }
  const auto engines = engine_names();
  if (std::find(engines.begin(), engines.end(), document.engine) == engines.end()) {
    return tl::unexpected(
        field_error("engine", document.engine, fmt::format("one of {}", fmt::join(engines, ", "))));
  }
  const Shape& shape = document.source.array.tensor.shape();
  const EditCell& edit = document.edit;
  if (edit.active && (!document.source.is_grid() || edit.row >= shape.h || edit.col >= shape.w)) {
    return failure(
        fmt::format("edit: row {}, column {} is no cell of a typed grid", edit.row, edit.col));
  }
  return {};
}

}  // namespace

bool is_session_name(const fs::path& path) { return path.extension() == kSessionExtension; }

Result<std::string> session_text(const Document& document, const SessionPlace& place) {
  if (static_cast<double>(document.pipeline.size()) > kMaxLayers.high) {
    return failure(fmt::format("{} layers; a session holds at most {}", document.pipeline.size(),
                               kMaxLayers.high));
  }
  auto source = source_json(document.source, place);
  if (!source) return tl::unexpected(source.error());
  json whole = FieldWriter::written(document);
  whole["format"] = kFormat;
  whole["version"] = kSessionVersion;
  whole["source"] = std::move(*source);
  // Our own copies know which session they are of.
  if (!place.confined) whole["session"] = document.session.string();
  return json_text(whole, 1) + "\n";
}

std::string work_text(const Document& document) {
  Document work = document;
  work.workspace.clear();
  work.model_view = {};
  work.selection = {};
  work.camera = {};
  work.edit = {};
  work.selected_layer = 0;
  json whole = FieldWriter::written(work);
  whole["source"] = {document.source.path.string(), document.source.array.name,
                     document.source.luma};
  return json_text(whole);
}

Result<OpenedSession> parse_session(std::string_view text, const SessionPlace& place) {
  const auto whole = parse_json(text);
  if (!whole) return tl::unexpected(whole.error());
  if (auto head = check_head(*whole); !head) return tl::unexpected(head.error());
  OpenedSession opened;
  if (auto read = FieldReader::read(*whole, "", opened.document); !read)
    return tl::unexpected(read.error());
  auto source = source_of_json((*whole)["source"], place);
  if (!source) return tl::unexpected(source.error());
  opened.document.source = std::move(source->source);
  opened.notes = std::move(source->notes);
  if (auto checked = check_whole(opened.document); !checked) return tl::unexpected(checked.error());
  const auto session = whole->find("session");
  if (!place.confined && session != whole->end() && session->is_string())
    opened.document.session = session->get<std::string>();
  return opened;
}

Result<void> save_session(const Document& document, const fs::path& path) {
  const auto text = session_text(document, {path.parent_path()});
  if (!text) return tl::unexpected(about_file(path, text.error()));
  return write_file(path, *text);
}

Result<OpenedSession> open_session(const fs::path& path) {
  std::error_code unknown;
  const auto size = fs::file_size(path, unknown);
  if (!unknown && size > static_cast<std::uintmax_t>(kMaxSessionBytes)) {
    return failure(fmt::format("{}: {} MiB is found; a session has at most {} MiB", path.string(),
                               size >> 20, kMaxSessionBytes >> 20));
  }
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  const bool own = is_own_file(path);
  auto opened = parse_session(text_of(*bytes), {path.parent_path(), !own});
  if (!opened) return tl::unexpected(about_file(path, opened.error()));
  if (!own) opened->document.session = fs::absolute(path, unknown).lexically_normal();
  return opened;
}

}  // namespace poolscope
