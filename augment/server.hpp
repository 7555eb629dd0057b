// The augmentation server: who is here, what comes in, what goes out. Pixels are Input's and View's business.
#pragma once

#include "augment/input.hpp"
#include "augment/mixer.hpp"
#include "augment/timeline_relay.hpp"
#include "transport/bus.hpp"
#include "transport/link_rtp.hpp"
#include "transport/media_port.hpp"
#include "transport/options.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace augment {

class Server {
public:
    /// Binds the bus and the media port; throws std::runtime_error naming the one in use.
    Server(const transport::Options& options, transport::Clock& clock);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// One line of health: streams, viewers, drops. Any thread.
    [[nodiscard]] std::string line();
    /// For a scrape. Any thread.
    void tell(transport::MetricsPage& page);

private:
    /// A capture node's stream.
    struct Uplink {
        void know_clock(const transport::ClockOffset& of_node);
        [[nodiscard]] transport::ClockOffset clock() const;

        std::string node;
        std::uint32_t media_ssrc = 0;
        std::uint64_t boot = 0;
        transport::Modality modality{};
        std::optional<transport::Timestamp> silent_since{};  ///< on the bus
        bool gone = false;
        std::unique_ptr<Input> input;
        std::atomic<transport::Receiver*> feedback{nullptr};
        std::atomic<std::uint64_t> frames{0};
        mutable std::mutex clock_mutex;
        transport::ClockOffset node_clock;              ///< written on the bus thread, read on the link's
        std::unique_ptr<transport::Receiver> receiver;  // last: its thread calls the others
    };
    /// What a peer's stream is sealed with.
    struct Seal {
        std::uint32_t media_ssrc = 0;
        transport::MediaKey key;
        transport::Timestamp since{};
    };
    struct Viewer {
        transport::Hello hello;         ///< viewer: the class that it sees at present
        transport::ViewerClass wanted;  ///< the class that it asked for, in the layout of now
        bool silent_on_bus = false;
        transport::Timestamp larger_not_before{};
        transport::Microseconds larger_after{10'000'000};  ///< doubled each time that a larger picture did not last
    };
    // on the bus thread
    void on_message(const std::string& peer, const transport::Message& message);
    void on_gone(const std::string& peer);
    void welcome(const std::string& peer, transport::Role role, const transport::Welcome& welcome);
    void welcome_capture(const std::string& peer, const transport::Hello& hello);
    void welcome_display(const std::string& peer, const transport::Hello& hello);
    void learn_clock(const std::string& peer, const std::optional<transport::TwoClocks>& told);
    transport::Reply apply(const std::string& peer, const transport::Control& control);
    /// Into the list of what is drawn; its revision afterwards.
    std::uint32_t tidy(const transport::Control& control, bool by_room);
    void show(const std::string& display, Viewer& viewer, const transport::ViewerClass& seen);
    void move_viewers(transport::Layout layout, const std::string& only);
    void remove_viewer(const std::string& peer);
    std::string describe();
    /// For who watches the timelines: the links to and from the server, and what is lost before the pictures are made.
    [[nodiscard]] transport::Status health();
    /// Its key is remembered under the peer's name, to be renewed.
    transport::RtpLink new_link(const std::string& peer, transport::Priority priority);
    /// To a smaller picture when its link carries no more, and back when it does.
    void fit_viewer(const std::string& peer);
    [[nodiscard]] transport::Welcome welcome_to(const transport::RtpLink& link, transport::StreamId id) const;
    void renew_key(const std::string& peer);
    void sweep();
    [[nodiscard]] transport::Role role_of(const std::string& peer) const;

    const transport::Options options_;
    transport::Clock& clock_;
    std::mt19937_64 random_{std::random_device{}()};
    transport::MediaPort media_;  // outlives every link
    Mixer mixer_;
    std::mutex nodes_mutex_;  ///< who is here; link threads never take it
    std::map<transport::Modality, std::unique_ptr<Uplink>> uplinks_;
    std::map<std::string, Viewer> displays_;
    std::map<std::string, transport::Role> roles_;  ///< of all who were welcomed
    std::map<std::string, Seal> seals_;
    TimelineRelay relay_;

    std::unique_ptr<transport::BusServer> bus_;  // last: its thread calls everything above
};

}  // namespace augment
