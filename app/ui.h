#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/actions.h"
#include "app/canvas/heatmap.h"
#include "app/focus.h"
#include "app/geometry.h"
#include "app/keys.h"
#include "app/model_file.h"
#include "app/number_text.h"
#include "app/runner.h"
#include "app/save_request.h"
#include "app/theme.h"
#include "app/tour.h"

namespace poolscope {

struct Ui;
class Prover;

/// A card of the pipeline dragged by its grip.
struct LayerDrag {
  std::uint64_t gesture = 0;
  std::size_t index = 0;  ///< Where the layer is by now.
};

/// The control that was drawn last, for its tooltip.
struct LastControl {
  std::string id;
  bool hovered = false;
};

/// What the interface remembers between frames besides the document: nothing a user would miss.
struct UiMemory {
  std::map<std::string, Rect> controls;  ///< Where each control lies, by name, for --dump-document.
  std::map<std::string, std::string> shown;  ///< What panels say, by name, for --dump-document.
  std::map<std::string, std::string> tips;   ///< What each control says of itself, by name.
  LastControl last_control;
  std::uint64_t gesture = 1;  ///< Number of the drag under way; one drag is one undo step.
  float wheel = 0.0F;         ///< Turns of the wheel not yet taken this frame.
  /// Seconds until a frame is needed although nothing happens; negative for never.
  double wake_after = -1.0;
  bool working = false;  ///< A panel waits for what is computed in the background.

  Focus focus;                   ///< The control that Tab has reached.
  std::string editing;           ///< Id of the field whose text is typed; empty for none.
  std::array<char, 256> text{};  ///< That text.
  bool focus_text = false;       ///< It takes the keyboard in this frame.
  bool typing_cell = false;      ///< A number is typed into an output cell: letters belong to it.
  LayerDrag layer_drag;
  float scrub = 0.0F;  ///< Pixels dragged on a stepper and not yet turned into steps.

  bool link_axes = true;                          ///< Height and width change together.
  std::map<std::string, std::string> limits;      ///< Why a control stopped, by parameter name.
  std::string open_error;                         ///< Of the file that could not be opened last.
  std::vector<std::string> log;                   ///< Messages of this session, oldest first.
  bool undo = false, redo = false, quit = false;  ///< Asked for in this frame.
  bool cancel = false;                            ///< The run under way is to be given up.
  bool toggle_left = false;                       ///< Asked for in this frame.
  bool left_drawer = false;  ///< The left column lies over the middle, where it has no room beside.
  std::size_t shown_canvas = 0;  ///< Where only one has room: 0 input, 1 windows, 2 output.
  bool show_keys = false, show_log = false;  ///< These windows are open.
  std::optional<Tour> tour;                  ///< The tour under way.
  bool tour_seen = true;                     ///< It is not offered any more.
  bool open_palette = false;                 ///< The palette is to open.
  std::vector<std::string> asked;  ///< Commands (app/user_command.h) that panels answer to now.
  std::vector<std::string> asked_next;                ///< Those of the next frame.
  std::optional<std::filesystem::path> open_request;  ///< A file to open in the background.
  std::optional<OpenModelFile> opened_model;          ///< One just opened, for its workspace.
  std::string model_error;                          ///< Of the model that could not be opened last.
  std::optional<std::filesystem::path> save_model;  ///< Where the changed model is to be written.
  bool browsing_samples = false;                    ///< The Samples tab of Source is open.
  bool open_browser = false;                        ///< The file browser is to open.
  std::optional<SaveKind> browse_to_save;           ///< Or to ask where to write this.
  std::optional<SaveRequest> save_request;          ///< Something to write.
  bool save_elsewhere = false;                      ///< A session under another name.
  std::string say;  ///< Something to tell at the bottom of the window, asked for in this frame.
  std::uint64_t frames = 0;                   ///< Drawn so far.
  bool busy = false;                          ///< A run or a file is under way after this frame.
  std::uint32_t next_seed = 1;                ///< Of the next random fill.
  std::vector<std::filesystem::path> recent;  ///< Files opened, newest first.
};

/// Puts a file on top of the recent ones.
void remember_recent(UiMemory& memory, const std::filesystem::path& path);

/// What panels need to draw one frame and to answer: they read the document and append actions.
struct Ui {
  const Document& document;
  const Evaluation* evaluation;  ///< What is on screen; null before the first run landed.
  bool stale;                    ///< The evaluation belongs to an older document.
  const PipelinePlan& plan;      ///< Shapes at every stage of the document itself, at once.
  const Theme& theme;
  const Fonts& fonts;
  HeatmapRenderer& heatmaps;
  const Keys& keys;
  std::vector<Action>& actions;
  UiMemory& memory;
  Prover& prover;  ///< Of what is on screen.
  bool can_undo = false, can_redo = false;

  float px(float length) const { return length * document.view.shown_scale(); }
  void act(decltype(Action::change) change, bool in_gesture = false) const {
    actions.push_back({std::move(change), in_gesture ? memory.gesture : 0});
  }
  /// Whether the user asked for a command that a panel answers to, by key, menu or palette.
  bool asked(std::string_view command) const;
  /// Notes under a name what is on screen, so that a test can read it.
  void tell(std::string name, std::string text) const {
    memory.shown.insert_or_assign(std::move(name), std::move(text));
  }
  /// Asks for a frame after so many seconds at the latest.
  void wake_in(double seconds) const {
    const double asked = memory.wake_after;
    memory.wake_after = asked < 0.0 ? seconds : std::min(asked, seconds);
  }
  /// The panel's result is under way; looks again soon.
  void wait_for_work() const {
    memory.working = true;
    wake_in(0.03);
  }
  /// Calls `edit` on a copy of the view and acts on it.
  template <class Edit>
  void edit_view(Edit edit, bool in_gesture = false) const {
    View view = document.view;
    edit(view);
    act(action::SetView{view}, in_gesture);
  }
};

// Text ------------------------------------------------------------------------------------------

float text_width(const Ui& ui, Font font, std::string_view text);
/// The first of the texts that is no wider than `width`; where none is, the last.
std::string first_fitting(const Ui& ui, Font font, float width,
                          const std::vector<std::string>& texts);
/// Height of a line as the design counts it: the em.
float text_height(const Ui& ui, Font font);
/// Draws text with its line box centred on `y`; returns the x after it.
float draw_text(const Ui& ui, Font font, ImVec2 left_center, ImU32 color, std::string_view text);
void draw_text_right(const Ui& ui, Font font, ImVec2 right_center, ImU32 color,
                     std::string_view text);
void draw_text_centered(const Ui& ui, Font font, ImVec2 center, ImU32 color, std::string_view text);
/// Draws text cut with `…` to `width`; the whole text is its tooltip then.
void draw_text_cut(const Ui& ui, Font font, ImVec2 left_center, ImU32 color, float width,
                   std::string_view text);
/// Wraps at spaces to `width`; returns the height used. `top_left` is the top of the first line.
float draw_text_wrapped(const Ui& ui, Font font, ImVec2 top_left, ImU32 color, float width,
                        std::string_view text);

// Controls --------------------------------------------------------------------------------------

struct Click {
  bool hovered = false, held = false, clicked = false, double_clicked = false;
};
/// Whether Tab reaches an area, so that Enter or Space clicks it, or only the mouse does.
enum class Reach { keyboard, mouse };
/// A clickable area; registers its rectangle under `id`.
Click click_area(const Ui& ui, std::string_view id, const Rect& rect,
                 Reach reach = Reach::keyboard);

/// The tooltip (at most two lines) of the control drawn last: after 0.4 s under the mouse, or
/// beside it when the keyboard has reached it.
void tooltip(const Ui& ui, std::string_view text);
void tooltip(const Ui& ui, bool hovered, std::string_view text);

enum class Icon {
  undo,
  redo,
  folder,
  plus,
  minus,
  eye,
  eye_off,
  copy,
  more,
  grip,
  link,
  unlink,
  close,
  chevron,
  check,
  grid,
  dice,
  paste,
  arrow,
  expand,
  sidebar,
  play,
  pause,
  first,
  last,
  previous,
  next,
  warn,
  reset,
  up,
  luma
};
void draw_icon(const Ui& ui, Icon icon, ImVec2 center, ImU32 color, float size = 16.0F);

struct ButtonSpec {
  std::string_view text = {};
  std::optional<Icon> icon = {};
  bool filled = false;  ///< The one accent button of a view.
  bool enabled = true;
  bool active = false;
  bool flat = false;  ///< No background until hovered.
  std::string_view tip = {};
  std::string_view command = {};  ///< Whose key the tooltip shows.
};
bool button(const Ui& ui, std::string_view id, const Rect& rect, const ButtonSpec& spec);
float button_width(const Ui& ui, const ButtonSpec& spec);

/// Segmented control; returns the index clicked.
std::optional<int> segmented(const Ui& ui, std::string_view id, const Rect& rect,
                             std::span<const std::string_view> items, int current);
/// Check box with its label; returns true when toggled.
bool check_box(const Ui& ui, std::string_view id, const Rect& rect, std::string_view label,
               bool checked, std::string_view disabled_reason = {});
/// A combo box, optionally with a caption before the value; returns the index chosen.
std::optional<int> combo(const Ui& ui, std::string_view id, const Rect& rect,
                         std::span<const std::string_view> items, int current,
                         std::string_view caption = {});

/// How a stepper was changed: typed values may be impossible, steps stop at limits.
enum class StepKind { none, step, typed };
struct StepperSpec {
  std::int64_t value = 0;
  std::int64_t min = 0;
  std::string_view shown = {};  ///< Instead of the value, e.g. `None`.
  bool error = false;           ///< Draws the border in the error colour.
  bool dim = false;             ///< The value follows another one.
  std::string_view tip = {};
};
struct StepperEdit {
  StepKind kind = StepKind::none;
  std::int64_t value = 0;
};
/// −/value/+; drag on the value scrubs, click types, the wheel steps.
StepperEdit stepper(const Ui& ui, std::string_view id, const Rect& rect, const StepperSpec& spec);

/// What is free on either side of the text in a field.
inline constexpr float kTextMargin = 6.0F;

struct TextFieldSpec {
  std::string value;
  std::string shown = {};  ///< In place of the value while it is not edited; empty for the value.
  bool error = false;
};
/// A line of text to edit; returns the text when Enter was pressed or the field was left changed.
std::optional<std::string> text_field(const Ui& ui, std::string_view id, const Rect& rect,
                                      const TextFieldSpec& spec);

void draw_divider(const Ui& ui, float x0, float x1, float y);
/// Registers the line of ImGui that was drawn last in a menu; whether a key chose it.
bool menu_item_reached(const Ui& ui, const std::string& id);
/// A message with its icon and word, wrapped; returns the height used.
float message(const Ui& ui, ImVec2 top_left, float width, ImU32 color, ImU32 background, Icon icon,
              std::string_view text);
/// Key cap as in the status bar; returns the width used.
float key_cap(const Ui& ui, ImVec2 left_center, std::string_view key);

/// True once for a wheel turn over `rect`, which then does not scroll the column; the turns.
float take_wheel(const Ui& ui, const Rect& rect);

}  // namespace poolscope
