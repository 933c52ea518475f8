#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "app/document.h"

namespace poolscope {

/// Keeps the work of one running program in the state folder, so that nothing is lost by a crash or
/// by leaving without saving. Each program holds a lock there; a work whose lock nobody holds was
/// left by a crash. Thread: the UI's; files are written on another.
class Autosave {
 public:
  /// `wake` is called when a file was written. Errors are kept in fault().
  explicit Autosave(std::function<void()> wake);
  /// Ends well: what was kept becomes the last work.
  ~Autosave();
  Autosave(const Autosave&) = delete;
  Autosave& operator=(const Autosave&) = delete;

  /// Call once a frame. `changed`: there is work that was not kept yet. Writes at most every two
  /// seconds; true when the document was handed over.
  bool update(const Document& document, bool changed);
  /// Seconds until something is to be written; negative for never.
  double wake_after() const;
  /// Writes now and waits for it. Errors: files, a source too large.
  Result<void> keep(const Document& document);
  bool busy() const { return writing_.valid(); }
  /// Why work cannot be kept; empty where it can.
  const std::string& fault() const { return fault_; }

  /// The newest work that a crash left behind.
  const std::optional<std::filesystem::path>& crashed() const { return crashed_; }
  /// Forgets it: the user does not want it, or it is open again (and goes once that was kept).
  void discard_crashed();
  void crashed_restored();

  /// The work of the program that ended last; empty where there is none.
  static std::filesystem::path last_work();

 private:
  using Clock = std::chrono::steady_clock;

  void take_slot();
  void find_crashed();
  void finish_writing();

  std::function<void()> wake_;
  std::filesystem::path folder_, file_;
  int lock_ = -1;
  std::string fault_;
  std::optional<std::filesystem::path> crashed_, restored_;
  std::optional<Clock::time_point> due_;
  std::future<Result<void>> writing_;
};

}  // namespace poolscope
