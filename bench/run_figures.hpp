// What one run was like, from what its display wrote. Pure: codes, timelines and states in, figures out.
#pragma once

#include "bench/distribution.hpp"
#include "bench/shown_frames.hpp"

#include <map>
#include <string>

namespace bench {

/// A source as it is judged.
struct JudgedStream {
    transport::StreamId id = 0;
    std::string name;  ///< is_stream_name
    transport::Microseconds period{0};
    transport::Modality modality = transport::Modality::ultrasound;  ///< how timelines and states call it
    /// Of the codes' times; nothing: the timelines tell it frame by frame, and what they do not tell is unknown.
    std::optional<transport::Microseconds> clock_bound;
    transport::Microseconds clock_offset{0};  ///< to be added to the codes' times: they are of the capture node's clock
};

struct RunInput {
    std::vector<JudgedStream> streams;
    std::vector<SeenCode> codes;                    ///< of one display, by presentation
    std::vector<render::PresentedFrame> timelines;  ///< as timeline.csv tells them; none where nobody writes one
    std::optional<std::int64_t> timelines_from_us;  ///< what their times count from, on the codes' clock
    std::vector<StateChange> states;
    Span measured;  ///< on the codes' clock, warm-up excluded
    double refresh_hz = 60;
    std::vector<std::int64_t> vblanks_us{};  ///< where the sink tells them; else a nominal grid stands in
};

/// What vouches for a stream's clock.
struct StreamClock {
    std::string basis = "unknown";     ///< as the timelines tell it (ClockBasis), or "given" by who measured
    transport::Microseconds bound{0};  ///< the worst; no_clock when nobody vouches
    bool operator==(const StreamClock&) const = default;
};

/// One repeat. A figure that nobody measured is missing: it is unknown, never zero.
struct RepeatFigures {
    double seconds = 0;                                 ///< measured, warm-up excluded
    std::map<std::string, Distribution> distributions;  ///< by figure_key, as "g2g.ultrasound"
    std::map<std::string, double> numbers;              ///< by figure_key, as "freeze.ultrasound.count"
    bool operator==(const RepeatFigures&) const = default;
};

struct RunFigures {
    RepeatFigures figures;
    std::map<std::string, std::vector<ShownFrame>> frames;  ///< by stream
    std::map<std::string, StreamClock> clocks;              ///< by stream
};

/// Throws std::invalid_argument for an empty span, a period or a refresh rate that is not above 0.
[[nodiscard]] RunFigures run_figures(const RunInput& input);

/// "nominal grid, 60 Hz, at every phase", or "vertical blanks as the sink told them".
[[nodiscard]] std::string grid_text(const RunInput& input);

/// The files that a display and its judge leave in `folder`: codes.csv, and timeline.csv and states.csv where they
/// are. Measuring begins `warm_up` after every stream has been seen, and ends with the last picture. Throws
/// std::runtime_error naming the file that is missing or malformed, or the stream that never was seen.
[[nodiscard]] RunInput read_run(const std::filesystem::path& folder, std::vector<JudgedStream> streams,
                                transport::Microseconds warm_up, double refresh_hz);

}  // namespace bench
