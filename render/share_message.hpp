// What a page and `scialytic share` say to each other: one struct a message, JSON text on the wire.
#pragma once

#include "transport/frame.hpp"
#include "transport/options.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace render {

/// An engineer sees how long things take, and nothing of the room: no picture, no voice, nobody's name.
enum class ShareRole : std::uint8_t { viewer, colleague, glasses, moderator, source, engineer };
enum class Connection : std::uint8_t { view, talk, camera };
/// Whose connection carries the picture: share's own, or that of a Janus gateway beside it.
enum class PictureBy : std::uint8_t { direct, janus };
enum class ViewSize : std::uint8_t { full, half };
enum class DrawingKind : std::uint8_t { stroke, arrow, text, cross };
[[nodiscard]] std::string_view name(ShareRole role);
[[nodiscard]] std::string_view name(Connection connection);
[[nodiscard]] std::string_view name(PictureBy by);
[[nodiscard]] std::string_view name(ViewSize size);
[[nodiscard]] std::string_view name(DrawingKind kind);
[[nodiscard]] std::optional<ShareRole> share_role_named(std::string_view word);

/// What a role may, beside seeing; a source sees nothing.
struct Permissions {
    bool talk = false;
    bool draw = false;
    bool camera = false;
    bool moderate = false;
    bool operator==(const Permissions&) const = default;
};
[[nodiscard]] Permissions permissions(ShareRole role);
/// Picture, sound, people.
[[nodiscard]] bool sees_the_room(ShareRole role);

inline constexpr std::size_t most_page_message_bytes = 64U << 10U;
inline constexpr std::size_t most_channel_message_bytes = 1U << 10U;
inline constexpr std::size_t most_sdp_bytes = 32U << 10U;
inline constexpr std::size_t most_ticket_bytes = 512;  ///< a token or a pass
inline constexpr std::size_t most_person_name = 32;    ///< characters
inline constexpr std::size_t most_stroke_points = 256;
inline constexpr std::size_t most_drawing_text_bytes = 200;
inline constexpr std::uint32_t share_colours = 8;  ///< the palette's size

/// Without the spaces around it: 1 to most_person_name characters that can be seen, none that turns the line around or
/// hides another; nothing when it is no such name. What passes is passed on as it is, markup and all.
[[nodiscard]] std::optional<std::string> person_name(std::string_view text);
/// Plain text (transport/plain_text.hpp) in which nothing is hidden and nothing reordered.
[[nodiscard]] bool is_visible_text(std::string_view text);

// Both ways, on the WebSocket.

/// A page offers all its connections but a picture by Janus, which is offered to it.
struct Offer {
    Connection connection = Connection::view;
    std::string sdp{};
    bool operator==(const Offer&) const = default;
};
struct Answer {
    Connection connection = Connection::view;
    std::string sdp{};
    bool operator==(const Answer&) const = default;
};

// Page to share, on the WebSocket.

struct Join {
    std::string token{};
    std::string name{};  ///< as person_name gives it
    bool operator==(const Join&) const = default;
};
/// After a reload, a dropped link, a restart of share.
struct ComeBack {
    std::string pass{};
    bool operator==(const ComeBack&) const = default;
};
/// Asks for the picture by Janus: its Offer comes.
struct WatchPicture {
    bool operator==(const WatchPicture&) const = default;
};
struct CloseConnection {
    Connection connection = Connection::view;
    bool operator==(const CloseConnection&) const = default;
};
struct ChooseLayout {
    transport::Layout layout = transport::Layout::fused;
    ViewSize size = ViewSize::full;
    bool operator==(const ChooseLayout&) const = default;
};
/// Shares of a modality's image, 0..1 from its left top.
struct ImagePoint {
    double x = 0;
    double y = 0;
    bool operator==(const ImagePoint&) const = default;
};
struct Draw {
    std::uint32_t ref = 0;  ///< the page's own number for it
    DrawingKind kind = DrawingKind::stroke;
    transport::Modality modality = transport::Modality::xray;
    std::uint32_t sequence = 0;        ///< of the frame it was drawn on
    std::vector<ImagePoint> points{};  ///< stroke: 2..most_stroke_points; arrow: tail, head; text, cross: one
    std::string text{};                ///< at most most_drawing_text_bytes; never empty for `text`
    bool operator==(const Draw&) const = default;
};
struct PointAt {
    transport::Modality modality = transport::Modality::xray;
    std::uint32_t sequence = 0;
    ImagePoint at{};
    bool operator==(const PointAt&) const = default;
};
struct PointerOff {
    bool operator==(const PointerOff&) const = default;
};
struct UndoDrawing {
    bool operator==(const UndoDrawing&) const = default;
};
struct ClearDrawings {
    bool everybodys = false;  ///< a moderator's; else the sender's own
    bool operator==(const ClearDrawings&) const = default;
};
/// The sender's own microphone.
struct Mute {
    bool on = false;
    bool operator==(const Mute&) const = default;
};
struct SilencePerson {
    std::uint32_t who = 0;
    bool on = false;
    bool operator==(const SilencePerson&) const = default;
};
struct RemovePerson {
    std::uint32_t who = 0;
    bool operator==(const RemovePerson&) const = default;
};
struct InvitePerson {
    ShareRole role = ShareRole::viewer;
    bool operator==(const InvitePerson&) const = default;
};
/// On the data channel "live", with PointAt and PointerOff; on the WebSocket where there is none.
struct LivePing {
    std::uint64_t id = 0;
    bool operator==(const LivePing&) const = default;
};
/// Asks for LatencyNews (render/share_latency.hpp), a few times a second from now on.
struct WatchLatency {
    bool on = true;
    bool operator==(const WatchLatency&) const = default;
};
using FromPage =
    std::variant<Join, ComeBack, Offer, Answer, WatchPicture, CloseConnection, ChooseLayout, Draw, PointAt, PointerOff,
                 UndoDrawing, ClearDrawings, Mute, SilencePerson, RemovePerson, InvitePerson, LivePing, WatchLatency>;
using FromChannel = std::variant<LivePing, PointAt, PointerOff>;

/// Nothing, and one plain line in `why`, for whatever is not such a message: never an exception, never half of one.
/// Fields that are not known are passed over.
[[nodiscard]] std::optional<FromPage> read_from_page(std::string_view text, std::string& why);
[[nodiscard]] std::optional<FromChannel> read_from_channel(std::string_view text, std::string& why);

// Share to page.

struct IceServer {
    std::string urls{};
    std::string username{};  ///< empty: none is needed
    std::string credential{};
};
struct Welcome {
    std::uint32_t you = 0;
    std::string name{};
    ShareRole role = ShareRole::viewer;
    std::uint32_t colour = 0;  ///< index of the palette
    std::string pass{};
    Permissions may{};
    std::vector<IceServer> ice{};
    PictureBy picture = PictureBy::direct;
    std::vector<transport::Layout> layouts{};
    transport::Layout layout = transport::Layout::fused;
    ViewSize size = ViewSize::full;
};
struct Refused {
    std::string why{};
};
struct Ended {
    Connection connection = Connection::view;
    std::string why{};
    bool again = true;  ///< false: not worth another try by itself
};
struct Person {
    std::uint32_t id = 0;
    std::string name{};
    ShareRole role = ShareRole::viewer;
    std::uint32_t colour = 0;
    bool muted = false;
    bool silenced = false;
    bool speaking = false;
    bool camera = false;
    bool operator==(const Person&) const = default;
};
struct People {
    std::vector<Person> people{};
};
/// What the page is really shown.
struct Shown {
    transport::Layout layout = transport::Layout::fused;
    ViewSize size = ViewSize::full;
    std::string why{};  ///< it is not what was asked for; else empty
};
struct Drawn {
    std::uint32_t ref = 0;
    std::uint32_t revision = 0;  ///< the server draws it from this annotation revision on
};
struct NotDrawn {
    std::uint32_t ref = 0;
    std::string why{};
};
struct Invitation {
    ShareRole role = ShareRole::viewer;
    std::string link{};
    std::vector<std::string> qr{};  ///< rows of modules, '1' dark
    std::int64_t expires_s = 0;
};
struct ServerReached {
    bool reached = false;
};
struct NotTaken {
    std::string why{};
};
/// Answers a ping where it came: the augmentation server's clock, that of the stamps, when it is known.
struct LivePong {
    std::uint64_t id = 0;
    std::optional<std::int64_t> server_us{};
    std::int64_t bound_us = 0;  ///< how far off server_us can be
};
using ToPage = std::variant<Welcome, Refused, Offer, Answer, Ended, People, Shown, Drawn, NotDrawn, Invitation,
                            ServerReached, NotTaken, LivePong>;
[[nodiscard]] std::string to_json(const ToPage& message);

}  // namespace render
