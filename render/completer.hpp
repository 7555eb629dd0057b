// The display alone completes timelines: marks that were made after a picture's stamp had left come in later ones.
#pragma once

#include "render/report.hpp"
#include "transport/stamp.hpp"

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace render {

/// Waits for `sent` and `published` of each shown frame, for 6 later pictures (3 frames of each modality, when each
/// makes pictures of its own) or 200 ms; what has not come by then
/// stays unknown. Marks may also come before their frame: the last 64 of each stream are kept, so that a frame
/// that is shown again is complete again. Not thread safe.
class TimelineCompleter {
public:
    static constexpr std::size_t later_frames = 6;
    static constexpr transport::Microseconds patience{200'000};

    void add(PresentedFrame frame, transport::Timestamp now);
    /// `sent` belongs to a source's stream and sequence, `published` to the view's; other stages are ignored.
    void late(const transport::LateMark& mark);
    /// In order of presentation.
    [[nodiscard]] std::vector<PresentedFrame> take_finished(transport::Timestamp now);
    /// At the end of a run: whatever is left, as it is.
    [[nodiscard]] std::vector<PresentedFrame> take_rest();

private:
    struct Waiting {
        PresentedFrame frame;
        transport::Timestamp since;
    };
    struct Remembered {
        std::deque<transport::LateMark> marks;
        std::uint64_t last_heard = 0;  // in marks, not in time: the stream that has been silent longest is forgotten
    };
    using Key = std::pair<transport::StreamId, transport::Stage>;
    void remember(const transport::LateMark& mark);
    [[nodiscard]] std::optional<transport::Timestamp> recall(Key key, std::uint32_t sequence) const;

    std::deque<Waiting> waiting_;
    std::map<Key, Remembered> remembered_;
    std::uint64_t heard_ = 0;
};

}  // namespace render
