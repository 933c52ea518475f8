#pragma once

#include "app/actions.h"

namespace poolscope {

// What apply() does with the actions of Feature maps.

Result<void> apply_to_model(Document& document, const action::OpenModel& a);
Result<void> apply_to_model(Document& document, const action::SetModelInput& a);
/// Errors: no layer is named.
Result<void> apply_to_model(Document& document, const action::SwapModelLayer& a);
Result<void> apply_to_model(Document& document, const action::SetModelView& a);

}  // namespace poolscope
