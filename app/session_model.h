#pragma once

#include "app/model_document.h"
#include "app/session_fields.h"

/// What a session holds of Feature maps: one line a field, for writing and for reading.
namespace poolscope {

template <>
struct WordsOf<ChannelOrder> {
  static constexpr std::array<std::string_view, 5> kWords{"index", "mean", "maximum", "variance",
                                                          "dead"};
};
template <>
struct WordsOf<ChannelScale> {
  static constexpr std::array<std::string_view, 2> kWords{"own", "shared"};
};
template <>
struct TextOf<std::filesystem::path> {
  static std::string text(const std::filesystem::path& path) { return path.string(); }
  static Result<std::filesystem::path> parse(const std::string& text) {
    return std::filesystem::path(text);
  }
};
inline constexpr Limits kPictureSide{0.0, 16384.0};
inline constexpr Limits kChannels{1.0, 3.0};
inline constexpr Limits kMaxSwaps{0.0, 1000.0};
inline constexpr Limits kPlace{0.0, static_cast<double>(kMaxAxis)};
inline constexpr Limits kPart{0.0, 1.0};

template <class Io>
void fields(Io& io, Struct<Preprocessing> auto& how) {
  io.field("grey", how.grey);
  io.field("resize", how.resize, kPictureSide);
  io.field("crop", how.crop, kPictureSide);
  io.field("unit", how.unit);
  io.field("mean", how.mean, kChannels);
  io.field("std", how.std, kChannels);
}

template <class Io>
void fields(Io& io, Struct<ModelSwap> auto& swap) {
  io.required("layer", swap.layer);
  io.required("replacement", swap.replacement);
}

template <class Io>
void fields(Io& io, Struct<ModelSetup> auto& model) {
  io.field("path", model.model);
  io.field("input", model.input);
  io.field("labels", model.labels);
  io.field("preprocessing", model.preprocessing);
  io.field("member", model.member);
  io.field("data_format", model.data_format);
  io.field("device", model.device);
  io.field("swaps", model.swaps, kMaxSwaps);
}

template <class Io>
void fields(Io& io, Struct<ModelView> auto& view) {
  io.field("layer", view.layer);
  io.field("sample", view.sample, kPlace);
  io.field("channel", view.channel, kPlace);
  io.field("input_channel", view.input_channel, kPlace);
  io.field("row", view.row, Limits{-1.0, kPlace.high});
  io.field("col", view.col, Limits{-1.0, kPlace.high});
  io.field("cell_pinned", view.cell_pinned);
  io.field("order", view.order);
  io.field("scale", view.scale);
  io.field("pinned", view.pinned, kMaxSwaps);
  io.field("original", view.original);
  io.field("zoom", view.zoom, Limits{0.0, 1e6});
  io.field("center_y", view.center_y, kPart);
  io.field("center_x", view.center_x, kPart);
}

}  // namespace poolscope
