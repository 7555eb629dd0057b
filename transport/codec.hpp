// Pictures into access units and back. One-page interfaces; libx264 and libavcodec stand behind them.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace transport {

enum class EncoderKind : std::uint8_t { automatic, x264, nvenc, vaapi };
/// OR displays recover through intra refresh; browsers need a long GOP of constrained baseline and IDR on demand.
enum class CodecProfile : std::uint8_t { intra_refresh, browser };

struct EncoderSettings {
    EncoderKind kind = EncoderKind::automatic;
    CodecProfile profile = CodecProfile::intra_refresh;
    PixelFormat format = PixelFormat::i420;  ///< of the pictures handed in; on the wire it is always 4:2:0
    int width = 0;                           ///< pixels, even
    int height = 0;                          ///< pixels, even
    double frames_per_second = 30;
    int quality = 20;            ///< quantiser as long as the ceiling allows it: 1 finest … 51
    int max_kbit_per_s = 40000;  ///< ceiling over 3 frames
    int threads = 2;
};

struct EncodedPicture {
    std::vector<std::byte> bytes;  ///< one Annex-B access unit
    bool keyframe = false;
    int quantiser = 0;  ///< it was made with, 1 finest to 51; 0: the encoder does not tell
};

class Encoder {
public:
    virtual ~Encoder() = default;
    /// One picture in, one access unit out: no look-ahead, no reordering. Empty when the encoder failed.
    [[nodiscard]] virtual std::optional<EncodedPicture> encode(const SharedPixels& picture, bool force_keyframe) = 0;
    /// How many pictures a second really come: they share the ceiling. Cheap; an encoder may ignore it.
    virtual void pace(double frames_per_second) { static_cast<void>(frames_per_second); }
    /// Another ceiling from the next picture on, without a keyframe. False: this encoder keeps the one it was made
    /// with. Cheap; same thread as `encode`.
    virtual bool limit(int max_kbit_per_s) { return static_cast<void>(max_kbit_per_s), false; }
    [[nodiscard]] virtual std::string name() const = 0;
};

enum class Decoding : std::uint8_t { ready, again, corrupt };

class Decoder {
public:
    virtual ~Decoder() = default;
    /// `ready` fills `picture`; `again` wants more data; `corrupt` means that the picture must not be shown.
    virtual Decoding decode(std::span<const std::byte> access_unit, SharedPixels& picture) = 0;
};

/// Throws std::runtime_error when no encoder of that kind opens; says why on the way down the list.
[[nodiscard]] std::unique_ptr<Encoder> make_encoder(const EncoderSettings& settings);
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(int threads = 2);

/// What this machine can encode with, best first, and why the others were refused (for `doctor`).
struct EncoderProbe {
    EncoderKind kind = EncoderKind::x264;
    bool works = false;
    std::string reason;
};
[[nodiscard]] std::vector<EncoderProbe> probe_encoders();
[[nodiscard]] std::string_view name(EncoderKind kind);

}  // namespace transport
