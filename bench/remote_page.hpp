// The real browser of the benchmark: bench/remote_page.mjs drives Chromium and prints a JSON line for each thing that
// has happened.
#pragma once

#include "bench/processes.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Of one source in one page, ms: from captured to when the browser expects the picture on the panel.
struct PageStream {
    // by the codes in the shown pixels, of every source frame seen
    std::uint64_t frames = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double max_ms = 0;
    // as the page itself says, the worst 10 s of the run; nothing from a page that says nothing
    std::optional<double> said_p50_ms;
    std::optional<double> said_p99_ms;
    std::optional<double> said_bound_ms;
};

/// A stroke drawn in a page and looked for in the pixels that the server sends; this machine's monotonic clock.
struct DrawnStroke {
    std::int64_t lifted_us = 0;              ///< the pointer
    std::optional<std::int64_t> shown_us{};  ///< expected on the panel
    std::uint32_t revision = 0;              ///< of the picture in which it was seen
};

struct PageFigures {
    std::map<transport::Modality, PageStream> streams;
    double bound_ms = 0;           ///< of the judge's clock against the page's
    double pictures_per_s = 0;     ///< shown
    std::uint64_t unreadable = 0;  ///< pictures looked at without a code that could be read
    // of our own page alone: its own check, and its captured time beside that in the code
    std::uint64_t agree = 0;
    std::uint64_t disagree = 0;
    std::uint64_t compared = 0;
    std::uint64_t beyond_bounds = 0;
    double largest_difference_ms = 0;
    std::optional<double> jitter_buffer_ms;
    std::optional<double> decode_ms;
    std::vector<DrawnStroke> strokes;
};

enum class PageStep : std::uint8_t { starting, measuring, done, failed };
struct PageReport {
    PageStep step = PageStep::starting;
    std::string why{};      ///< of failed
    PageFigures figures{};  ///< of done
};
/// Of what the driver has printed so far; lines that are none of its JSON are passed over.
[[nodiscard]] PageReport read_page_report(std::string_view printed);

/// The driver as a process.
class RemotePage {
public:
    /// `words` for the driver. Throws std::runtime_error when it is not there.
    RemotePage(const std::vector<std::string>& words, std::filesystem::path log);
    /// Throws std::runtime_error with the driver's reason when it has failed.
    [[nodiscard]] PageReport look();

private:
    std::filesystem::path log_;
    Process process_;
};

}  // namespace bench
