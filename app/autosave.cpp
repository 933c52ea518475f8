#include "app/autosave.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/session.h"
#include "app/state_folder.h"
#include "core/io/file.h"

namespace poolscope {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPause{2};
/// Programs that may run at the same time and still keep their work.
constexpr int kMaxSlots = 64;
constexpr const char* kCrashed = "crashed-";

fs::path autosave_folder() {
  const fs::path state = state_folder();
  return state.empty() ? state : state / "autosave";
}

fs::path slot_file(const fs::path& folder, int slot) {
  return folder / fmt::format("work-{}{}", slot, kSessionExtension);
}

/// The descriptor of a lock file that nobody else holds, or -1.
int locked(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  ::close(file);
  return -1;
}

Result<void> write_work(const Document& document, const fs::path& file) {
  const auto text = session_text(document, {file.parent_path(), false});
  if (!text) return tl::unexpected(text.error());
  return write_file(file, *text);
}

/// Gives the file a name under which it waits for the user, newer ones after older ones.
void set_aside(const fs::path& folder, const fs::path& file) {
  std::error_code ignored;
  for (int number = 1; number < 1000; ++number) {
    const fs::path aside = folder / fmt::format("{}{:03}{}", kCrashed, number, kSessionExtension);
    if (fs::exists(aside, ignored)) continue;
    fs::rename(file, aside, ignored);
    return;
  }
}

}  // namespace

Autosave::Autosave(std::function<void()> wake) : wake_(std::move(wake)) {
  folder_ = autosave_folder();
  std::error_code failed;
  if (!folder_.empty()) fs::create_directories(folder_, failed);
  if (folder_.empty() || failed) {
    fault_ = folder_.empty() ? "neither XDG_STATE_HOME nor HOME is set"
                             : fmt::format("{}: {}", folder_.string(), failed.message());
    return;
  }
  take_slot();
  find_crashed();
}

Autosave::~Autosave() {
  finish_writing();
  std::error_code ignored;
  if (!file_.empty() && fs::exists(file_, ignored)) fs::rename(file_, last_work(), ignored);
  if (lock_ >= 0) ::close(lock_);
}

/// Takes the first slot that is free; what lies in free ones was left by a crash.
void Autosave::take_slot() {
  std::error_code ignored;
  for (int slot = 0; slot < kMaxSlots; ++slot) {
    const fs::path lock = folder_ / fmt::format("work-{}.lock", slot);
    if (lock_ >= 0 && !fs::exists(lock, ignored)) return;
    const int held = locked(lock);
    if (held < 0) continue;
    const fs::path file = slot_file(folder_, slot);
    if (fs::exists(file, ignored)) set_aside(folder_, file);
    if (lock_ >= 0) {
      ::close(held);
    } else {
      lock_ = held;
      file_ = file;
    }
  }
  if (lock_ < 0) fault_ = fmt::format("{}: cannot be written", folder_.string());
}

void Autosave::find_crashed() {
  std::error_code ignored;
  crashed_.reset();
  fs::file_time_type newest = fs::file_time_type::min();
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    if (!entry.path().filename().string().starts_with(kCrashed)) continue;
    const auto time = entry.last_write_time(ignored);
    if (entry.path() == restored_ || time < newest) continue;
    newest = time;
    crashed_ = entry.path();
  }
}

bool Autosave::update(const Document& document, bool changed) {
  if (writing_.valid()) {
    if (writing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    finish_writing();
  }
  if (!changed || file_.empty()) {
    due_.reset();
    return false;
  }
  if (!due_) due_ = Clock::now() + kPause;
  if (Clock::now() < *due_) return false;
  due_.reset();
  writing_ = std::async(std::launch::async, [document, file = file_, wake = wake_] {
    auto written = write_work(document, file);
    if (wake) wake();
    return written;
  });
  return true;
}

double Autosave::wake_after() const {
  if (writing_.valid()) return 0.1;
  if (!due_) return -1.0;
  return std::max(0.0, std::chrono::duration<double>(*due_ - Clock::now()).count());
}

Result<void> Autosave::keep(const Document& document) {
  finish_writing();
  if (file_.empty()) return failure(fault_);
  auto written = write_work(document, file_);
  fault_ = written ? "" : written.error().message;
  return written;
}

void Autosave::finish_writing() {
  if (!writing_.valid()) return;
  const auto written = writing_.get();
  fault_ = written ? "" : written.error().message;
  if (!written || !restored_) return;
  std::error_code ignored;
  fs::remove(*std::exchange(restored_, {}), ignored);
}

void Autosave::discard_crashed() {
  std::error_code ignored;
  if (crashed_) fs::remove(*crashed_, ignored);
  find_crashed();
}

void Autosave::crashed_restored() { restored_ = std::exchange(crashed_, {}); }

fs::path Autosave::last_work() {
  const fs::path folder = autosave_folder();
  return folder.empty() ? folder : folder / fmt::format("last{}", kSessionExtension);
}

}  // namespace poolscope
