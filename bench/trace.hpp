// `scialytic bench trace`: single frames for a trace viewer, and all of them as HdrHistogram's percentiles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view trace_help();

/// `words` after "trace". 0 when the files were written. Throws transport::UsageError with one line;
/// std::runtime_error naming the file that is missing, malformed or cannot be written.
int run_trace(const std::vector<std::string>& words);

}  // namespace bench
