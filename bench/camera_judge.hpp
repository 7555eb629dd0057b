// One camera before the source's screen and the display: how much later does the same code appear on the display?
#pragma once

#include "bench/camera_fit.hpp"
#include "bench/camera_quads.hpp"
#include "bench/screen_looks.hpp"
#include "transport/clock.hpp"
#include "transport/latency.hpp"

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct CameraTiming {
    transport::Microseconds period{0};                  ///< from picture to picture
    std::optional<transport::Microseconds> readout{};   ///< from the first to the last row; unknown: 0 to a period
    std::optional<transport::Microseconds> exposure{};  ///< of each row; unknown: up to a period
};

/// A frame that both screens showed.
struct CameraFrame {
    transport::StreamId stream = 0;
    std::uint32_t sequence = 0;
    std::int64_t captured_us = 0;  ///< as its code tells
    std::int64_t source_us = 0;    ///< it appeared on the source's screen, on the camera's clock
    std::int64_t display_us = 0;
    std::int64_t bound_us = 0;  ///< of the latency

    [[nodiscard]] std::int64_t latency_us() const { return display_us - source_us; }
};

struct CameraStream {
    transport::StreamId stream = 0;
    Quad source;
    Quad display;
    std::uint64_t only_on_source = 0;  ///< frames that the display never showed, in between those that it did
    transport::Percentiles latency;
    transport::Percentiles uncertainty;
};

struct CameraReport {
    std::string video;
    CameraTiming timing;
    std::uint64_t pictures = 0;    ///< since the first code was found
    std::uint64_t unreadable = 0;  ///< of the codes in them: two codes in one exposure, mostly
    std::vector<CameraStream> streams;
    std::vector<CameraFrame> frames;  ///< by stream, in order
};

/// Takes picture after picture and reads each code where it was found: the camera must stand still. It looks for more
/// of them in whole pictures, at first in each, ever more seldom while nothing new turns up: some start late. What was
/// read there and was never another code, is none. Of two places with the same stream that which is ahead is the
/// source.
class CameraJudge {
public:
    explicit CameraJudge(const CameraTiming& timing) : timing_{timing} {}
    /// `at`: when the exposure of the first row began, on the camera's clock.
    void take(const transport::Pixels& picture, transport::Timestamp at);
    /// Throws std::runtime_error with one line when no code was found, or a stream not at exactly two places.
    [[nodiscard]] CameraReport report() const;

private:
    struct Place {
        QuadFit fit;
        transport::StreamId stream = 0;
        std::optional<transport::Timecode> newest{};
        bool changes = false;  ///< another code of its stream was read there after the first
        ScreenLooks looks{1};
        std::vector<Sighting> seen;  ///< whatever appeared there
    };
    void search(const transport::Pixels& picture);
    void read(const transport::Pixels& picture, transport::Timestamp at, Place& place);
    [[nodiscard]] CameraStream judged(const Place& one, const Place& other, std::vector<CameraFrame>& frames) const;
    [[nodiscard]] std::int64_t fixed_bound_us(const Place& source, const Place& display) const;

    CameraTiming timing_;
    int height_ = 0;
    std::vector<Place> places_;
    int searched_in_vain_ = 0;  ///< in a row
    int until_search_ = 0;      ///< pictures
    std::uint64_t searched_ = 0;
    std::uint64_t pictures_ = 0;
    std::uint64_t unreadable_ = 0;
};

[[nodiscard]] std::string camera_json(const CameraReport& report);
inline constexpr std::string_view camera_frames_header =
    "stream,sequence,captured_us,source_us,display_us,latency_us,uncertainty_us\n";
void write_camera_frames(std::ostream& csv, const CameraReport& report);
/// As if a display's judge had seen them: presented is captured + the latency that the camera measured.
[[nodiscard]] std::vector<SeenCode> camera_codes(const CameraReport& report);

/// `arguments` after "camera".
int run_camera(const std::vector<std::string>& arguments);
[[nodiscard]] std::string camera_help();

}  // namespace bench
