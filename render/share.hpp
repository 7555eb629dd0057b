// The remote session: browsers, AR glasses and colleagues far away watch, talk, point and draw. To the augmentation
// server this is a display, a hand that draws and perhaps a camera; nothing there knows of browsers.
#pragma once

#include "render/share_camera.hpp"
#include "render/share_child.hpp"
#include "render/share_feed.hpp"
#include "render/share_http.hpp"
#include "render/share_janus.hpp"
#include "render/share_latency.hpp"
#include "render/share_mix.hpp"
#include "render/share_people.hpp"
#include "render/share_token.hpp"
#include "render/share_wiring.hpp"
#include "transport/options.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace render {

class Share {
public:
    /// Binds the HTTPS port and dials the server; throws std::runtime_error in one line.
    Share(const transport::Options& options, ShareWiring wiring, Tokens& tokens, transport::Clock& clock);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Serves until stopped, on the calling thread.
    void run(const std::stop_token& stop);
    /// "https://HOST:PORT"
    [[nodiscard]] const std::string& address() const { return base_; }
    /// "https://HOST:PORT/#TOKEN"; an engineer's "https://HOST:PORT/latency#TOKEN"
    [[nodiscard]] std::string link(ShareRole role);
    [[nodiscard]] std::string line() const;
    /// For a scrape: as it was within the last second. Any thread.
    void tell(transport::MetricsPage& page) const;

private:
    using Socket = ShareDoor::Socket;
    using PeerId = std::uint64_t;
    using Seat = SharePeople::Seat;
    struct Peer {
        Connection kind = Connection::view;
        PersonId person = 0;  ///< 0: through WHIP or WHEP
        std::string door{};   ///< who came through WHIP or WHEP, by his token
        std::shared_ptr<ShareFeed> feed{};
        std::function<void(const std::string& sdp)> answered{};
        std::function<void(const std::string& why)> ended{};
        std::unique_ptr<ShareChild> child;
    };
    /// A viewer class that Janus gives out.
    struct Picture {
        ShareJanus::Mount mount = 0;
        std::shared_ptr<ShareFeed> feed{};
        std::unique_ptr<ShareChild> publisher{};  ///< null until Janus takes it
        std::set<PersonId> viewers{};
    };
    struct Visitor {
        transport::Timestamp since{};
    };
    struct Asked {  // of the server, in this order
        PersonId person = 0;
        std::optional<std::uint32_t> ref{};
    };

    // share.cpp: what people say
    void said(Socket socket, std::string_view text);
    void enter(Socket socket, const FromPage& message);
    void welcome(Socket socket, const Participant& who);
    void take(Seat& seat, const FromPage& message);
    void moderate(Seat& seat, const FromPage& message);
    void invite(Seat& seat, ShareRole role);
    void leave(PersonId id);
    void say(const Seat& seat, const ToPage& message);
    void tell_people();  ///< within a tick
    void refuse(Socket socket, std::uint16_t code, const std::string& why);
    void tick();
    void post(std::function<void()> what);  ///< to the main loop; any thread

    // share_metrics.cpp
    void note_metrics();

    // share_peers.cpp: children and what they are fed
    PeerId start(Connection kind, const std::string& sdp, Peer peer);
    void stop(PeerId id);
    void stop_all(PersonId person);
    void heard(PeerId id, const PipeMessage& message);
    void connect(Seat& seat, const Offer& offer);
    void watch(Seat& seat, const ChooseLayout& choice);
    [[nodiscard]] std::shared_ptr<ShareFeed> feed_for(const transport::ViewerClass& wanted, std::string& why);
    [[nodiscard]] std::string free_feed_name() const;
    [[nodiscard]] transport::ViewerClass class_of(const ChooseLayout& choice) const;
    void give_camera(PeerId id, const PipeMessage& message);
    void tell_clocks();

    // share_fan_out.cpp: the picture by Janus
    void make_janus();
    void watch_by_janus(Seat& seat);
    void leave_picture(PersonId id);
    void publish(ShareJanus::Mount mount, ShareJanus::Ports ports);
    void end_picture(ShareJanus::Mount mount, const std::string& why);
    void drop_unwatched();
    void tell_clock(const Seat& seat, const LivePing& ping);

    // share_drawing.cpp: what they draw
    void draw(Seat& seat, const FromPage& message);
    void ask(PersonId person, std::optional<std::uint32_t> ref, const transport::Control& control);
    void on_bus(const transport::Message& message);

    // share_latency_watch.cpp: where the time goes
    void watch_latency(const Seat& seat, bool on);
    void tell_latency();

    // share_doors.cpp: WHIP and WHEP
    void asked(const HttpRequest& request, const HttpReply& reply);
    void open_door(const HttpRequest& request, const HttpReply& reply, Connection kind);
    void close_door(const HttpRequest& request, const HttpReply& reply);

    const transport::Options options_;
    const ShareWiring wiring_;
    Tokens& tokens_;
    transport::Clock& clock_;
    std::string base_;  ///< "https://HOST:PORT"

    SharePeople people_;
    std::map<Socket, Visitor> visitors_;
    std::map<PersonId, ChooseLayout> chosen_;
    std::map<PersonId, transport::Timestamp> pointed_;
    std::map<PeerId, Peer> peers_;
    std::vector<std::unique_ptr<ShareChild>> ended_;  ///< destroyed when none of them is heard
    PeerId next_peer_ = 1;
    std::map<transport::ViewerClass, std::shared_ptr<ShareFeed>> feeds_;
    std::map<transport::ViewerClass, Picture> pictures_;
    std::unique_ptr<ShareJanus> janus_;  ///< null: everybody has a connection of his own
    std::optional<PeerId> camera_peer_;
    std::unique_ptr<ShareCamera> camera_;
    ShareMix mix_;
    std::deque<Asked> waiting_for_;
    std::set<PersonId> watching_latency_;
    ShareLatency latency_;
    transport::Timestamp latency_asked_{};
    bool reached_ = false;
    bool people_changed_ = false;
    std::mutex posted_mutex_;
    std::vector<std::function<void()>> posted_;
    unsigned tick_ = 0;
    mutable std::mutex noted_mutex_;
    transport::MetricsPage noted_;  ///< made on the main loop, read by scrapes

    std::unique_ptr<transport::BusClient> bus_;
    std::unique_ptr<ShareDoor> door_;
    std::jthread sound_;  // last: it uses the mix
};

}  // namespace render
