// What somebody at a seat of a remote session says and hears, as far as the benchmark plays one (the page's own words:
// render/share_message.hpp).
#pragma once

#include <string>
#include <string_view>

namespace bench {

[[nodiscard]] std::string join_words(const std::string& token, const std::string& name);
/// The fused picture, half as large.
[[nodiscard]] std::string half_size_words();
[[nodiscard]] std::string answer_words(const std::string& sdp);

struct SeatHeard {
    std::string type{};  ///< "welcome", "offer", …; empty: none of these
    std::string sdp{};   ///< of an offer
};
[[nodiscard]] SeatHeard read_seat_words(std::string_view text);

}  // namespace bench
