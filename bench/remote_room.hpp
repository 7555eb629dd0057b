// A room with a remote session beside it, all of it real processes with keys of their own.
//
//   captures ──▶ server ──▶ OR display
//                      └──▶ share ══WebRTC══▶ browsers, WHEP clients
#pragma once

#include "bench/remote.hpp"
#include "bench/session.hpp"
#include "bench/wireless_figures.hpp"
#include "render/share_message.hpp"
#include "render/share_token.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bench {

inline constexpr int remote_width = 640;
inline constexpr int remote_height = 360;
inline constexpr int remote_frames_per_second = 15;
/// The sources' own rates differ a little from it and from each other, so that they drift through every phase of each
/// other and of a panel of 60 Hz within seconds: else chance decides, once for a whole run.
[[nodiscard]] constexpr double rate_of(transport::Modality source, int nominal = remote_frames_per_second) {
    return nominal * (source == transport::Modality::xray ? 0.98 : 0.994);
}

struct RoomSettings {
    std::string radio{};               ///< profile of the relay between captures and server; empty: none
    std::vector<std::string> share{};  ///< further words for share
    int frames_per_second = remote_frames_per_second;  ///< of each source
};

class RemoteRoom {
public:
    /// Starts it and waits for pictures on the OR display.
    RemoteRoom(const RemoteOptions& options, const std::string& section, RoomSettings settings = {});

    [[nodiscard]] Session& session() { return session_; }
    /// "https://HOST:PORT"
    [[nodiscard]] const std::string& address() const { return address_; }
    /// For one person, once.
    [[nodiscard]] std::string link(render::ShareRole role);
    [[nodiscard]] std::string token(render::ShareRole role);
    /// The bearer of a WHEP client with a place of its own.
    [[nodiscard]] std::string bearer();

    /// A browser with a colleague whose microphone is on, beside somebody who is silent.
    [[nodiscard]] std::unique_ptr<RemotePage> browse(render::ViewSize size = render::ViewSize::full);
    /// A browser with a colleague who draws.
    [[nodiscard]] std::unique_ptr<RemotePage> draw();
    /// Until the page is done. Throws as RemotePage, and when it does not come in time.
    [[nodiscard]] PageFigures figures_of(RemotePage& page);
    /// Until the page measures.
    void wait_for(RemotePage& page);
    /// Nothing happens for so long.
    [[nodiscard]] Span rest(double seconds);
    /// The OR display, of what was captured within the span.
    [[nodiscard]] std::map<transport::Modality, ShownStream> shown(const Span& captured);

private:
    const RemoteOptions& options_;
    const std::string section_;
    const RoomSettings settings_;
    Session session_;
    std::unique_ptr<render::Tokens> tokens_;
    std::string address_;
};

/// The load of the machine over the last minute, as a row of that section: what else ran.
[[nodiscard]] Row load_row(std::string_view section);

}  // namespace bench
