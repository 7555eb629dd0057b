// From looks at a screen to presentations: when did each code appear, and how well is that known? Pure.
#pragma once

#include "bench/codes.hpp"
#include "transport/clock.hpp"
#include "transport/timecode.hpp"

#include <optional>
#include <vector>

namespace bench {

/// What the screen showed at some instant between two times.
struct ScreenLook {
    transport::Timestamp before{};
    transport::Timestamp after{};
    std::vector<std::optional<transport::Timecode>> codes;  ///< by place; nothing where none could be read
    bool redrawn = false;  ///< somebody has drawn there since the look before, the same picture perhaps
};

/// One code that appeared, or was drawn again.
struct Sighting {
    SeenCode code;                     ///< presented_us: the middle of the time within which it appeared
    transport::Microseconds bound{0};  ///< half of that time
};

/// A code appeared after the last look that showed the one before it had begun, and before the first look that shows
/// it had ended. Whenever something appears or is drawn again, all codes of that picture are told, with one time, as a
/// judge within the pipeline tells them for every picture. The first code at a place is not: nobody knows since when
/// it has stood there.
class ScreenLooks {
public:
    explicit ScreenLooks(std::size_t places = 0) : places_(places) {}
    [[nodiscard]] std::vector<Sighting> take(const ScreenLook& look);
    /// When a code was read there last; nothing when none has been.
    [[nodiscard]] std::optional<transport::Timestamp> last_read(std::size_t place) const;
    /// Another place from now on, or one more.
    void begin(std::size_t place);
    /// Whose code was read there last; nothing when none has been.
    [[nodiscard]] std::optional<transport::StreamId> stream_at(std::size_t place) const;

private:
    struct Place {
        std::optional<transport::Timecode> code;
        transport::Timestamp read_after{};  ///< the begin of the last look that showed it
        bool told = false;                  ///< when it appeared is known
    };
    std::vector<Place> places_;
    bool redrawn_ = false;  ///< while nothing could be read
};

}  // namespace bench
