#include "app/state_folder.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/io/file.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;

/// Lets the program keep its state elsewhere as long as it lives.
class StateHome {
 public:
  explicit StateHome(const fs::path& path) {
    if (const char* before = std::getenv(kName)) before_ = before;
    setenv(kName, path.c_str(), 1);
  }
  ~StateHome() {
    if (before_) {
      setenv(kName, before_->c_str(), 1);
    } else {
      unsetenv(kName);
    }
  }
  StateHome(const StateHome&) = delete;
  StateHome& operator=(const StateHome&) = delete;

 private:
  static constexpr const char* kName = "XDG_STATE_HOME";
  std::optional<std::string> before_;
};

void make_file(const fs::path& path) {
  fs::create_directories(path.parent_path());
  ASSERT_TRUE(write_file(path, std::string_view("text")));
}

TEST(StateFolder, OwnsTheFilesInIt) {
  const test::TemporaryFolder folder;
  const StateHome home(folder / "state");
  make_file(folder / "state/poolscope/sessions/own");
  make_file(folder / "state/other");
  EXPECT_TRUE(is_own_file(folder / "state/poolscope/sessions/own"));
  EXPECT_FALSE(is_own_file(folder / "state/other"));
  EXPECT_FALSE(is_own_file(folder / "state/poolscope/missing"));
}

TEST(StateFolder, OwnsNoFileBeforeItIsThere) {
  const test::TemporaryFolder folder;
  const StateHome home(folder / "state");
  make_file(folder / "downloaded");
  EXPECT_FALSE(is_own_file(folder / "downloaded"));
}

}  // namespace
}  // namespace poolscope
