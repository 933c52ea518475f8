#include "core/io/file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMaxFileBytes = std::int64_t{8} << 30;

std::string reason(int code) { return std::generic_category().message(code); }

tl::unexpected<Error> file_failure(const fs::path& path, std::string_view what) {
  return failure(fmt::format("{}: {}", path.string(), what));
}

tl::unexpected<Error> unwritable(const fs::path& path, int code) {
  return file_failure(path, fmt::format("cannot be written: {}", reason(code)));
}

/// Owns a file descriptor; closing may report an error, so that a full disk is noticed.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

/// Calls `transfer` (read or write) until `size` bytes went through; false with errno set on
/// failure, and false with errno 0 where the file ends first.
template <class Transfer, class Byte>
bool transfer_all(Transfer transfer, int descriptor, Byte* bytes, std::size_t size) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;
  while (size > 0) {
    errno = 0;
    const ssize_t done = transfer(descriptor, bytes, std::min(size, most_at_once));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    size -= static_cast<std::size_t>(done);
  }
  return true;
}

std::optional<std::string> why_unreadable(const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return "is a folder; a file is wanted";
  if (!S_ISREG(status.st_mode)) return "is a device or a pipe; a regular file is wanted";
  if (status.st_size > kMaxFileBytes) {
    return fmt::format("is {} GiB; at most {} GiB are read", status.st_size >> 30,
                       kMaxFileBytes >> 30);
  }
  return std::nullopt;
}

using Parts = std::initializer_list<std::span<const std::uint8_t>>;

Result<void> fill(const fs::path& path, Descriptor& file, Parts parts) {
  for (const auto part : parts) {
    if (!transfer_all(::write, file.number(), part.data(), part.size())) {
      return unwritable(path, errno);
    }
  }
  if (!file.close()) return unwritable(path, errno);
  return {};
}

struct Beside {
  fs::path path;
  Descriptor file;
};

/// A new file beside `target`, under a name that no other writer uses.
Result<Beside> make_beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  for (;;) {
    const fs::path path = folder / fmt::format(".poolscope-{}-{}.tmp", ::getpid(), counter++);
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.is_open()) return Beside{path, std::move(file)};
    if (errno != EEXIST) break;
  }
  const int code = errno;
  std::error_code ignored;
  if (code == ENOENT && !fs::exists(folder, ignored)) {
    return file_failure(target, fmt::format("the folder {} does not exist", folder.string()));
  }
  return unwritable(target, code);
}

Result<void> replace(const fs::path& target, std::optional<mode_t> older_mode, Parts parts) {
  auto beside = make_beside(target);
  if (!beside) return tl::unexpected(beside.error());
  if (older_mode) ::fchmod(beside->file.number(), *older_mode);
  auto written = fill(target, beside->file, parts);
  if (written && ::rename(beside->path.c_str(), target.c_str()) != 0) {
    written = unwritable(target, errno);
  }
  if (!written) ::unlink(beside->path.c_str());
  return written;
}

}  // namespace

Result<std::vector<std::uint8_t>> bytes_of_size(std::int64_t size) {
  try {
    return std::vector<std::uint8_t>(static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return failure(fmt::format("no memory for its {} MiB", size >> 20));
  }
}

Error about_file(const fs::path& path, Error error) {
  error.message = fmt::format("{}: {}", path.string(), error.message);
  return error;
}

Result<std::vector<std::uint8_t>> read_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return file_failure(path, reason(errno));
  if (auto why = why_unreadable(status)) return file_failure(path, *why);
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return file_failure(path, reason(errno));
  auto bytes = bytes_of_size(status.st_size);
  if (!bytes) return tl::unexpected(about_file(path, bytes.error()));
  if (!transfer_all(::read, file.number(), bytes->data(), bytes->size())) {
    return file_failure(path, errno == 0 ? "became shorter while it was read" : reason(errno));
  }
  return bytes;
}

Result<void> write_file(const fs::path& path, Parts parts) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return replace(path, std::nullopt, parts);
  if (S_ISDIR(status.st_mode)) return file_failure(path, "cannot be written: it is a folder");
  if (::access(path.c_str(), W_OK) != 0) return unwritable(path, errno);
  if (S_ISREG(status.st_mode)) {
    std::error_code unresolved;
    const fs::path target = fs::canonical(path, unresolved);
    return replace(unresolved ? path : target, status.st_mode & 07777, parts);
  }
  Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!device.is_open()) return unwritable(path, errno);
  return fill(path, device, parts);
}

Result<void> write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  return write_file(path, {bytes});
}

Result<void> write_file(const fs::path& path, std::string_view text) {
  return write_file(path,
                    {std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())});
}

}  // namespace poolscope
