#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "app/document.h"
#include "app/save_request.h"

namespace poolscope {

/// An export under way: `poolscope export` as a program of its own, which draws without touching
/// the window and can be ended at any time. Thread: the UI's.
class ExportJob {
 public:
  /// `width` and `height` are those of the window, at scale 1. `wake` is called when it is done.
  ExportJob(Document document, SaveRequest request, std::pair<int, int> size,
            std::function<void()> wake);
  ~ExportJob();
  ExportJob(const ExportJob&) = delete;
  ExportJob& operator=(const ExportJob&) = delete;

  const SaveRequest& request() const { return request_; }
  /// Frames done and in all; 0 of 0 while there is nothing to count.
  std::pair<int, int> progress() const;
  /// Gives it up; no file is left.
  void cancel();
  /// How it ended; nothing while it is under way. Ask once.
  std::optional<Result<void>> poll();

 private:
  struct Shared {
    std::atomic<int> process = 0, done = 0, all = 0;
    std::atomic<bool> cancelled = false;
  };
  static Result<void> run(const Document& document, const SaveRequest& request,
                          std::pair<int, int> size, Shared& shared);

  SaveRequest request_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::future<Result<void>> result_;
};

}  // namespace poolscope
