#include <cstdio>
#include <exception>
#include <iostream>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/open_window.h"
#include "app/commands/usage.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

/// The one line on stderr, and the exit code it goes with.
int report(const Error& error) {
  fmt::print(stderr, "poolscope: {}\n", one_line(error.message));
  return error.kind == ErrorKind::usage ? 2 : 1;
}

/// Results that did not reach their reader (a full disk, a closed pipe) are a failure.
Result<void> flush_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout) {
    return failure("standard output cannot be written");
  }
  return {};
}

Result<void> run(int argc, char** argv) {
  CLI::App program("Shows what pooling does: input, windows and output, side by side.",
                   "poolscope");
  program.set_version_flag("--version", "poolscope " POOLSCOPE_VERSION);
  program.set_help_flag("-h,--help", "Print this help and exit");
  program.require_subcommand(0, 1);
  const Command window = add_open_window(program);
  std::vector<Command> commands;
  for (const AddCommand add : kCommands) commands.push_back(add(program));

  const Result<bool> go_on = read_command_line(program, argc, argv);
  if (!go_on) return tl::unexpected(go_on.error());
  if (!*go_on) return {};
  for (const Command& command : commands) {
    if (command.options->parsed()) return command.run();
  }
  return window.run();
}

}  // namespace
}  // namespace poolscope

int main(int argc, char** argv) {
  using namespace poolscope;
  try {
    auto ran = run(argc, argv);
    settle_engines();
    if (!ran) return report(ran.error());
    if (auto done = flush_output(); !done) return report(done.error());
    return 0;
  } catch (const std::exception& error) {
    return report(Error{error.what()});
  }
}
