#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/history.h"
#include "app/prover.h"
#include "app/settings.h"
#include "app/ui.h"
#include "app/workspaces/workspace.h"

namespace poolscope {

class Desk;
class FileBrowser;
class Palette;

struct AppOptions {
  std::filesystem::path dump_document;      ///< Written with every frame; empty for none.
  std::function<void()> wake;               ///< Called from workers when a frame is wanted.
  bool keeps_work = false;                  ///< Unsaved work outlives the program, and a crash.
  Settings settings = {.tour_seen = true};  ///< What is remembered besides the document's view.
  std::string message = {};                 ///< For the log.
};

/// The whole program apart from its window: a document, its evaluation, and the interface. It draws
/// into the ImGui context that is current; window and off-screen rendering drive it alike.
/// Thread: one, that of the GL context.
class App {
 public:
  /// Errors: shaders or assets that are missing.
  static Result<std::unique_ptr<App>> create(Document document, AppOptions options);
  ~App();

  /// Before ImGui::NewFrame(): fonts and style when theme or scale changed. True when the font
  /// texture must be made again.
  bool prepare();
  /// Between NewFrame() and Render(): draws everything and applies what the user did.
  void frame(const Keys& pressed);
  /// Opens a file in the background.
  void open(const std::filesystem::path& path);
  /// Changes the document in the next frame.
  void act(Action action) { actions_.push_back(std::move(action)); }
  /// Waits for the evaluation and files under way (off-screen rendering).
  void settle();

  /// What is to be remembered, as it is now.
  Settings settings() const;
  /// Keeps a message in the log.
  void tell(std::string message);

  const Document& document() const { return history_.document(); }
  const UiMemory& memory() const { return memory_; }
  /// True when something changed in the last frame, or is under way: more frames are needed.
  bool wants_frame() const { return wants_frame_; }
  /// Seconds until a frame is needed although nothing happens; negative for never.
  double wake_after() const;
  bool wants_quit() const { return memory_.quit; }
  /// The window is to be closed: as Ctrl+Q.
  void ask_to_quit();
  /// `lesson.poolscope`, with a star before it while it has changes that were not saved; else the
  /// source's name.
  std::string title() const;

 private:
  App(Document document, HeatmapRenderer heatmaps, AppOptions options);

  Ui make_ui(const Keys& keys);
  Workspace& workspace();
  void update_plan();
  void draw(const Ui& ui);
  void apply_actions();
  void poll_files();
  void dump_document();

  History history_;
  HeatmapRenderer heatmaps_;
  AppOptions options_;
  UiMemory memory_;
  Fonts fonts_;
  Runner runner_;
  Prover prover_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;  ///< In the order of workspace_rows().
  std::unique_ptr<FileBrowser> browser_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<Palette> palette_;
  std::vector<Action> actions_;
  PipelinePlan plan_;
  std::optional<RunRequest> planned_;
  std::optional<std::pair<ThemeName, float>> styled_;
  /// A source, all of a session or a model, and what there is to tell of it.
  struct OpenedFile {
    std::variant<Source, Document, OpenModelFile> content;
    std::vector<std::string> notes;
  };
  void take_opened(const std::filesystem::path& path, OpenedFile file);
  void refuse_opened(const std::filesystem::path& path, const Error& error);
  static Result<OpenedFile> read_opened(const std::filesystem::path& path,
                                        const std::string& device);
  struct Opening {
    std::filesystem::path path;
    std::future<Result<OpenedFile>> file;
  };
  std::deque<Opening> opening_;  // in the order asked for
  bool wants_frame_ = true;
  bool changed_ = true;
};

}  // namespace poolscope
