#include "app/export_job.h"

#include <array>
#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/session.h"
#include "app/state_folder.h"
#include "core/io/file.h"

extern char** environ;

namespace poolscope {

namespace fs = std::filesystem;

namespace {

/// The session that the other program reads, gone again with this object.
class PassedSession {
 public:
  static Result<PassedSession> write(const Document& document) {
    static std::atomic<unsigned> counter = 0;
    std::error_code ignored;
    fs::path folder = state_folder();
    fs::create_directories(folder, ignored);
    if (!fs::is_directory(folder, ignored)) folder = fs::temp_directory_path(ignored);
    PassedSession passed(folder /
                         fmt::format("export-{}-{}{}", ::getpid(), counter++, kSessionExtension));
    const bool confined = folder != state_folder();
    const auto text = session_text(document, {folder, confined});
    if (!text) return tl::unexpected(text.error());
    if (auto written = write_file(passed.path_, *text); !written)
      return tl::unexpected(written.error());
    return passed;
  }
  PassedSession(PassedSession&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PassedSession& operator=(PassedSession&&) = delete;
  ~PassedSession() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit PassedSession(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

struct Child {
  pid_t process = 0;
  int said = -1;  ///< What it writes to stderr.
};

Result<Child> start(std::vector<std::string> words) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return failure("no pipe for the export can be made");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], 2);
  posix_spawn_file_actions_addclose(&actions, pipe[0]);
  posix_spawn_file_actions_addclose(&actions, pipe[1]);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Child child;
  const int fault =
      posix_spawn(&child.process, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  child.said = pipe[0];
  if (fault == 0) return child;
  ::close(pipe[0]);
  return failure("the export cannot be started");
}

/// Reads what the program says, line by line, to its end; the last line stays.
template <class Line>
void read_lines(int descriptor, Line line) {
  std::string text;
  std::array<char, 256> bytes{};
  for (ssize_t count; (count = ::read(descriptor, bytes.data(), bytes.size())) > 0;) {
    for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
      if (c != '\n' && c != '\r') {
        text += c;
      } else if (!text.empty()) {
        line(std::exchange(text, {}));
      }
    }
  }
  ::close(descriptor);
  if (!text.empty()) line(text);
}

}  // namespace

ExportJob::ExportJob(Document document, SaveRequest request, std::pair<int, int> size,
                     std::function<void()> wake)
    : request_(std::move(request)) {
  result_ = std::async(std::launch::async, [document = std::move(document), asked = request_, size,
                                            wake = std::move(wake), shared = shared_] {
    auto result = run(document, asked, size, *shared);
    if (wake) wake();
    return result;
  });
}

ExportJob::~ExportJob() { cancel(); }

Result<void> ExportJob::run(const Document& document, const SaveRequest& request,
                            std::pair<int, int> size, Shared& shared) {
  auto session = PassedSession::write(document);
  if (!session) return tl::unexpected(session.error());
  const SaveRow& row = save_row(request.kind);
  std::vector<std::string> words{"poolscope", "export"};
  words.insert(words.end(), row.arguments.begin(), row.arguments.end());
  for (const std::string& word : {std::string("--session"), session->path().string(),
                                  std::string("--output"), request.path.string()})
    words.push_back(word);
  if (row.extension == ".png" || row.extension == ".gif") {
    words.push_back("--size");
    words.push_back(fmt::format("{}x{}", size.first, size.second));
  }
  const auto child = start(std::move(words));
  if (!child) return tl::unexpected(child.error());
  shared.process = child->process;
  if (shared.cancelled) ::kill(child->process, SIGTERM);
  std::string last;
  read_lines(child->said, [&](const std::string& line) {
    int done = 0, all = 0;
    if (std::sscanf(line.c_str(), "frame %d of %d", &done, &all) == 2) {
      shared.done = done;
      shared.all = all;
    } else {
      last = line;
    }
  });
  int status = 0;
  shared.process = 0;
  ::waitpid(child->process, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (shared.cancelled) return failure("cancelled");
  constexpr std::string_view prefix = "poolscope: ";
  if (last.starts_with(prefix)) last.erase(0, prefix.size());
  return failure(last.empty() ? "the export ended unexpectedly" : last);
}

std::pair<int, int> ExportJob::progress() const { return {shared_->done, shared_->all}; }

void ExportJob::cancel() {
  shared_->cancelled = true;
  if (const int process = shared_->process; process > 0) ::kill(process, SIGTERM);
}

std::optional<Result<void>> ExportJob::poll() {
  if (!result_.valid() || result_.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return std::nullopt;
  return result_.get();
}

}  // namespace poolscope
