// states.csv: a row for every change of what the display says of a modality, and why.
#pragma once

#include "render/freshness.hpp"
#include "transport/handle.hpp"
#include "transport/metrics/page.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>

namespace render {

/// Columns `time_us` (since the run's start, as in timeline.csv), `clock_us` (this machine's monotonic clock),
/// `modality` (or "fusion"), `state`, `why`. Before its first row a modality is LOST. Rows are on disk at once: they
/// are few, and wanted most when the rest has stopped. A disk that is full is told once, on standard error.
class StateLog {
public:
    /// Without a folder nothing is written. Throws std::runtime_error naming the path that cannot be written.
    StateLog(const std::optional<std::filesystem::path>& folder, transport::Timestamp start);
    /// What a picture that was presented at `now` says.
    void shown(const States& states, transport::Timestamp now);
    /// For a scrape: what is drawn at present. Any thread.
    void tell(transport::MetricsPage& page) const;

private:
    void change(transport::Timestamp now, std::string_view who, std::string_view state, std::string_view why);

    transport::Timestamp start_;
    transport::Handle<std::FILE, std::fclose> file_;  // null: nowhere to write, or no longer
    std::array<std::atomic<State>, 3> last_{State::lost, State::lost, State::lost};
    std::string_view last_fusion_;
    std::string_view last_registration_ = transport::name(transport::Registration::by_hand);
};

/// As the documents call it: "LIVE", "LATE", "STILL", "X-RAY OFF", "STALE", "LOST".
[[nodiscard]] std::string_view logged_name(State state);

}  // namespace render
