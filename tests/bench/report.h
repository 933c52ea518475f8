#pragma once

#include <filesystem>
#include <span>

#include "tests/bench/measure.h"

namespace poolscope::bench {

/// Prints the table's first line, and a row as soon as it is measured: times in ms, and in
/// brackets those of the peers over ours, and ours over those of a memcpy and of reading alone.
void print_header(int threads);
void print_row(const Row& row);

/// Prints the geometric means over the rows, by peer, and which targets of design/performance.md
/// are met; of a suite only, as they speak of its rows. A row that falls short of a peer's target
/// is at the read limit, not missed, where nobody could do it on this machine, by the figures of
/// the same run and for inputs of 16 MiB or more: ours takes at most a tenth longer than to read
/// the input and do nothing else, or the target asks for less time than that takes.
void print_means(std::span<const Row> rows);
void print_targets(std::span<const Row> rows);

/// Writes a list of {"name", "layer", "engine", "ns", "ratio", "memcpy_ratio"}, one entry for each
/// case and engine: `ratio` is the engine's time over ours. Errors: those of write_file.
Result<void> write_json(std::span<const Row> rows, const std::filesystem::path& path);

}  // namespace poolscope::bench
