// The server among real sockets: a capture node whose clock and boot are another machine's, a display beside the
// server.
#include "augment/server.hpp"
#include "bench/free_port.hpp"
#include "fakes/processes.hpp"
#include "fakes/shifted_clock.hpp"
#include "transport/codec.hpp"
#include "transport/keys.hpp"
#include "transport/pool.hpp"
#include "transport/stamp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace augment {
namespace {

using namespace transport;
using namespace std::chrono_literals;

RtpLink link_to(const Welcome& welcome) {
    RtpLink link;
    link.stream = {welcome.media_ssrc, welcome.feedback_ssrc, welcome.payload_type};
    link.ways = {{0, resolve("127.0.0.1", welcome.media_port)}};
    return link;
}

/// Sends grey pictures that were captured the moment before.
class FarNode {
public:
    FarNode(int bus_port, Clock& clock) : clock_{clock}, port_{"127.0.0.1", 0, clock} {
        EncoderSettings settings;
        settings.kind = EncoderKind::x264;
        settings.width = settings.height = 64;
        encoder_ = make_encoder(settings);
        auto pixels = pool_.get(PixelFormat::i420, 64, 64);
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < pixels->plane_height(plane); ++y)
                std::fill_n(pixels->row(plane, y), pixels->plane_width(plane), std::uint8_t{128});
        grey_ = std::move(pixels);
        bus_ = dial_bus("127.0.0.1", bus_port, Hello{.node = "probe", .role = Role::capture, .boot = boot},
                        [this](const Message& message) {
                            const auto* welcome = std::get_if<Welcome>(&message);
                            if (welcome == nullptr) return;
                            const std::scoped_lock lock{mutex_};
                            sender_ = make_rtp_sender(port_, link_to(*welcome), clock_);
                        },
                        clock, {.secure = false});
    }
    void send() {
        const auto now = clock_.now();
        Stamp stamp;
        stamp.stream = 1;
        stamp.sequence = static_cast<std::uint32_t>(captured.size());
        stamp.boot = boot;
        stamp.sender_time = now;
        stamp.canvas = {0, 0, 64, 64};
        stamp.sources.resize(1);
        stamp.sources[0].header.stream = 1;
        stamp.sources[0].header.sequence = stamp.sequence;
        stamp.sources[0].header.timeline.mark(Stage::captured, now);
        captured.push_back(now);
        const auto encoded = encoder_->encode(grey_, true);
        const std::scoped_lock lock{mutex_};
        if (sender_ && encoded) sender_->send({insert_stamp(encoded->bytes, stamp), stamp.sequence, now, true});
    }
    void leave_the_bus() { bus_.reset(); }

    std::vector<Timestamp> captured;  ///< by sequence, on this node's clock

private:
    static inline const std::uint64_t boot = boot_id() ^ 2U;
    Clock& clock_;
    MediaPort port_;
    PixelPool pool_;
    SharedPixels grey_;
    std::unique_ptr<Encoder> encoder_;
    std::mutex mutex_;
    std::unique_ptr<Sender> sender_;
    std::unique_ptr<BusClient> bus_;  // last: its thread uses the others
};

/// The newest source frame that came to a display.
class NearDisplay {
public:
    NearDisplay(int bus_port, Clock& clock) : clock_{clock}, port_{"127.0.0.1", 0, clock} {
        Hello hello{.node = "wall", .role = Role::display};
        hello.viewer = {Layout::ultrasound, 320, 180, CodecProfile::intra_refresh};
        bus_ =
            dial_bus("127.0.0.1", bus_port, hello,
                     [this](const Message& message) {
                         const auto* welcome = std::get_if<Welcome>(&message);
                         if (welcome == nullptr) return;
                         auto receiver = make_rtp_receiver(
                             port_, link_to(*welcome), [this](const Arrival& arrival) { take(arrival); }, clock_);
                         const std::scoped_lock lock{mutex_};
                         receiver_.swap(receiver);  // the old one ends without the lock, which its thread may wait for
                     },
                     clock, {.secure = false});
    }
    std::optional<FrameHeader> newest() {
        const std::scoped_lock lock{mutex_};
        return newest_;
    }

private:
    void take(const Arrival& arrival) {
        const auto stamp = find_stamp(arrival.bytes);
        if (!stamp) return;
        const std::scoped_lock lock{mutex_};
        const auto ours = stamp->localise({});
        if (!ours.sources.empty()) newest_ = ours.sources.front().header;
    }
    Clock& clock_;
    MediaPort port_;
    std::mutex mutex_;
    std::optional<FrameHeader> newest_;
    std::unique_ptr<Receiver> receiver_;
    std::unique_ptr<BusClient> bus_;  // last: its thread uses the others
};

TEST(Server, marks_of_a_node_on_another_machine_are_known_also_while_it_is_off_the_bus) {
    constexpr auto ahead = 3h;
    SystemClock clock;
    fakes::ShiftedClock far_clock{ahead};
    Options options;
    options.secure = false;
    options.bus_port = bench::free_port();
    options.media_port = 0;
    options.layout = Layout::ultrasound;
    Server server{options, clock};
    NearDisplay display{options.bus_port, clock};
    FarNode node{options.bus_port, far_clock};

    const auto shown = [&](bool known) {
        node.send();
        const auto newest = display.newest();
        return newest && newest->timeline.at(Stage::captured).has_value() == known;
    };
    ASSERT_TRUE(fakes::eventually([&] { return shown(true); })) << server.line();
    const auto frame = display.newest().value();
    const auto error = *frame.timeline.at(Stage::captured) - (node.captured.at(frame.sequence) - ahead);
    EXPECT_GT(frame.timeline.clock_bound, 0us);
    EXPECT_LE(std::chrono::abs(error), frame.timeline.clock_bound);

    node.leave_the_bus();  // as one does that changes its address: its media go on, and so do its pictures
    const auto at = display.newest()->sequence;
    EXPECT_TRUE(fakes::eventually([&] { return shown(true) && display.newest()->sequence > at + 20; }))
        << server.line();
}

TEST(Server, welcomes_whoever_dialled_before_it_was_there_and_answers_until_it_is_gone) {
    SystemClock clock;
    Options options;
    options.secure = false;
    options.media_port = 0;
    options.bus_port = listen_on_bus(
                           options.listen, 0, [](const std::string&, const Message&) {}, [](const std::string&) {},
                           clock, {.secure = false})
                           ->port();
    const auto shell = dial_bus(options.listen, options.bus_port, {.node = "shell", .role = Role::control},
                                [](const Message&) {}, clock, {.secure = false});
    for (int restart = 0; restart < 3; ++restart) {
        const Server server{options, clock};
        EXPECT_TRUE(fakes::eventually([&] { return shell->connected(); }));
        for (int i = 0; i < 50; ++i) shell->send(Control{.want_status = true});
    }
}

/// A node that wishes and waits for what it hears.
class Wisher {
public:
    Wisher(const Options& options, Hello hello, Clock& clock, const BusSecurity& security = {.secure = false})
        : bus_{dial_bus(
              options.listen, options.bus_port, hello,
              [this](const Message& message) {
                  const std::scoped_lock lock{mutex_};
                  if (const auto* reply = std::get_if<Reply>(&message)) replies_.push_back(*reply);
              },
              clock, security)} {}
    Reply wish(const Control& control) {
        const auto heard = [&] {
            const std::scoped_lock lock{mutex_};
            return replies_.size();
        };
        const auto before = heard();
        bus_->send(control);
        EXPECT_TRUE(fakes::eventually([&] { return heard() > before; }));
        const std::scoped_lock lock{mutex_};
        return replies_.size() > before ? replies_.back() : Reply{false, "no answer"};
    }

private:
    std::mutex mutex_;
    std::vector<Reply> replies_;
    std::unique_ptr<BusClient> bus_;  // last: its thread uses the others
};

Control drawing(std::string kind, std::string owner) {
    Annotation drawn;
    drawn.kind = std::move(kind);
    drawn.owner = std::move(owner);
    drawn.text = "here";
    if (drawn.kind == "stroke") drawn.points = {{0, 0}, {1, 1}};
    return {.annotate = drawn};
}

TEST(Server, hears_a_display_for_its_own_layout_alone) {
    SystemClock clock;
    Options options;
    options.secure = false;
    options.bus_port = bench::free_port();
    options.media_port = 0;
    const Server server{options, clock};
    Hello hello{.node = "far.view1", .role = Role::display};
    hello.viewer = {Layout::fused, 320, 180, CodecProfile::browser};
    Wisher view{options, hello, clock};
    EXPECT_EQ(view.wish({.layout = Layout::xray, .display = "far.view1"}), (Reply{true, "done", 0}));
    EXPECT_EQ(view.wish({.layout = Layout::xray}),
              (Reply{false, "a display may wish for its own layout, and nothing else"}));
}

TEST(Server, hears_an_annotator_for_what_is_drawn_and_tells_it_the_revision) {
    SystemClock clock;
    Options options;
    options.secure = false;
    options.bus_port = bench::free_port();
    options.media_port = 0;
    options.banner = "session 17";
    const Server server{options, clock};
    Wisher share{options, {.node = "share", .role = Role::annotator}, clock};
    Wisher shell{options, {.node = "shell", .role = Role::control}, clock};
    EXPECT_EQ(share.wish(drawing("stroke", "far/1")), (Reply{true, "done", 2}));
    EXPECT_EQ(share.wish(drawing("pointer", "far/2")), (Reply{true, "done", 3}));
    EXPECT_EQ(share.wish({.pointer_off = "far/2"}), (Reply{true, "done", 4}));
    EXPECT_EQ(shell.wish(drawing("text", "")), (Reply{true, "done", 5}));
    EXPECT_EQ(share.wish({.undo = "far/2"}), (Reply{true, "done", 5})) << "he has drawn nothing";
    EXPECT_EQ(share.wish({.undo = "far/1"}), (Reply{true, "done", 6}));
    EXPECT_EQ(share.wish({.clear_annotations = true}), (Reply{true, "done", 7}));
    EXPECT_EQ(shell.wish({.undo = ""}).revision, 7U) << "it is cleared already";

    constexpr const char* nothing_else =
        "an annotator may draw, point, undo, clear and ask for the status, and nothing else";
    for (const auto& beyond : std::vector<Control>{{.layout = Layout::xray}, {.freeze = true}, {.forget_tip = true}})
        EXPECT_EQ(share.wish(beyond), (Reply{false, nothing_else}));
    EXPECT_EQ(share.wish(drawing("banner", "far/1")).accepted, false);
    EXPECT_EQ(share.wish(drawing("tip", "far/1")).accepted, false);
    EXPECT_EQ(share.wish(drawing("text", "")), (Reply{false, "an annotator speaks for an owner; here is none named"}));
    EXPECT_NE(share.wish({.want_status = true}).text.find("pictures replaced"), std::string::npos);
    EXPECT_EQ(shell.wish({.opacity = 0.4}), (Reply{true, "done", 0}));
}

/// A node with keys, which takes a new one when it is told to.
class SealedNode {
public:
    SealedNode(int bus_port, const std::string& keys, Clock& clock) : clock_{clock}, port_{"127.0.0.1", 0, clock} {
        bus_ = dial_bus("127.0.0.1", bus_port, Hello{.node = "probe", .role = Role::capture},
                        [this](const Message& message) {
                            const std::scoped_lock lock{mutex_};
                            if (const auto* offer = std::get_if<Rekey>(&message)) offers_.push_back(*offer->key);
                            const auto* welcome = std::get_if<Welcome>(&message);
                            if (welcome == nullptr) return;
                            auto link = link_to(*welcome);
                            link.key = welcome->media_key;
                            offers_.clear();  // of a stream that is no more
                            sender_ = make_rtp_sender(port_, link, clock_);
                        },
                        clock, {true, keys});
    }
    std::vector<MediaKey> offers() {
        const std::scoped_lock lock{mutex_};
        return offers_;
    }
    void take_newest_key() {
        const std::scoped_lock lock{mutex_};
        sender_->take_key(offers_.back());
    }
    void send() {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.now();
        if (sender_) sender_->send({std::vector<std::byte>(100, std::byte{1}), 0, now, true});
    }

private:
    Clock& clock_;
    MediaPort port_;
    std::mutex mutex_;
    std::vector<MediaKey> offers_;
    std::unique_ptr<Sender> sender_;
    std::unique_ptr<BusClient> bus_;  // last: its thread uses the others
};

TEST(Server, offers_a_new_key_again_until_the_node_seals_with_it_and_only_then_the_next) {
    SystemClock clock;
    TemporaryKeys keys;
    const auto node_keys = keys.add("probe", {Role::capture}, {Modality::ultrasound});
    Options options;
    options.keys = keys.folder();
    options.rekey_s = 1;
    options.bus_port = bench::free_port();
    options.media_port = 0;
    const Server server{options, clock};
    SealedNode node{options.bus_port, node_keys, clock};
    ASSERT_TRUE(fakes::eventually([&] { return node.offers().size() >= 8; })) << "more than a second of them";
    const auto offers = node.offers();
    for (const auto& offer : offers) EXPECT_EQ(offer.id(), offers.front().id());
    EXPECT_TRUE(fakes::eventually([&] {
        node.take_newest_key();
        node.send();
        return node.offers().back().id() != offers.back().id();
    }));
}

}  // namespace
}  // namespace augment
