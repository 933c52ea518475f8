#include "core/io/zip_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include "core/io/file.h"

namespace poolscope {
namespace {

/// How many times its size deflate can unpack to. Source: zlib's technical details.
constexpr std::uint64_t kMostGrowth = 1032;

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

Error damage(zip_error_t& error) {
  Error found{fmt::format("a truncated or damaged zip archive ({})", zip_error_strerror(&error))};
  zip_error_fini(&error);
  return found;
}

Result<std::vector<ZipArchive::Member>> members_of(zip_t* archive) {
  std::vector<ZipArchive::Member> members;
  std::uint64_t total = 0;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t found;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &found) != 0) {
      return failure(fmt::format("member {} of the zip archive has no entry", i));
    }
    if (found.size > ZipArchive::kMaxUnpacked - total) {
      return failure(fmt::format("unpacks to more than {} GiB", ZipArchive::kMaxUnpacked >> 30));
    }
    if (found.size > kMostGrowth * found.comp_size + kMostGrowth) {
      return failure(fmt::format("{} claims to unpack {} bytes to {}; deflate cannot", found.name,
                                 found.comp_size, found.size));
    }
    total += found.size;
    members.push_back({found.name, found.size});
  }
  return members;
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

Result<ZipArchive> ZipArchive::open(Bytes bytes) {
  if (!begins_with(bytes, "PK")) return failure("not a zip archive");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return tl::unexpected(damage(error));
  ZipArchive opened;
  opened.archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!opened.archive_) {
    zip_source_free(source);
    return tl::unexpected(damage(error));
  }
  auto members = members_of(opened.archive_.get());
  if (!members) return tl::unexpected(members.error());
  opened.members_ = std::move(*members);
  return opened;
}

Result<std::vector<std::uint8_t>> ZipArchive::read(std::size_t member, std::uint64_t most) const {
  const auto& [name, size] = members_[member];
  if (size > most) {
    return failure(fmt::format("{} holds {} bytes; at most {}", name, size, most));
  }
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive_.get(), member, 0));
  if (!file) return failure(fmt::format("{}: {}", name, zip_strerror(archive_.get())));
  auto bytes = bytes_of_size(static_cast<std::int64_t>(size));
  if (!bytes) return failure(fmt::format("{}: {}", name, bytes.error().message));
  // At the end libzip compares the checksum, so it is asked for one byte more.
  std::uint8_t beyond = 0;
  const bool whole = zip_fread(file.get(), bytes->data(), size) == static_cast<zip_int64_t>(size) &&
                     zip_fread(file.get(), &beyond, 1) == 0;
  if (!whole) return failure(fmt::format("{} is damaged", name));
  return std::move(*bytes);
}

}  // namespace poolscope
