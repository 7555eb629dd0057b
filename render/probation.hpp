// A figure is printed only after the clocks behind it have had their chance to be found wrong.
#pragma once

#include "render/report.hpp"

#include <deque>
#include <vector>

namespace render {

/// Frames whose times came from another machine wait for 1.2 s: by then the next exchanges have contradicted a clock
/// that had stepped, or the node has fallen silent; either way its next pictures come without times. Those that still
/// wait then lose theirs. Frames of one machine pass at once, behind those that wait. Not thread safe.
class Probation {
public:
    static constexpr transport::Microseconds patience{1'200'000};

    void add(PresentedFrame frame, transport::Timestamp now);
    /// That source's clock is not known any more: whatever waits was converted with a clock that may have been wrong.
    void doubt(transport::Modality source);
    /// In order of presentation.
    [[nodiscard]] std::vector<PresentedFrame> take_passed(transport::Timestamp now);
    /// At the end of a run: what nothing has confirmed yet is unknown.
    [[nodiscard]] std::vector<PresentedFrame> take_rest();

private:
    struct Waiting {
        PresentedFrame frame;
        transport::Timestamp since;
    };
    std::deque<Waiting> waiting_;
};

}  // namespace render
