// What this program was built by and runs with.
#pragma once

#include <map>
#include <string>

namespace bench {

/// The compiler, the kernel's release, and of each library that decides about latency the file that is loaded:
/// "libx264" → "164". A library that is not loaded is left out.
[[nodiscard]] std::map<std::string, std::string> versions_here();

}  // namespace bench
