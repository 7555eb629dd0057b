#include "bench/progress.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bench {

Progress::Progress() : live_{isatty(STDERR_FILENO) == 1 && std::getenv("CI") == nullptr} {}

Progress::~Progress() {
    if (live_) fmt::print(stderr, "\r\033[K");
}

void Progress::begin(const std::string& what) {
    what_ = what;
    if (live_)
        fmt::print(stderr, "\r\033[K{}", what_);
    else
        fmt::print(stderr, "{}\n", what_);
}

void Progress::left(double seconds) const {
    if (live_) fmt::print(stderr, "\r\033[K{}, {:.0f} s left", what_, std::max(0.0, seconds));
}

}  // namespace bench
