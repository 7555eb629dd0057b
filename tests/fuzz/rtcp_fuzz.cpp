// RTCP from a stranger: whatever the bytes, no crash, and what is understood can be written and read again.
#include "transport/rtp/rtcp.hpp"

#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace transport;
    const auto messages = read_rtcp({reinterpret_cast<const std::byte*>(data), size});
    if (messages.size() > size / 12) std::abort();
    ReportClock clock;
    for (const auto& message : messages) {
        if (const auto* report = std::get_if<ArrivalReport>(&message)) static_cast<void>(clock.unwrap(report->time));
        const auto again = read_rtcp(to_rtcp(1, {&message, 1}));
        // A NACK that names packets twice or in disorder may be longer when we write it.
        if (const auto* nack = std::get_if<Nack>(&message); nack != nullptr && !nack->sequences.empty()) {
            if (again.size() != 1 || std::get<Nack>(again.front()).sequences.empty()) std::abort();
        } else if (again != std::vector{message}) {
            std::abort();
        }
    }
    return 0;
}
