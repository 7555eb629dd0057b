// What the nodes say to each other beside the pictures. ZeroMQ stands behind bus_zmq.cpp.
#pragma once

#include "transport/clock.hpp"
#include "transport/clock_exchanges.hpp"
#include "transport/options.hpp"
#include "transport/rtp/media_key.hpp"
#include "transport/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace transport {

/// An annotator speaks for people who are not in the room: it draws, and may change nothing else.
enum class Role : std::uint8_t { capture, display, control, annotator };

/// Who shares one encoder: same layout, same size, same codec profile.
struct ViewerClass {
    Layout layout = Layout::fused;
    int width = 0;  ///< 0: the server's canvas
    int height = 0;
    CodecProfile profile = CodecProfile::intra_refresh;
    auto operator<=>(const ViewerClass&) const = default;
};

/// First words of a node.
struct Hello {
    std::string node{};  ///< unique name, at most 32 bytes; a second node of that name replaces the first
    Role role = Role::control;
    std::uint64_t boot = 0;                  ///< 0: filled in by dial_bus
    Modality stream = Modality::ultrasound;  ///< capture
    ViewerClass viewer{};                    ///< display
    bool follow_layout = true;               ///< display: take part in room-wide layout changes
    bool operator==(const Hello&) const = default;
};
/// The server's answer: where and as whom to send, or to receive.
struct Welcome {
    std::uint64_t server_boot = 0;
    std::uint64_t server_run = 0;  ///< differs after every start of the server
    std::uint16_t media_port = 0;
    std::uint32_t media_ssrc = 0;     ///< of the RTP packets
    std::uint32_t feedback_ssrc = 0;  ///< of the receiver's RTCP
    std::uint8_t payload_type = 96;
    StreamId stream = 0;
    std::optional<MediaKey> media_key{};  ///< nothing: RTP in the clear, which only a node told `secure: false` takes
    bool operator==(const Welcome&) const = default;
};
/// From the server: that stream's packets are sealed with this key from now on, those of the one before still good.
struct Rekey {
    std::uint32_t media_ssrc = 0;
    std::optional<MediaKey> key{};  ///< never nothing when it came over the bus
    bool operator==(const Rekey&) const = default;
};
/// The node's clock and the server's at one instant, as the node measured them.
struct TwoClocks {
    static constexpr std::int64_t most_us = std::int64_t{1} << 52U;  ///< 142 years of uptime: sums cannot overflow
    static constexpr std::int64_t most_bound_us = 1'000'000;         ///< worse is worth nothing: as long as LOST
    std::int64_t node_us = 0;
    std::int64_t server_us = 0;
    std::int64_t bound_us = 0;
    ClockBasis basis = ClockBasis::exchanges;
    bool operator==(const TwoClocks&) const = default;
};
/// Clock exchange and sign of life, every 200 ms. Only nodes measure, so they tell the server what they found.
struct Ping {
    std::uint64_t id = 0;
    std::optional<TwoClocks> clocks{};  ///< nothing known (any more), or nothing to tell: one machine
    bool operator==(const Ping&) const = default;
};
struct Pong {
    std::uint64_t id = 0;
    std::int64_t server_time_us = 0;
    std::uint64_t server_run = 0;
    bool known = false;              ///< false: say hello again
    std::optional<HostTime> host{};  ///< of the server, where its clock of the day is disciplined
    bool operator==(const Pong&) const = default;
};
/// A line of health, once a second, both ways. Counters by reason.
struct Status {
    std::string node{};
    std::string text{};
    std::vector<std::pair<std::string, std::uint64_t>> counters{};
    bool operator==(const Status&) const = default;
};
/// One source frame as a display presented it, marks in µs of the display's clock; -1 unknown.
struct FinishedTimeline {
    Modality modality = Modality::ultrasound;
    StreamId stream = 0;
    std::uint32_t sequence = 0;
    std::int64_t clock_bound_us = 0;
    std::vector<std::int64_t> marks_us{};  ///< stage_count entries
    bool operator==(const FinishedTimeline&) const = default;
};
struct FinishedTimelines {
    static constexpr std::size_t most_frames = 256;
    std::vector<FinishedTimeline> frames{};
    bool operator==(const FinishedTimelines&) const = default;
};
inline constexpr std::size_t most_annotation_bytes = 200;
inline constexpr std::size_t most_stroke_points = 256;
inline constexpr std::size_t most_owner_bytes = 64;
inline constexpr std::uint8_t palette_colors = 8;
/// Shares of an image's width and height.
struct ImagePoint {
    double x = 0, y = 0;
    bool operator==(const ImagePoint&) const = default;
};
/// A drawing, stored in the modality's image, never in a layout: coordinates are shares of its width and height.
struct Annotation {
    std::uint32_t id = 0;  ///< 0: the server gives one
    std::string
        kind{};  ///< "text", "arrow", "stroke", "cross", "pointer", "banner"; "marker", "sight", "caliper", "tip"
    Modality modality = Modality::xray;
    std::uint32_t sequence = 0;  ///< of the frame it was drawn on; 0 unknown
    double x0 = 0, y0 = 0;       ///< text: left top; arrow: tail; cross, pointer: there
    double x1 = 0, y1 = 0;       ///< arrow: head
    std::string text{};          ///< at most most_annotation_bytes
    std::string author{};
    std::vector<ImagePoint> points{};     ///< stroke: 2 to most_stroke_points
    std::string owner{};                  ///< who may undo it, at most most_owner_bytes; empty: the room's shell
    std::optional<std::uint8_t> color{};  ///< of the palette; nothing: as the room draws
    bool operator==(const Annotation&) const = default;
};
/// A wish from `scialytic control`, or from an annotator. Empty fields change nothing.
struct Control {
    std::optional<Layout> layout{};
    std::optional<double> opacity{};  ///< 0..1
    std::optional<Similarity> overlay{};
    std::optional<Annotation> annotate{};
    bool clear_annotations = false;
    std::optional<bool> freeze{};  ///< for `display`, or every display when that is empty
    std::string display{};         ///< node the wish is meant for; empty: the room
    bool want_status = false;
    std::optional<bool> doppler_only{};  ///< of the echo over the X-ray only the flow in colour
    std::optional<EchoHue> echo_hue{};
    std::optional<Pose> probe{};               ///< table from array: where the clinician sees it
    std::optional<bool> search_probe{};        ///< true: what is known of it is wrong: look anew
    std::optional<bool> forget_tip{};          ///< true: the catheter's tip is not followed any longer
    std::optional<std::string> undo{};         ///< this owner's newest drawing goes
    std::optional<std::string> clear_owner{};  ///< all of this owner's, and his pointer
    std::optional<std::string> pointer_off{};  ///< this owner's pointer goes
    bool operator==(const Control&) const = default;
};
/// The answer to a Control, or the reason for refusing a Hello (then `accepted` is false).
struct Reply {
    bool accepted = true;
    std::string text{};
    std::uint32_t revision = 0;  ///< of what is drawn, after a Control that draws or takes away; 0: it did neither
    bool operator==(const Reply&) const = default;
};

using Message = std::variant<Hello, Welcome, Ping, Pong, Status, FinishedTimelines, Control, Reply, Rekey>;

/// Name on the wire: "hello", "welcome", …
[[nodiscard]] std::string_view name(const Message& message);
[[nodiscard]] std::string_view name(Role role);

inline constexpr std::size_t most_message_bytes = 64 * 1024;
/// CBOR map {"type": …, …}. What is too long is cut and control characters become '?', so that everything
/// written can be read; only numbers out of their range are refused at the other end.
[[nodiscard]] std::vector<std::byte> to_cbor(const Message& message);
/// Nothing when the bytes are no message of ours: wrong type, missing or oversized field, not a number …
/// Fields that we do not know are passed over, so that a newer node may say more.
[[nodiscard]] std::optional<Message> message_from_cbor(std::span<const std::byte> bytes);

/// What an end of the bus knows of clocks beside the exchanges.
struct ClockSettings {
    Microseconds asymmetry{0};                           ///< node: see ClockExchanges
    std::function<std::optional<HostTime>()> host_time;  ///< asked with every exchange; may be empty
};

/// For the server: turns that node's times into its own.
[[nodiscard]] ClockOffset clock_of_node(const TwoClocks& told);

/// How a bus end knows the others. CURVE always, unless `secure` is false: then anybody who reaches the port is heard.
struct BusSecurity {
    bool secure = true;
    std::string keys{};  ///< folder (transport/keys.hpp): of the server its own, of a node what it was handed
};

/// The server's end: one ROUTER, its own thread. Handlers run on that thread and do not throw; they may call
/// anything here. Pings are answered by the server itself and handed on for the clocks that they tell; whoever was not
/// welcomed is heard only for its Hello.
class BusServer {
public:
    using OnMessage = std::function<void(const std::string& peer, const Message& message)>;
    using OnGone = std::function<void(const std::string& peer)>;
    virtual ~BusServer() = default;
    /// The answer to a Hello: from now on the peer is known. `server_boot` and `server_run` are filled in.
    virtual void welcome(const std::string& peer, Welcome welcome) = 0;
    /// The peer's next Ping is told to say hello again; OnGone is not called.
    virtual void forget(const std::string& peer) = 0;
    /// Thread safe, never blocks; a message to a peer that is gone is dropped.
    virtual void send(const std::string& peer, const Message& message) = 0;
    /// Messages that could not be read, came from strangers, or are none of a node's, since the start.
    [[nodiscard]] virtual std::uint64_t refused() const = 0;
    /// Connections turned away at the door, since the start: keys that are not enrolled, and none at all.
    [[nodiscard]] virtual std::uint64_t strangers() const = 0;
    /// TCP port listened on, also when 0 was asked for.
    [[nodiscard]] virtual int port() const = 0;
};
/// `gone` is told of a known peer that was silent for more than 1 s. A peer that comes back sooner under the same
/// name only says Hello again. Enrolled nodes are heard under their own names (`is_end_of`) and roles alone; the list
/// is read again when its file changes, and a node that is no longer on it is told of as gone within 1 s: nothing more
/// is said to it or heard of it, and it is not let in again. Throws std::runtime_error naming address and port when the
/// port is in use, or the file that is wrong or missing in the folder of keys.
[[nodiscard]] std::unique_ptr<BusServer> listen_on_bus(const std::string& address, int port,
                                                       BusServer::OnMessage handler, BusServer::OnGone gone,
                                                       Clock& clock, const BusSecurity& security,
                                                       const ClockSettings& clocks = {});

/// A node's end: dials, says hello until welcomed, pings, says hello again when the server was restarted or
/// forgot us, keeps the server's ClockOffset. Handlers run on the bus thread and do not throw: every new Welcome,
/// the Reply to a refused Hello (asked again after 1 s), and whatever else the server says.
class BusClient {
public:
    using OnMessage = std::function<void(const Message& message)>;
    virtual ~BusClient() = default;
    /// Thread safe, never blocks. Waits for the Welcome; of more than 256 waiting messages the oldest are dropped.
    virtual void send(const Message& message) = 0;
    /// A copy of what is known of the server's clock.
    [[nodiscard]] virtual ClockOffset server_clock() const = 0;
    /// Welcomed, and the server answered within the last second.
    [[nodiscard]] virtual bool connected() const = 0;
    /// Messages that could not be read, since the start.
    [[nodiscard]] virtual std::uint64_t refused() const = 0;
};
/// `hello.boot` says which machine's clock `clock` is. Throws std::runtime_error when `hello.node` is no node name,
/// the address cannot be one, or the node's key is wrong or missing.
[[nodiscard]] std::unique_ptr<BusClient> dial_bus(const std::string& address, int port, const Hello& hello,
                                                  BusClient::OnMessage handler, Clock& clock,
                                                  const BusSecurity& security, const ClockSettings& clocks = {});

}  // namespace transport
