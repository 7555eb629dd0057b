#include "devices/inflate_zlib.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <random>

namespace {

using devices::inflated;
using Bytes = std::vector<std::uint8_t>;

constexpr int zlib_format = MAX_WBITS;
constexpr int gzip_format = 16 + MAX_WBITS;

Bytes packed(const Bytes& plain, int format) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, format, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes out(deflateBound(&stream, static_cast<uLong>(plain.size())) + 64);
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(stream.total_out)};
}

/// Longer than the steps that it is unpacked in, and hardly to be compressed.
Bytes noise(std::size_t size) {
    std::mt19937 random{7};
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
}

TEST(Inflate, gzip_and_zlib_give_back_what_was_packed) {
    const auto plain = noise(3'000'001);
    EXPECT_EQ(inflated(packed(plain, gzip_format), plain.size()), plain);
    EXPECT_EQ(inflated(packed(plain, zlib_format), plain.size()), plain);
    EXPECT_TRUE(inflated(packed({}, gzip_format), 0).empty());
}

TEST(Inflate, members_of_a_gzip_file_follow_one_another_and_what_comes_after_is_left) {
    auto both = packed({1, 2}, gzip_format);
    const auto second = packed({3}, gzip_format);
    both.insert(both.end(), second.begin(), second.end());
    both.push_back(0);
    EXPECT_EQ(inflated(both, 10), (Bytes{1, 2, 3}));
}

TEST(Inflate, what_is_cut_off_broken_too_large_or_no_such_thing_is_refused_in_one_line) {
    const auto plain = noise(100'000);
    const auto whole = packed(plain, gzip_format);
    const auto refusal = [](Bytes bytes, std::size_t most) -> std::string {
        try {
            (void)inflated(bytes, most);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "taken";
    };
    EXPECT_EQ(refusal({whole.begin(), whole.end() - 20}, plain.size()), "its compressed bytes are cut off");
    EXPECT_EQ(refusal({}, 10), "its compressed bytes are cut off");
    EXPECT_EQ(refusal(whole, plain.size() - 1), "it unpacks to over 99999 bytes");
    EXPECT_THAT(refusal({'p', 'l', 'a', 'i', 'n'}, 10), testing::StartsWith("its compressed bytes are broken ("));
    auto broken = whole;
    broken[broken.size() - 6] ^= 1;  // of the checksum
    EXPECT_THAT(refusal(broken, plain.size()), testing::StartsWith("its compressed bytes are broken ("));
}

}  // namespace
