// One's own link, as a YAML file.
#pragma once

#include "transport/emulator/link_profile.hpp"

#include <string>
#include <string_view>

namespace transport {

/// Keys: `name`, `from` (a named profile, with "+loss=…" where wanted; else a link of 1 Gbit/s without delay), then
/// `both`, `up` and `down` with what differs; `link_help` lists them. Files that it names are looked for beside it. At
/// most 1 MiB. Throws UsageError with one line: file, line, key, value and what is allowed.
[[nodiscard]] LinkProfile read_link_profile(const std::string& file, const std::string& recordings);
/// The same for text; `file` is its name in error lines and says where the files that it names lie.
[[nodiscard]] LinkProfile read_link_profile_text(std::string_view yaml, const std::string& file,
                                                 const std::string& recordings);
/// Every key of a direction and of a gap, a line each, with what is allowed.
[[nodiscard]] std::string link_profile_help();

}  // namespace transport
