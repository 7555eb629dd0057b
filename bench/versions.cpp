#include "bench/versions.hpp"

#include <sys/utsname.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace bench {

std::map<std::string, std::string> versions_here() {
    constexpr std::array<std::string_view, 8> wanted{
        "libx264", "libavcodec", "libgstreamer-1.0", "libopencv_core", "libsrtp2", "libzmq", "libc", "libcudart"};
    std::map<std::string, std::string> out{{"compiler", __VERSION__}};
    utsname kernel{};
    if (uname(&kernel) == 0) out["kernel"] = kernel.release;
    // Mapped files are named in full: libx264.so.164.
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        const auto slash = line.find('/');
        if (slash == std::string::npos) continue;
        const auto file = std::filesystem::path{line.substr(slash)}.filename().string();
        const auto so = file.find(".so.");
        if (so == std::string::npos) continue;
        const auto library = file.substr(0, so);
        if (std::ranges::find(wanted, library) != wanted.end()) out[library] = file.substr(so + 4);
    }
    return out;
}

}  // namespace bench
