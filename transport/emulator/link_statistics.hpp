// What a link did to the packets of one direction.
#pragma once

#include "transport/emulator/link_model.hpp"
#include "transport/latency.hpp"

#include <array>
#include <cstdint>

namespace transport {

struct LinkStatistics {
    std::uint64_t offered = 0;
    std::uint64_t bytes = 0;               ///< of those offered
    std::array<std::uint64_t, 4> fates{};  ///< packets, by Fate
    Histogram delay;                       ///< of those delivered, one way
    Histogram queueing;                    ///< of that, behind other packets

    void record(const Passage& passage, std::size_t size, Timestamp now) {
        ++offered;
        bytes += size;
        ++fates[static_cast<std::size_t>(passage.fate)];
        if (passage.fate != Fate::delivered) return;
        delay.record(passage.out - now);
        queueing.record(passage.queueing);
    }
    [[nodiscard]] std::uint64_t count(Fate fate) const { return fates[static_cast<std::size_t>(fate)]; }
};

}  // namespace transport
