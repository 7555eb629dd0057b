// SRTP on libsrtp. Each key has a libsrtp session of its own, and the key identifier behind the packet is written and
// read here: several keys in one libsrtp stream lose the replay window whenever one is added.
#include "transport/rtp/srtp.hpp"
#include "transport/bytes.hpp"
#include "transport/handle.hpp"
#include "transport/rtp/network.hpp"

#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace transport {
namespace {

constexpr std::size_t smallest_rtp = 12;
constexpr std::size_t smallest_rtcp = 8;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t rtcp_index_bytes = 4;
constexpr std::uint64_t rollover = 1U << 16U;

/// libsrtp is set up once for the process, and stays.
void set_up_libsrtp() {
    static const auto status = srtp_init();
    // bad_param: another library of this process (GStreamer's srtp elements) has set it up before us.
    if (status != srtp_err_status_ok && status != srtp_err_status_bad_param)
        throw std::runtime_error{"srtp: libsrtp cannot start, code " + std::to_string(status)};
}

struct PacketKind {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    bool rtcp = false;
};
std::optional<PacketKind> kind_of(std::span<const std::byte> packet) {
    if (packet.size() < smallest_rtcp || std::to_integer<unsigned>(packet[0]) >> 6U != 2) return std::nullopt;
    if (is_rtcp(packet)) return PacketKind{ByteReader{packet.subspan(4)}.get<std::uint32_t>(), 0, true};
    if (packet.size() < smallest_rtp) return std::nullopt;
    return PacketKind{ByteReader{packet.subspan(8)}.get<std::uint32_t>(),
                      ByteReader{packet.subspan(2)}.get<std::uint16_t>(), false};
}

/// Of all indices with this sequence number the one nearest to `highest`.
std::uint64_t index_near(std::uint64_t highest, std::uint16_t sequence) {
    const auto step = static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - highest));
    if (step < 0 && highest < static_cast<std::uint64_t>(-step)) return sequence;
    return highest + static_cast<std::uint64_t>(std::int64_t{step});
}

}  // namespace

/// One key's streams, all of one direction.
class SrtpSession {
public:
    explicit SrtpSession(const MediaKey& key) {
        set_up_libsrtp();
        std::ranges::transform(key.bytes(), key_.begin(),
                               [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
        srtp_t session = nullptr;
        check(srtp_create(&session, nullptr), "make a session");
        session_.reset(session);
    }
    ~SrtpSession() { ::explicit_bzero(key_.data(), key_.size()); }
    SrtpSession(const SrtpSession&) = delete;
    SrtpSession& operator=(const SrtpSession&) = delete;

    void add(std::uint32_t ssrc) {
        srtp_policy_t policy{};
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
        policy.ssrc = {ssrc_specific, ssrc};
        policy.key = key_.data();
        policy.window_size = SrtpOpener::window;
        check(srtp_add_stream(session_.get(), &policy), "add a stream");
    }
    void remove(std::uint32_t ssrc) {
        static_cast<void>(srtp_remove_stream(session_.get(), in_network_order(ssrc)));
        started_.erase(ssrc);
    }

    /// The stream's next packet counts as of this rollover, whatever came before; 0: libsrtp's own guess.
    void expect(std::uint32_t ssrc, std::uint64_t index) {
        static_cast<void>(srtp_set_stream_roc(session_.get(), ssrc, static_cast<std::uint32_t>(index / rollover)));
    }
    [[nodiscard]] bool started(std::uint32_t ssrc) const { return started_.contains(ssrc); }
    void start(std::uint32_t ssrc) { started_.insert(ssrc); }

    [[nodiscard]] srtp_ctx_t* get() const { return session_.get(); }

private:
    static void check(srtp_err_status_t status, const char* what) {
        // bad_param: another library of this process (GStreamer's srtp elements) has set it up before us.
        if (status != srtp_err_status_ok && status != srtp_err_status_bad_param)
            throw std::runtime_error{std::string{"srtp: cannot "} + what + ": libsrtp code " + std::to_string(status)};
    }
    /// libsrtp takes it so in this one function.
    static std::uint32_t in_network_order(std::uint32_t ssrc) {
        std::array<std::byte, 4> bytes{};
        for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(ssrc >> (24 - 8 * i));
        std::memcpy(&ssrc, bytes.data(), bytes.size());
        return ssrc;
    }

    std::array<unsigned char, MediaKey::size> key_{};
    Handle<srtp_ctx_t, srtp_dealloc> session_;
    std::set<std::uint32_t> started_;  ///< streams of which an RTP packet was right
};

// --- sealer

SrtpSealer::SrtpSealer(const MediaKey& key) : key_{key}, session_{std::make_unique<SrtpSession>(key)} {}
SrtpSealer::~SrtpSealer() = default;

void SrtpSealer::renew(const MediaKey& key) {
    if (key == key_) return;
    auto session = std::make_unique<SrtpSession>(key);
    for (const auto& [ssrc, stream] : streams_) session->add(ssrc);
    session_ = std::move(session);
    key_ = key;
}

std::size_t SrtpSealer::seal(std::span<std::byte> room, std::size_t size) {
    const auto fits = size <= room.size() && room.size() - size >= most_growth && size + most_growth <= longest_packet;
    const auto kind = fits ? kind_of(room.first(size)) : std::nullopt;
    auto* stream = kind ? stream_of(kind->ssrc) : nullptr;
    if (stream == nullptr) return ++refused_, 0;
    auto length = static_cast<int>(size);
    if (kind->rtcp) {
        if (srtp_protect_rtcp(session_->get(), room.data(), &length) != srtp_err_status_ok) return ++refused_, 0;
    } else {
        const auto index = stream->any ? index_near(stream->highest, kind->sequence) : kind->sequence;
        if (!session_->started(kind->ssrc)) session_->expect(kind->ssrc, index);
        if (srtp_protect(session_->get(), room.data(), &length) != srtp_err_status_ok) return ++refused_, 0;
        session_->start(kind->ssrc);
        stream->highest = std::max(stream->any ? stream->highest : 0, index);
        stream->any = true;
    }
    room[static_cast<std::size_t>(length)] = std::byte{key_.id()};
    return static_cast<std::size_t>(length) + 1;
}

bool SrtpSealer::seal(std::vector<std::byte>& packet) {
    const auto size = packet.size();
    packet.resize(size + most_growth);
    packet.resize(seal(packet, size));
    return !packet.empty();
}

SrtpSealer::Stream* SrtpSealer::stream_of(std::uint32_t ssrc) {
    const auto found = streams_.find(ssrc);
    if (found != streams_.end()) return &found->second;
    if (streams_.size() == most_streams) return nullptr;
    session_->add(ssrc);
    return &streams_[ssrc];
}

// --- opener

struct SrtpOpener::Keyed {
    explicit Keyed(const MediaKey& with) : key{with}, session{with} {}
    MediaKey key;
    SrtpSession session;
};

SrtpOpener::SrtpOpener(const MediaKey& key) : current_{std::make_unique<Keyed>(key)} {}
SrtpOpener::~SrtpOpener() = default;

void SrtpOpener::renew(const MediaKey& key) {
    if (key == current_->key) return;
    auto next = std::make_unique<Keyed>(key);
    for (const auto& [ssrc, stream] : streams_) next->session.add(ssrc);
    previous_ = std::exchange(current_, std::move(next));
}

void SrtpOpener::add(std::uint32_t ssrc) {
    if (!streams_.try_emplace(ssrc).second) return;
    current_->session.add(ssrc);
    if (previous_) previous_->session.add(ssrc);
}

void SrtpOpener::remove(std::uint32_t ssrc) {
    if (streams_.erase(ssrc) == 0) return;
    current_->session.remove(ssrc);
    if (previous_) previous_->session.remove(ssrc);
}

SrtpOpener::Keyed* SrtpOpener::keyed(std::byte id) {
    if (current_->key.id() == std::to_integer<std::uint8_t>(id)) return current_.get();
    return previous_ && previous_->key.id() == std::to_integer<std::uint8_t>(id) ? previous_.get() : nullptr;
}

SrtpOpener::Opening SrtpOpener::open(std::span<std::byte> datagram) {
    const auto kind = datagram.size() <= SrtpSealer::longest_packet ? kind_of(datagram) : std::nullopt;
    const auto stream = kind ? streams_.find(kind->ssrc) : streams_.end();
    if (stream == streams_.end()) return ++unknown_stream_, Opening{};
    auto* with = keyed(datagram.back());
    if (with == nullptr) return ++unknown_key_, Opening{};
    const auto sealed = datagram.first(datagram.size() - 1);
    auto size = static_cast<int>(sealed.size());
    const auto result = kind->rtcp ? open_rtcp(*with, sealed, size)
                                   : open_rtp(*with, stream->second, kind->ssrc, kind->sequence, sealed, size);
    if (result == Opened::ok) return {result, datagram.first(static_cast<std::size_t>(size))};
    ++(result == Opened::copy ? replayed_ : forged_);
    return {result, {}};
}

namespace {

Opened opened(srtp_err_status_t status) {
    if (status == srtp_err_status_ok) return Opened::ok;
    // Looked at before the tag: what came before costs next to nothing.
    return status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old ? Opened::copy
                                                                                         : Opened::forged;
}

}  // namespace

Opened SrtpOpener::open_rtcp(Keyed& with, std::span<std::byte> sealed, int& size) {
    if (sealed.size() < smallest_rtcp + tag_bytes + rtcp_index_bytes) return Opened::forged;
    return opened(srtp_unprotect_rtcp(with.session.get(), sealed.data(), &size));
}

Opened SrtpOpener::open_rtp(Keyed& with, Stream& stream, std::uint32_t ssrc, std::uint16_t sequence,
                            std::span<std::byte> sealed, int& size) {
    if (sealed.size() < smallest_rtp + tag_bytes) return Opened::forged;
    auto& session = with.session;
    auto index = stream.any ? index_near(stream.highest, sequence) : sequence;
    std::ranges::copy(sealed, before_.begin());
    if (!session.started(ssrc)) session.expect(ssrc, index);
    const auto status = srtp_unprotect(session.get(), sealed.data(), &size);
    auto result = opened(status);
    if (result == Opened::forged || status == srtp_err_status_replay_old) {
        // After a silence of more than half a round of sequence numbers, and at a start near their end, the sender is
        // one rollover further than it looks.
        std::copy_n(before_.begin(), sealed.size(), sealed.begin());
        size = static_cast<int>(sealed.size());
        index += rollover;
        session.expect(ssrc, index);
        if (srtp_unprotect(session.get(), sealed.data(), &size) == srtp_err_status_ok) result = Opened::ok;
        session.expect(ssrc, 0);
    }
    if (result != Opened::ok) return result;
    session.start(ssrc);
    stream.highest = stream.any ? std::max(stream.highest, index) : index;
    stream.any = true;
    return result;
}

}  // namespace transport
