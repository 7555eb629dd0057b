// The pixels are the judge: does the code inside the picture tell the same as the stamp beside it?
#pragma once

#include "transport/stamp.hpp"

#include <cstdint>
#include <map>

namespace render {

/// Source frames checked, one per code in a picture: frames = agree + disagree + unreadable.
struct PixelCheckResult {
    std::uint64_t frames = 0;
    std::uint64_t agree = 0;
    std::uint64_t disagree = 0;                 ///< stream, sequence or captured time differ
    std::uint64_t unreadable = 0;               ///< a code should be there and is not
    transport::Microseconds max_difference{0};  ///< largest between the code's time and the header's `captured`
    bool operator==(const PixelCheckResult&) const = default;
};

/// Compares every in-picture code with the header that claims it. A code's time is on its capture node's clock:
/// with a clock bound of zero that is this clock, else the distance between the two is learned from frames whose
/// stream and sequence agree, and must stay within 1 ms and the bounds. Not thread safe.
class PixelCheck {
public:
    /// `picture` as it is about to be presented, unscaled; `stamp` as received, localised.
    void check(const transport::Pixels& picture, const transport::Stamp& stamp);
    [[nodiscard]] PixelCheckResult result() const { return result_; }

private:
    enum class Verdict : std::uint8_t { agree, disagree, unreadable };
    struct Distance {
        transport::Microseconds ours_minus_theirs{0};
        transport::Microseconds bound{0};
        std::uint32_t sequence = 0;
    };
    Verdict judge(const transport::Pixels& picture, const transport::Placed& source);

    PixelCheckResult result_;
    std::map<transport::StreamId, Distance> distances_;  // of streams from other machines
};

}  // namespace render
