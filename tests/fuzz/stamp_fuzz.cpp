// Access units from a stranger: whatever the bytes, no crash, and what is accepted can be written and read again.
#include "transport/stamp.hpp"

#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    for (const auto& found : {transport::find_stamp(bytes), transport::stamp_from_bytes(bytes)}) {
        if (!found) continue;
        const auto stamp = found->localise({});
        const auto again = transport::stamp_from_bytes(transport::to_bytes(stamp));
        if (!again) std::abort();
    }
    (void)transport::is_keyframe(bytes);
    return 0;
}
