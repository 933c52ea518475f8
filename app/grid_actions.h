#pragma once

#include "app/actions.h"

namespace poolscope {

// What apply() does with the actions on a typed grid. Errors: the source is no grid.

/// Errors: also a cell outside the grid.
Result<void> apply_to_grid(Document& document, const action::SetCell& a);
/// Errors: also a size that cannot be edited.
Result<void> apply_to_grid(Document& document, const action::ResizeGrid& a);
Result<void> apply_to_grid(Document& document, const action::FillGrid& a);
/// The edited cell stays inside; to leave it, no grid is needed.
Result<void> apply_to_grid(Document& document, const action::SetEditCell& a);

}  // namespace poolscope
