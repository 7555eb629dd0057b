// Drawing on every core: the same pictures however many there are.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace devices {

/// Calls `work(i)` once for each i below `count`, from several threads; returns when all are done. The calls must not
/// throw and must not depend on each other.
template <typename Work>
void in_parallel(int count, const Work& work) {
    std::atomic<int> next{0};
    const auto worker = [&] {
        for (int i = next++; i < count; i = next++) work(i);
    };
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(cores, count); ++i) helpers.emplace_back(worker);
    worker();
}

}  // namespace devices
