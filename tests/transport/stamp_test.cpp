// What a picture says about itself survives the wire byte for byte, and nothing else gets through.
#include "transport/stamp.hpp"

#include "transport/clock_exchanges.hpp"
#include "transport/codec.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

namespace {

using namespace transport;
using namespace std::chrono_literals;

Stamp full_stamp() {
    Stamp stamp;
    stamp.stream = 17;
    stamp.sequence = 0x01020304;
    stamp.boot = boot_id();
    stamp.node = "augment";
    stamp.sender_time = timestamp(5'000'000'000);
    stamp.canvas = {0, 0, 1280, 720};
    stamp.overlay = {100, 120, 300, 200};
    stamp.placing = {Registration::ageing, stamp.sender_time - 700ms, 1.25, {90, 110, 320, 220}, true};
    stamp.annotation_revision = 9;
    Placed xray;
    xray.header.stream = 2;
    xray.header.sequence = 77;
    xray.header.modality = Modality::xray;
    xray.header.width = 512;
    xray.header.height = 512;
    xray.header.period = 33'333us;
    xray.header.content_changed = stamp.sender_time - 40ms;
    xray.header.beam_on = false;
    xray.header.timecode = true;
    for (std::size_t i = 0; i < stage_count; i += 2)
        xray.header.timeline.mark(static_cast<Stage>(i), stamp.sender_time - 50ms + Microseconds{static_cast<int>(i)});
    xray.header.timeline.clock_bound = 120us;
    xray.header.timeline.acquired_estimated = true;
    xray.header.geometry.spacing = PixelSpacing{0.4, 0.4};
    xray.header.geometry.c_arm = CArmGeometry{30, -10, 1000, 700, 2};
    xray.header.geometry.table_mm = {1, -2, 3};
    xray.pane = {0, 0, 676, 720};
    xray.image = {0, 46, 674, 674};
    xray.code = {256, 720, 256, 32};
    Placed echo;
    echo.header.geometry.regions.push_back({{10, 20, 300, 400}, 1, 1, 3, 3, 0.05, 0.05});
    echo.header.geometry.sector = EchoSector{400, 12.5, 4, 150, 40, 30, Pose{{0.5, 0.5, -0.5, 0.5}, {7, 8, 9}}};
    stamp.sources = {xray, echo};
    stamp.late = {{2, 76, Stage::sent, stamp.sender_time - 30ms}};
    return stamp;
}

std::vector<std::byte> access_unit() {
    PixelPool pool;
    auto picture = pool.get(PixelFormat::gray8, 64, 64);
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) picture->row(0, y)[x] = static_cast<std::uint8_t>(x * y);
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.format = PixelFormat::gray8;
    settings.width = settings.height = 64;
    return make_encoder(settings)->encode(picture, true)->bytes;
}

TEST(Stamp, every_field_survives_the_wire) {
    const auto stamp = full_stamp();
    const auto back = stamp_from_bytes(to_bytes(stamp));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->localise({}), stamp);
}

std::string hex_of(std::span<const std::byte> bytes) {
    constexpr auto digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : bytes) {
        hex += digits[std::to_integer<unsigned>(byte) >> 4U];
        hex += digits[std::to_integer<unsigned>(byte) & 15U];
    }
    return hex;
}

TEST(Stamp, the_bytes_that_the_page_reads_are_those_that_are_written) {
    auto stamp = full_stamp();
    stamp.boot = 0x0708090A0B0C0D0E;
    std::ifstream file{PROJECT_DIR "/tests/data/stamp_version_2.hex"};
    std::string golden;
    file >> golden;
    EXPECT_EQ(hex_of(insert_stamp({}, stamp)), golden) << "render/web/src/stamp.ts reads the same file";
}

TEST(Stamp, the_bytes_of_version_2_stay_what_they_are) {
    Stamp stamp;
    stamp.stream = 0x0102;
    stamp.sequence = 0x03040506;
    stamp.boot = 0x0708090A0B0C0D0E;
    stamp.node = "us";
    stamp.sender_time = timestamp(0x1234);
    stamp.canvas = {0, 0, 4, 2};
    const auto hex = hex_of(to_bytes(stamp));
    EXPECT_EQ(hex.substr(0, hex.size() - 8),
              "02"
              "0102"
              "03040506"
              "0708090a0b0c0d0e"
              "027573"
              "0000000000001234"
              "0000000000040002"
              "0000000000000000"
              "00"
              "0000000000000000"
              "0000000000000000"
              "00000000"
              "00"
              "00");
}

TEST(Stamp, any_single_flipped_bit_or_cut_is_refused) {
    const auto bytes = to_bytes(full_stamp());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto forged = bytes;
        forged[i] ^= std::byte{1} << (i % 8);
        EXPECT_FALSE(stamp_from_bytes(forged).has_value()) << "byte " << i;
        EXPECT_FALSE(stamp_from_bytes(std::span{bytes}.first(i)).has_value()) << "cut at " << i;
    }
}

TEST(Stamp, it_is_found_in_a_real_access_unit_behind_the_encoders_own_sei_and_decodes_still) {
    const auto unit = access_unit();
    EXPECT_FALSE(find_stamp(unit).has_value());
    const auto stamped = insert_stamp(unit, full_stamp());
    const auto found = find_stamp(stamped);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->localise({}), full_stamp());
    EXPECT_TRUE(is_keyframe(stamped));
    SharedPixels picture;
    EXPECT_EQ(make_decoder()->decode(stamped, picture), Decoding::ready);
}

TEST(Stamp, runs_of_zeros_and_start_codes_inside_it_do_not_break_the_stream) {
    auto stamp = full_stamp();
    stamp.boot = 0;
    stamp.node = std::string("\0\0\1\0\0\0\0\3", 8);
    stamp.sender_time = timestamp(0x0000010000000100);
    for (auto& source : stamp.sources) source.header.timeline = {};
    stamp.sources[0].header.content_changed.reset();
    stamp.placing.seen.reset();
    stamp.late.clear();
    const auto stamped = insert_stamp(access_unit(), stamp);
    const auto found = find_stamp(stamped);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->node(), stamp.node);
    SharedPixels picture;
    EXPECT_EQ(make_decoder()->decode(stamped, picture), Decoding::ready);
}

TEST(Stamp, truncated_and_random_access_units_hold_no_stamp_and_crash_nobody) {
    const auto stamped = insert_stamp(access_unit(), full_stamp());
    for (std::size_t size = 0; size < 200; ++size) EXPECT_FALSE(find_stamp(std::span{stamped}.first(size)).has_value());
    std::mt19937 random{7};
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::byte> noise(random() % 300);
        for (auto& byte : noise) byte = static_cast<std::byte>(random() % 8 == 0 ? random() % 7 : 0);
        EXPECT_FALSE(find_stamp(noise).has_value());
    }
}

TEST(Stamp, another_machines_times_are_converted_once_and_their_bounds_add_up) {
    auto stamp = full_stamp();
    stamp.boot = boot_id() ^ 2U;
    const RemoteStamp remote = *stamp_from_bytes(to_bytes(stamp));
    ClockExchanges exchanges;  // their clock is 3 s ahead of ours, the exchange took 2 ms
    exchanges.exchange(timestamp(4'999'000'000), remote_timestamp(5'002'001'000), timestamp(4'999'002'000));
    const auto ours = remote.localise(exchanges.offset());
    const auto shift = 3'000'000us;
    EXPECT_EQ(ours.sender_time, stamp.sender_time - shift);
    EXPECT_EQ(ours.late[0].time, stamp.late[0].time - shift);
    const auto& theirs = stamp.sources[0].header.timeline;
    EXPECT_EQ(*ours.sources[0].header.timeline.at(Stage::acquired), *theirs.at(Stage::acquired) - shift);
    EXPECT_GE(ours.sources[0].header.timeline.clock_bound, theirs.clock_bound + 1ms);
    EXPECT_EQ(ours.sources[0].header.timeline.clock_basis, ClockBasis::exchanges);
}

TEST(Stamp, what_vouches_for_a_clock_travels_and_the_worst_of_the_way_stays) {
    auto stamp = full_stamp();
    stamp.boot = boot_id() ^ 2U;
    stamp.sources[0].header.timeline.clock_basis = ClockBasis::known_asymmetry;
    ClockOffset disciplined;
    disciplined.learn({timestamp(0), remote_timestamp(0), 300us, ClockBasis::host_clocks});
    const auto read = stamp_from_bytes(to_bytes(stamp));
    ASSERT_TRUE(read);
    const auto ours = read->localise(disciplined);
    EXPECT_EQ(ours.sources[0].header.timeline.clock_basis, ClockBasis::known_asymmetry);
    EXPECT_EQ(ours.sources[1].header.timeline.clock_basis, ClockBasis::host_clocks);
}

TEST(Stamp, marks_long_before_the_reading_widen_the_bound_by_their_own_age) {
    auto stamp = full_stamp();
    stamp.boot = boot_id() ^ 2U;
    stamp.sources[0].header.timeline.mark(Stage::acquired, stamp.sender_time - 1min);
    const auto before = stamp.sources[0].header.timeline.clock_bound;
    ClockOffset offset;
    offset.learn({stamp.sender_time, RemoteTimestamp{stamp.sender_time.time_since_epoch()}, 10us});
    EXPECT_EQ(RemoteStamp{stamp}.localise(offset).sources[0].header.timeline.clock_bound - before, 10us + 6ms);
}

TEST(Stamp, times_of_another_boot_than_the_known_clocks_are_unknown) {
    auto stamp = full_stamp();
    stamp.boot = boot_id() ^ 2U;
    ClockOffset offset;
    offset.learn({stamp.sender_time, RemoteTimestamp{stamp.sender_time.time_since_epoch()}, 10us});
    offset.belongs_to(stamp.boot ^ 4U);
    EXPECT_FALSE(RemoteStamp{stamp}.localise(offset).sources[0].header.timeline.at(Stage::acquired));
    offset.belongs_to(stamp.boot);
    EXPECT_TRUE(RemoteStamp{stamp}.localise(offset).sources[0].header.timeline.at(Stage::acquired));
}

TEST(Stamp, while_the_senders_clock_is_unknown_its_marks_are_unknown_not_wrong) {
    auto stamp = full_stamp();
    stamp.boot = boot_id() ^ 2U;
    const auto ours = RemoteStamp{stamp}.localise({});
    for (std::size_t i = 0; i < stage_count; ++i)
        EXPECT_FALSE(ours.sources[0].header.timeline.at(static_cast<Stage>(i)).has_value());
    EXPECT_FALSE(ours.sources[0].header.content_changed.has_value());
    EXPECT_TRUE(ours.late.empty());
    EXPECT_EQ(ours.sources[0].header.sequence, 77U);
}

}  // namespace
