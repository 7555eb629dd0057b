// `scialytic bench report`: results, and what lies beside them, as one page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::size_t most_reported = 24;  ///< results of one page

[[nodiscard]] std::string_view report_help();

/// `words` after "report". 0 when the page was written. Throws transport::UsageError with one line;
/// std::runtime_error naming the file that is missing, malformed or cannot be written.
int run_report(const std::vector<std::string>& words);

}  // namespace bench
