// Any bytes as a bus message: nothing, or a message that survives being written and read again.
#include "transport/bus.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = transport::message_from_cbor({reinterpret_cast<const std::byte*>(data), size});
    if (!message) return 0;
    const auto again = transport::message_from_cbor(transport::to_cbor(*message));
    if (!again || *again != *message) std::abort();
    return 0;
}
