// How a report looks.
#pragma once

#include <string_view>

namespace bench {

/// One style sheet, light and dark by the reader's own setting, light on paper. The series' colours are told apart by
/// people who see few colours (Okabe and Ito's, darker or lighter as the ground wants it).
[[nodiscard]] std::string_view report_style();

}  // namespace bench
