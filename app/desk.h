#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/autosave.h"
#include "app/export_job.h"
#include "app/history.h"
#include "app/notice.h"
#include "app/ui.h"

namespace poolscope {

/// What lies between the document and its files: saving, exporting, keeping the work, and what
/// there is to say about it. Files are written on other threads; the document at hand is a
/// snapshot. Thread: the UI's.
class Desk {
 public:
  /// `keeps`: work is kept in the state folder. `wake` is called when a file was written.
  Desk(bool keeps, std::function<void()> wake);

  /// Once a frame: takes over what was written, and begins what was asked for.
  void update(const Ui& ui, History& history);
  /// What there is to say, at the bottom of `area`, and the question before work would be lost.
  void draw(const Ui& ui, const Rect& area);
  /// Whether the program may end. It may not while its work can neither be found again nor was
  /// given up: the user is asked then.
  bool may_quit(const Document& document);

  /// Something is being written.
  bool busy() const;
  /// The session holds changes that were not saved.
  bool is_unsaved(const Document& document) const;

 private:
  /// What is in a file: the work as text, and the source's values.
  struct Work {
    std::string text;
    Tensor values;

    static Work of(const Document& document);
    bool operator==(const Work& other) const {
      return text == other.text && values.same_buffer(other.values);
    }
  };
  struct Saving {
    std::filesystem::path path;
    Work work;
    std::future<Result<void>> result;
  };
  struct Message {
    std::string text;
    bool is_error = false;
    std::chrono::steady_clock::time_point since;
  };

  void take_request(const Ui& ui, const SaveRequest& request);
  void begin_saving(const Document& document, const std::filesystem::path& path);
  void poll_saving(const Ui& ui, History& history);
  void poll_export(const Ui& ui);
  void keep(const Ui& ui);
  void say(const Ui& ui, std::string text, bool is_error);
  std::optional<Notice> notice(const Ui& ui) const;
  void answer(const Ui& ui, std::string_view id);
  void draw_question(const Ui& ui);

  std::function<void()> wake_;
  std::optional<Autosave> autosave_;
  std::map<std::filesystem::path, Work> saved_;  // by session
  std::optional<Work> kept_;                     // by the autosave, or at the start
  std::optional<Saving> saving_;
  std::unique_ptr<ExportJob> export_;
  std::optional<Message> message_;
  bool asks_ = false, given_up_ = false;
  bool quits_after_saving_ = false;
};

}  // namespace poolscope
