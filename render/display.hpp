// The OR display: receive → decode → judge freshness → draw → present → report back.
#pragma once

#include "render/completer.hpp"
#include "render/pixel_check.hpp"
#include "render/probation.hpp"
#include "render/report.hpp"
#include "render/screen.hpp"
#include "render/sink.hpp"
#include "render/state_log.hpp"
#include "transport/bus.hpp"
#include "transport/link.hpp"
#include "transport/mailbox.hpp"
#include "transport/metrics/hops.hpp"
#include "transport/options.hpp"
#include "transport/reception.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace render {

class Display {
public:
    using OpenReceiver = std::function<std::unique_ptr<transport::Receiver>(transport::OnArrival)>;

    /// Writes timeline.csv, states.csv and summary.json to options.out unless that is empty.
    Display(Sink& sink, transport::Clock& clock, const transport::Options& options, std::string version);
    ~Display();
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    /// Receives from now on through what `open` makes; the old receiver ends first. Any thread.
    void connect(const OpenReceiver& open);
    /// See transport::LinkEnd. Any thread.
    void take_key(const transport::MediaKey& key);
    /// What is known of the server's clock; ignored while both run on one machine. Any thread.
    void clock_of_server(const transport::ClockOffset& offset);
    /// This display's own freeze. Any thread.
    void freeze(bool on);

    /// Shows the newest picture, or repaints the state when none came within 50 ms. One thread.
    void step(std::stop_token stop);

    /// Once a second: the terminal's line.
    std::optional<std::string> take_second();
    struct News {
        transport::Status health;
        transport::FinishedTimelines finished;
    };
    /// Four times a second: what the bus is told. `step`'s thread.
    std::optional<News> take_news();
    /// For a scrape. Any thread.
    void tell(transport::MetricsPage& page);
    /// Completes the report; returns the table.
    std::string finish();

private:
    void on_arrival(const transport::Arrival& arrival);
    void show(const transport::Received& picture);
    void account(const transport::Received& picture, transport::Timestamp presented);
    void complete(std::vector<PresentedFrame> frames);
    void collect(const std::vector<PresentedFrame>& frames);
    void count_drops();
    std::string describe_paths();
    [[nodiscard]] transport::Status health();

    Sink& sink_;
    transport::Clock& clock_;
    Report report_;
    StateLog states_;
    TimelineCompleter completer_;
    Probation probation_;
    PixelCheck pixel_check_;
    Screen screen_;
    transport::FinishedTimelines finished_;
    transport::NewFrames new_frames_;
    transport::Timestamp second_began_;
    transport::Timestamp news_began_;

    std::mutex offset_mutex_;
    transport::ClockOffset server_clock_;
    transport::Mailbox<transport::Received> waiting_;
    transport::Reception reception_;  ///< the link's thread; survives a reconnection
    std::mutex receiver_mutex_;
    std::unique_ptr<transport::Receiver> receiver_;  // last: its thread calls the others
};

}  // namespace render
