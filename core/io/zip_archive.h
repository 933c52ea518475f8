#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/bytes.h"

struct zip;

namespace poolscope {

/// A zip archive that is read from memory; the bytes outlive it. Thread: one at a time.
class ZipArchive {
 public:
  /// Errors: not a zip archive, a truncated one, one whose directory and members disagree, or one
  /// that claims to hold more than kMaxUnpacked bytes.
  static Result<ZipArchive> open(Bytes bytes);

  struct Member {
    std::string name;         ///< With its folders: `model/code/__torch__.py`.
    std::uint64_t bytes = 0;  ///< Unpacked.
  };
  const std::vector<Member>& members() const { return members_; }

  /// The unpacked bytes of one member. Errors: damage, encryption, more than `most` bytes.
  Result<std::vector<std::uint8_t>> read(std::size_t member, std::uint64_t most) const;

  static constexpr std::uint64_t kMaxUnpacked = std::uint64_t{8} << 30;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  std::unique_ptr<zip, Close> archive_;
  std::vector<Member> members_;
};

}  // namespace poolscope
