// What a browser's decoder asks for, read out of the bytes: constrained baseline, keyframes on demand and never else.
#include "transport/codec.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace transport;

constexpr int browser_width = 320;
constexpr int browser_height = 176;

struct Nal {
    unsigned type = 0;
    std::vector<std::uint8_t> payload;  ///< behind the type, without the bytes against emulation
};

std::vector<Nal> nals_of(const std::vector<std::byte>& unit) {
    std::vector<Nal> out;
    int zeros = 0;
    bool starting = false;
    for (const auto raw : unit) {
        const auto byte = std::to_integer<std::uint8_t>(raw);
        if (starting) {
            out.push_back({byte & 31U, {}});
            starting = false;
            zeros = 0;
        } else if (zeros >= 2 && byte == 1) {
            starting = true;
        } else {
            const bool against_emulation = zeros >= 2 && byte == 3;
            if (!against_emulation && !out.empty()) out.back().payload.push_back(byte);
            zeros = byte == 0 ? zeros + 1 : 0;
        }
    }
    return out;
}

class Bits {
public:
    explicit Bits(const std::vector<std::uint8_t>& bytes) : bytes_{bytes} {}
    unsigned fixed(int count) {
        unsigned value = 0;
        for (; count > 0; --count, ++at_)
            value = value << 1U | (at_ / 8 < bytes_.size() ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
        return value;
    }
    unsigned golomb() {
        int zeros = 0;
        while (zeros < 31 && fixed(1) == 0) ++zeros;
        return (1U << static_cast<unsigned>(zeros)) - 1 + fixed(zeros);
    }

private:
    const std::vector<std::uint8_t>& bytes_;
    std::size_t at_ = 0;
};

/// max_num_reorder_frames of a baseline SPS as x264 writes it (H.264, 7.3.2.1.1 and E.1.1).
unsigned reorder_frames(const Nal& sps) {
    Bits bits{sps.payload};
    bits.fixed(24);
    for (int i = 0; i < 2; ++i) bits.golomb();  // id, frame number
    const auto order_type = bits.golomb();
    if (order_type == 0) bits.golomb();
    EXPECT_NE(order_type, 1U);
    EXPECT_EQ(bits.golomb(), 1U) << "reference pictures";
    bits.fixed(1);
    for (int i = 0; i < 2; ++i) bits.golomb();  // size
    bits.fixed(2);
    if (bits.fixed(1) != 0)
        for (int i = 0; i < 4; ++i) bits.golomb();  // cropping
    EXPECT_EQ(bits.fixed(1), 1U) << "VUI";
    if (bits.fixed(1) != 0 && bits.fixed(8) == 255) bits.fixed(32);  // shape of a pixel
    if (bits.fixed(1) != 0) bits.fixed(1);
    if (bits.fixed(1) != 0) {
        bits.fixed(3);
        EXPECT_EQ(bits.fixed(1), 1U) << "full range";
        if (bits.fixed(1) != 0) bits.fixed(24);
    }
    if (bits.fixed(1) != 0)
        for (int i = 0; i < 2; ++i) bits.golomb();
    if (bits.fixed(1) != 0) bits.fixed(32), bits.fixed(32), bits.fixed(1);  // rate
    EXPECT_EQ(bits.fixed(2), 0U) << "HRD";
    bits.fixed(1);
    EXPECT_EQ(bits.fixed(1), 1U) << "restrictions are told";
    bits.fixed(1);
    for (int i = 0; i < 4; ++i) bits.golomb();
    return bits.golomb();
}

struct BrowserEncoder : testing::TestWithParam<int> {
    PixelPool pool;
    std::unique_ptr<Encoder> encoder = [] {
        EncoderSettings settings;
        settings.kind = EncoderKind::x264;
        settings.profile = CodecProfile::browser;
        settings.width = browser_width;
        settings.height = browser_height;
        settings.threads = GetParam();
        return make_encoder(settings);
    }();

    /// Every tenth picture is another scene: nothing but a wish may bring a keyframe.
    std::vector<Nal> encode(int step, bool keyframe) {
        auto pixels = pool.get(PixelFormat::i420, browser_width, browser_height);
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < pixels->plane_height(plane); ++y)
                for (int x = 0; x < pixels->plane_width(plane); ++x)
                    pixels->row(plane, y)[x] =
                        static_cast<std::uint8_t>(60 + ((x + 2 * step) * (1 + step / 10 % 3) + 3 * y) % 130);
        const auto encoded = encoder->encode(pixels, keyframe);
        EXPECT_TRUE(encoded.has_value());
        return encoded ? nals_of(encoded->bytes) : std::vector<Nal>{};
    }
};

TEST_P(BrowserEncoder, makes_constrained_baseline_with_keyframes_on_demand_alone) {
    constexpr unsigned slice = 1, idr = 5, sei = 6, sequence_set = 7, picture_set = 8;
    constexpr unsigned recovery_point = 6;
    for (int i = 0; i < 300; ++i) {
        const bool wanted = i == 0 || i == 20;
        int slices = 0, sequence_sets = 0, picture_sets = 0;
        for (const auto& nal : encode(i, wanted)) {
            EXPECT_FALSE(nal.type == sei && nal.payload.at(0) == recovery_point) << i;
            if (nal.type == slice || nal.type == idr) {
                ++slices;
                EXPECT_EQ(nal.type == idr, wanted) << i;
                Bits bits{nal.payload};
                bits.golomb();
                EXPECT_EQ(bits.golomb() % 5 == 2, wanted) << "an intra slice in picture " << i;
            }
            picture_sets += nal.type == picture_set ? 1 : 0;
            if (nal.type != sequence_set) continue;
            ++sequence_sets;
            EXPECT_EQ(nal.payload.at(0), 66) << "profile_idc";
            EXPECT_NE(nal.payload.at(1) & 0x40U, 0U) << "constraint_set1";
            EXPECT_EQ(reorder_frames(nal), 0U);
        }
        EXPECT_EQ(sequence_sets, wanted ? 1 : 0) << i;
        EXPECT_EQ(picture_sets, wanted ? 1 : 0) << i;
        EXPECT_GE(slices, 1) << i;
        EXPECT_LE(slices, 4) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Threads, BrowserEncoder, testing::Values(1, 2, 16));

}  // namespace
