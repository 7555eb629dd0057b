// A catheter's tip, pointed at once and found again in every exposure after that; or lost, and said to be.
#pragma once

#include "augment/tip_end.hpp"
#include "augment/tip_picture.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace augment {

struct Tip {
    enum class State : std::uint8_t {
        tracking,
        coasting,  ///< not found in this exposure: where it should be, for a few of them
        held,  ///< no exposure: there it lay, or should have, in the last one, which is still shown; now nobody knows
        lost   ///< until somebody points at it again
    };
    State state = State::lost;
    Vec2 at{};                    ///< X-ray pixel
    double angle = 0;             ///< where its wire would go on, from the columns' to the rows' direction
    double confidence = 0;        ///< 0 to 1; 0 unless it is tracking
    transport::Timestamp seen{};  ///< when the exposure was taken that it was last found in
    bool operator==(const Tip&) const = default;
};
/// "tracking", "coasting", "held", "lost".
[[nodiscard]] std::string_view name(Tip::State state);

class TipTracker {
public:
    static constexpr int most_coasting = 3;  ///< exposures

    /// At the wire's end nearest the click (a pixel of this frame). Nothing where there is none.
    [[nodiscard]] static std::optional<TipTracker> at(const transport::Frame& xray, Vec2 click);
    /// In the next frame of the same stream. To be called with each of them, in their order.
    const Tip& follow(const transport::Frame& xray);
    [[nodiscard]] const Tip& tip() const { return tip_; }

private:
    /// The tip's surroundings while its wire ended in that direction.
    struct Look {
        Field around;
        double angle = 0;
    };
    struct Search {
        Vec2 middle;   ///< pixel
        Vec2 carried;  ///< pixel: where it would be if it moved with the C-arm and the table alone
        int reach = 0;
        bool anew = false;  ///< after a pause: it may be anywhere near, so more certainty is asked for
    };
    /// Where a look lies best, and how well.
    struct Match {
        Vec2 at;  ///< cells of the part
        double angle = 0;
        double score = 0;
        double known = 0;  ///< of the looks that are kept, not of the last one
        double rival = 0;  ///< the best elsewhere
    };
    TipTracker() = default;
    [[nodiscard]] std::optional<Search> where_to_look(const transport::FrameHeader& header, double seconds) const;
    [[nodiscard]] std::optional<Match> match(const TipCells& cells, const Search& search) const;
    [[nodiscard]] WireEnd end_at(const TipCells& cells, const Match& match) const;
    void learn(const TipCells& cells, const WireEnd& end);
    const Tip& now(Tip::State state);

    Tip tip_;
    transport::FrameHeader last_;  ///< of the last exposure that was looked at
    Vec2 per_second_{};            ///< motion of late, pixels
    WireEnd end_;                  ///< direction, width and usual contrast
    Look recent_;                  ///< the last ones, blended
    std::vector<Look> kept_;       ///< the first is the one that was pointed at
    int since_kept_ = 0;           ///< exposures
    int missed_ = 0;               ///< exposures
    bool paused_ = false;
};

}  // namespace augment
