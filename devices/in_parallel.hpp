// Drawing on every core: the same pictures however many there are.
#pragma once

#include "transport/crew.hpp"

#include <algorithm>
#include <thread>

namespace devices {

/// Calls `work(i)` once for each i below `count`, from several threads; returns when all are done. The calls must not
/// throw and must not depend on each other.
template <typename Work>
void in_parallel(int count, const Work& work) {
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    transport::Crew{std::min(cores, count)}.share(count, work);
}

}  // namespace devices
