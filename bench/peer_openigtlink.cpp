#include "bench/peer_openigtlink.hpp"

#include "transport/options.hpp"

#include <stdexcept>

#ifdef SCIALYTIC_HAS_OPENIGTLINK

#include "bench/gst_line.hpp"
#include "bench/peer_picture.hpp"
#include "devices/devices.hpp"

#include <igtlClientSocket.h>
#include <igtlImageMessage.h>
#include <igtlServerSocket.h>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace bench {

using namespace transport;

namespace {

constexpr auto igtl_wanted =
    "bench peer-openigtlink: wanted: send PORT MODALITY FRAMES_PER_SECOND SOURCE, or "
    "show WORDS ULTRASOUND_PORT WIDTHxHEIGHT XRAY_PORT WIDTHxHEIGHT, or --check";

template <typename Number>
Number igtl_number(std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError{igtl_wanted};
    return value;
}

struct IgtlSize {
    int width = 0;
    int height = 0;
};
IgtlSize igtl_size(std::string_view text) {
    constexpr int most = 8192;
    const auto cross = text.find('x');
    if (cross == std::string_view::npos) throw UsageError{igtl_wanted};
    return {igtl_number(text.substr(0, cross), 2, most), igtl_number(text.substr(cross + 1), 2, most)};
}

/// The image server, as PLUS's: waits for one client, then sends it every picture, grey, 8 bits, uncompressed.
int send_images(int port, Modality modality, double frames_per_second, const std::string& name) {
    SystemClock clock;
    const auto source = devices::open_source(name, modality, {.frames_per_second = frames_per_second}, clock);
    const auto info = source->info();
    const int width = padded_width(info.width);
    const int height = padded_height(info.height);
    const auto luma = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::vector<std::uint8_t> memory(luma * 3 / 2);
    Pixels picture;
    picture.width = width;
    picture.height = height;
    picture.planes = {
        {{memory.data(), width}, {memory.data() + luma, width / 2}, {memory.data() + luma + luma / 4, width / 2}}};

    const auto server = igtl::ServerSocket::New();
    if (server->CreateServer(port) < 0) throw std::runtime_error(fmt::format("OpenIGTLink: port {} is taken", port));
    constexpr unsigned long patience_ms = 60'000;
    const auto client = server->WaitForConnection(patience_ms);
    if (client.IsNull()) throw std::runtime_error("OpenIGTLink: no client came");
    const auto message = igtl::ImageMessage::New();
    message->SetDimensions(width, height, 1);
    message->SetScalarTypeToUint8();
    message->SetDeviceName(modality == Modality::xray ? "xray" : "ultrasound");
    message->AllocateScalars();
    for (std::uint32_t sequence = 0;;) {
        Frame frame;
        const auto reading = source->next(frame, {});
        if (reading == capture::Reading::ended) throw std::runtime_error("the source has ended");
        if (reading != capture::Reading::ready) continue;
        const auto captured = clock.now();
        if (padded_width(frame.pixels->width) != width || padded_height(frame.pixels->height) != height)
            throw std::runtime_error("the source changed its size");
        write_coded(*frame.pixels, {peer_stream(modality), sequence++, microseconds(captured)}, picture);
        std::memcpy(message->GetScalarPointer(), memory.data(), luma);
        message->Pack();
        if (client->Send(message->GetPackPointer(), static_cast<int>(message->GetPackSize())) == 0)
            throw std::runtime_error("OpenIGTLink: the client is gone");
    }
}

/// One image stream's client: every image into the appsrc of that name.
void receive_images(int port, const IgtlSize& size, GstLine& line, const std::string& into) {
    const auto socket = igtl::ClientSocket::New();
    if (socket->ConnectToServer("127.0.0.1", port) != 0)
        throw std::runtime_error(fmt::format("OpenIGTLink: nobody answers on port {}", port));
    const auto luma = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    while (true) {
        const auto header = igtl::MessageHeader::New();
        header->InitPack();
        if (socket->Receive(header->GetPackPointer(), static_cast<int>(header->GetPackSize())) <= 0)
            throw std::runtime_error(fmt::format("OpenIGTLink: {} has ended", into));
        header->Unpack();
        if (std::strcmp(header->GetDeviceType(), "IMAGE") != 0) {
            socket->Skip(static_cast<int>(header->GetBodySizeToRead()), 0);
            continue;
        }
        const auto image = igtl::ImageMessage::New();
        image->SetMessageHeader(header);
        image->AllocatePack();
        constexpr int check_sum = 1;  // as 3D Slicer does unless it is told not to
        if (socket->Receive(image->GetPackBodyPointer(), static_cast<int>(image->GetPackBodySize())) <= 0 ||
            (image->Unpack(check_sum) & igtl::MessageHeader::UNPACK_BODY) == 0)
            throw std::runtime_error(fmt::format("OpenIGTLink: {} sent half an image", into));
        std::array<int, 3> found{};
        image->GetDimensions(found.data());
        if (found[0] != size.width || found[1] != size.height || found[2] != 1 ||
            image->GetScalarType() != igtl::ImageMessage::TYPE_UINT8 || image->GetNumComponents() != 1)
            throw std::runtime_error(fmt::format("OpenIGTLink: {} sent {}x{}x{}, not {}x{} of 8 bits", into, found[0],
                                                 found[1], found[2], size.width, size.height));
        const auto* scalars = static_cast<const std::uint8_t*>(image->GetScalarPointer());
        line.push(into, {scalars, scalars + luma});
    }
}

struct IgtlStream {
    std::string name;
    int port = 0;
    IgtlSize size;
};

/// Both streams' client, which fuses and shows.
int show_images(const std::string& words, const std::array<IgtlStream, 2>& streams) {
    GstLine line{words};
    line.play();
    // One that fails ends the program, whatever the other waits for.
    const auto receive = [&line](const IgtlStream& stream) {
        try {
            receive_images(stream.port, stream.size, line, stream.name);
        } catch (const std::exception& error) {
            fmt::print(stderr, "peer-openigtlink: {}\n", error.what());
            std::fflush(stderr);
            std::_Exit(1);
        }
    };
    const std::jthread first{receive, streams[0]};
    const std::jthread second{receive, streams[1]};
    constexpr int look_every_ms = 1000;
    try {
        while (true) line.wait(look_every_ms);
    } catch (const std::exception& error) {
        fmt::print(stderr, "peer-openigtlink: {}\n", error.what());
        std::fflush(stderr);
        std::_Exit(1);
    }
}

}  // namespace

int run_peer_openigtlink(const std::vector<std::string>& words) {
    constexpr int most_ports = 65535;
    if (words == std::vector<std::string>{"--check"}) return 0;
    if (words.size() == 5 && words[0] == "send") {
        const auto modality = modality_named(words[2]);
        if (!modality) throw UsageError{igtl_wanted};
        return send_images(igtl_number(words[1], 1, most_ports), *modality, igtl_number(words[3], 1.0, 120.0),
                           words[4]);
    }
    if (words.size() == 6 && words[0] == "show")
        return show_images(words[1], {{{"ultrasound", igtl_number(words[2], 1, most_ports), igtl_size(words[3])},
                                       {"xray", igtl_number(words[4], 1, most_ports), igtl_size(words[5])}}});
    throw UsageError{igtl_wanted};
}

}  // namespace bench

#else

namespace bench {

int run_peer_openigtlink(const std::vector<std::string>& /*words*/) {
    throw std::runtime_error("this build has no OpenIGTLink: apt-get install libopenigtlink-dev, then build again");
}

}  // namespace bench

#endif

namespace bench {

std::string_view peer_openigtlink_help() {
    return R"(Usage: scialytic bench peer-openigtlink send PORT MODALITY FRAMES_PER_SECOND SOURCE
       scialytic bench peer-openigtlink show WORDS ULTRASOUND_PORT WIDTHxHEIGHT XRAY_PORT WIDTHxHEIGHT
       scialytic bench peer-openigtlink --check

Raw images over TCP, as PLUS Toolkit sends them to 3D Slicer: OpenIGTLink IMAGE messages, 8 bits grey, uncompressed.

  send      the image server: waits on PORT for a client and sends it the source's pictures with the in-picture code
  show      the client of two servers on this machine, which fuses: WORDS are a GStreamer pipeline, as gst-launch takes
            it, with the images' appsrcs `ultrasound` and `xray`
  --check   0 where this build has OpenIGTLink (Debian: libopenigtlink-dev), 1 where not
  --help    this text

Runs until a signal ends it. Exit codes: 1 failed, 2 wrong usage.
)";
}

}  // namespace bench
