#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace poolscope {

/// What kind of fault an Error reports; the command line turns it into its exit code.
enum class ErrorKind {
  usage,    ///< A text could not be parsed: command line or layer text (exit code 2).
  failure,  ///< Whatever comes after: file, limit, shape, missing engine (exit code 1).
};

/// A fault that came from the world: one line that says what was wrong, the value found and what
/// would be right.
struct Error {
  std::string message;
  ErrorKind kind = ErrorKind::failure;
  /// The parameter that caused it, by its framework's name (`kernel_size`); empty if none did.
  std::string parameter = {};
  /// For a text: the 0-based character at which reading stopped.
  std::optional<std::size_t> position = {};
};

template <class T>
using Result = tl::expected<T, Error>;

/// An Error of kind failure, ready to return from a function that gives a Result.
inline tl::unexpected<Error> failure(std::string message, std::string parameter = {}) {
  return tl::unexpected<Error>(
      Error{std::move(message), ErrorKind::failure, std::move(parameter), {}});
}

}  // namespace poolscope
