// Does it pay to send slices before the picture is whole? `scialytic bench slices`: an experiment, for the product
// sends whole pictures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view slices_help();
/// `words` after "slices". Writes slices.json. Throws transport::UsageError; std::runtime_error when a codec fails.
int run_slices(const std::vector<std::string>& words);

}  // namespace bench
