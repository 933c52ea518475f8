#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "app/column.h"
#include "core/metrics/confusion.h"

namespace poolscope {

/// A confusion matrix as rows of a column: a row a class, its cells what examples of that class
/// were taken for, in the order of the rows; the darkest colour of the map is no example, the
/// brightest all of the class. Classes that never came up are left out; of more than 16, the
/// most frequent mistakes are listed instead. A cell under the mouse says what it counts.
/// `labels` are the names of the classes; those beyond are numbered.
void draw_confusion(const Ui& ui, std::string_view id, Column& column,
                    const ConfusionMatrix& matrix, std::span<const std::string> labels);

/// `lake`, or `class 7` where that has no name.
std::string class_name(std::span<const std::string> labels, std::size_t index);

}  // namespace poolscope
