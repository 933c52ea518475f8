#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace poolscope {

/// A text of the interface in the user's language; `english` itself where no catalogue is loaded or
/// none has it. The functions that draw and measure text (app/ui.h) call it, so that panels are
/// written in plain English and translated all the same; text with values in it is found by its
/// pattern, `Window {} of {}`. Numbers, shapes and layer names are in no catalogue.
/// Thread: the UI's. The text stays valid until the next frame.
std::string_view tr(std::string_view english);

/// Loads a catalogue: one JSON object, English texts to translated ones, as assets/locale/en.json
/// has them all. `{}` stand for the values in their order, `{0}`, `{1}`, … in another one.
/// Errors: those of read_json; anything but an object of texts, or one that asks for a value that
/// its English text has not.
Result<void> load_catalogue(const std::filesystem::path& path);
/// Back to English.
void drop_catalogue();

/// The catalogue file for the language of LC_ALL, LC_MESSAGES or LANG; empty for English, and where
/// the program comes without one.
std::filesystem::path user_catalogue();

}  // namespace poolscope
