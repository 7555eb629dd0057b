// CURVE keys as libzmq makes them.
#include "transport/keys.hpp"

#include <fmt/format.h>
#include <zmq.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace transport {
namespace {

using KeyText = std::array<char, 41>;  // Z85 and its end

}  // namespace

CurveKeys new_curve_keys() {
    KeyText public_key{};
    KeyText secret_key{};
    if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        throw std::runtime_error{fmt::format("keys: this ZeroMQ makes none: {}", zmq_strerror(zmq_errno()))};
    CurveKeys keys{public_key.data(), secret_key.data()};
    ::explicit_bzero(secret_key.data(), secret_key.size());
    return keys;
}

std::optional<std::string> public_key_of(const std::string& secret_key) {
    KeyText public_key{};
    if (!is_curve_key(secret_key) || zmq_curve_public(public_key.data(), secret_key.c_str()) != 0) return std::nullopt;
    return std::string{public_key.data()};
}

}  // namespace transport
