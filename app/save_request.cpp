#include "app/save_request.h"

#include <array>

namespace poolscope {

const SaveRow& save_row(SaveKind kind) {
  static const std::array<SaveRow, 10> kRows{{
      {SaveKind::session, "Session", ".poolscope", {}},
      {SaveKind::png, "Picture of the window", ".png", {"png", "--scale", "2"}},
      {SaveKind::input_png,
       "Picture of the input",
       ".png",
       {"png", "--canvas", "input", "--scale", "2"}},
      {SaveKind::windows_png,
       "Picture of the windows",
       ".png",
       {"png", "--canvas", "windows", "--scale", "2"}},
      {SaveKind::output_png,
       "Picture of the output",
       ".png",
       {"png", "--canvas", "output", "--scale", "2"}},
      {SaveKind::gif, "Animation of the sliding window", ".gif", {"gif"}},
      {SaveKind::npy, "Values of the output", ".npy", {"npy"}},
      {SaveKind::csv, "Values of the output as text", ".csv", {"csv"}},
      {SaveKind::code, "Code that gives the same numbers", ".py", {"code"}},
      {SaveKind::model, "The changed model as TorchScript", ".pt", {}},
  }};
  return kRows[static_cast<std::size_t>(kind)];
}

}  // namespace poolscope
