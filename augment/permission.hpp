// What a node may wish for, by its role.
#pragma once

#include "transport/bus.hpp"

#include <optional>
#include <string>

namespace augment {

/// One line that says why the node `peer` may not wish that; nothing when it may. Who has control may wish anything, an
/// annotator only what is drawn for a named owner, a display its own layout, a capture node nothing.
[[nodiscard]] std::optional<std::string> not_allowed(transport::Role role, const std::string& peer,
                                                     const transport::Control& control);

}  // namespace augment
