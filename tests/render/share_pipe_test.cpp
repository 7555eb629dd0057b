// What share and its children say to each other comes whole and in order, or not at all.
#include "render/share_pipe.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cstdlib>

namespace {

using namespace render;

struct Pipe : testing::Test {
    std::array<int, 2> ends{};
    std::optional<PipeWriter> writer;
    PipeReader reader;
    Pipe() {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
        for (const int end : ends) fcntl(end, F_SETFL, O_NONBLOCK);
        writer.emplace(ends[0]);
    }
    ~Pipe() override {
        for (const int end : ends) close(end);
    }
    void write_raw(std::span<const std::byte> bytes) const {
        ASSERT_EQ(::write(ends[0], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
};

TEST_F(Pipe, messages_come_whole_and_in_order) {
    const UnitHead head{7, 640, 360, 1};
    EXPECT_TRUE(writer->send(PipeKind::unit, bytes_of(head), bytes_of(std::string_view{"picture"})));
    EXPECT_TRUE(writer->send(PipeKind::text, bytes_of(std::string_view{"words"})));
    ASSERT_EQ(reader.read(ends[1]), PipeReader::Reading::again);
    const auto unit = reader.take();
    ASSERT_TRUE(unit);
    EXPECT_EQ(unit->kind, PipeKind::unit);
    EXPECT_EQ(head_of<UnitHead>(unit->bytes)->width, 640);
    EXPECT_EQ(text_of(unit->bytes).substr(sizeof(UnitHead)), "picture");
    const auto text = reader.take();
    ASSERT_TRUE(text);
    EXPECT_EQ(text_of(text->bytes), "words");
    EXPECT_FALSE(reader.take());
}

TEST_F(Pipe, a_string_goes_as_its_characters) {
    const std::string words = "v=0";
    EXPECT_EQ(text_of(bytes_of(words)), "v=0");
}

TEST_F(Pipe, what_the_other_end_does_not_take_waits_and_then_is_refused_whole) {
    const std::vector<std::byte> picture(500'000, std::byte{1});
    int taken = 0;
    while (writer->send(PipeKind::unit, picture)) ASSERT_LT(++taken, 100);
    EXPECT_GE(taken, 4);
    int came = 0;
    for (int i = 0; i < 1000; ++i) {
        static_cast<void>(reader.read(ends[1]));
        static_cast<void>(writer->flush());
        while (const auto message = reader.take()) {
            EXPECT_EQ(message->bytes, picture);
            ++came;
        }
    }
    EXPECT_EQ(came, taken);
    EXPECT_TRUE(writer->send(PipeKind::keyframe, {}));
}

TEST_F(Pipe, a_length_that_lies_ends_the_conversation) {
    const std::array<std::uint32_t, 2> lie{0x7fffffff, 0};
    write_raw(std::as_bytes(std::span{lie}));
    static_cast<void>(reader.read(ends[1]));
    EXPECT_FALSE(reader.take());
    write_raw(std::as_bytes(std::span{lie}));
    EXPECT_EQ(reader.read(ends[1]), PipeReader::Reading::ended);
}

TEST_F(Pipe, a_kind_that_nobody_knows_ends_the_conversation) {
    const std::array<std::uint32_t, 2> unknown{0, 200};
    write_raw(std::as_bytes(std::span{unknown}));
    static_cast<void>(reader.read(ends[1]));
    EXPECT_FALSE(reader.take());
    write_raw(std::as_bytes(std::span{unknown}));
    EXPECT_EQ(reader.read(ends[1]), PipeReader::Reading::ended);
}

TEST_F(Pipe, a_closed_end_is_noticed_by_the_reader_and_survived_by_the_writer) {
    shutdown(ends[1], SHUT_RDWR);
    for (int i = 0; i < 10; ++i) static_cast<void>(writer->send(PipeKind::text, bytes_of(std::string_view{"x"})));
    EXPECT_EQ(reader.read(ends[1]), PipeReader::Reading::ended);
}

}  // namespace
