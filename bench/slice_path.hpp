// One hop, from captured to decoded: encoder, a link that carries so many bits a second, decoder on a thread of its
// own.
#pragma once

#include "bench/sliced_codec.hpp"
#include "transport/clock.hpp"
#include "transport/codec.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace bench {

struct SliceWay {
    std::string_view name;
    int threads = 2;             ///< of the encoder
    int slices = 2;              ///< of a picture
    bool sent_early = false;     ///< each slice goes on as it leaves the encoder; else the whole picture
    bool decoded_early = false;  ///< and is decoded as it comes; else all of them together
};

/// Of one picture, ms since it was captured.
struct SliceTimes {
    double first_slice = 0;  ///< left the encoder
    double encoded = 0;      ///< the last one left it
    double decoded = 0;
    double processor = 0;  ///< of all threads together
    std::size_t bytes = 0;
};

class SlicePath {
public:
    /// `mbit_per_s`: 0 is loopback. The link is a wait: neither packets nor their headers.
    SlicePath(const SliceWay& way, SliceSettings settings, double mbit_per_s);
    ~SlicePath();
    SlicePath(const SlicePath&) = delete;
    SlicePath& operator=(const SlicePath&) = delete;

    /// Blocks until the picture is decoded. Throws std::runtime_error with what failed at either end.
    [[nodiscard]] SliceTimes show(const transport::SharedPixels& picture);

private:
    struct Piece {
        std::vector<std::byte> bytes;
        transport::Timestamp ready{};
        bool last = false;  ///< of its picture
    };
    void send(std::vector<std::byte> bytes, bool last);
    [[nodiscard]] std::vector<std::byte> take(const std::stop_token& stop);
    void receive(const std::stop_token& stop);
    [[nodiscard]] transport::SharedPixels decode(std::span<const std::byte> bytes);

    SliceWay way_;
    double bytes_per_us_;
    transport::SystemClock clock_;
    std::unique_ptr<SlicedEncoder> encoder_;
    std::unique_ptr<transport::Decoder> whole_decoder_;
    std::unique_ptr<SlicedDecoder> sliced_decoder_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Piece> link_;
    transport::Timestamp link_free_{};
    bool decoded_ = false;
    transport::Timestamp decoded_at_{};
    std::string failure_;
    std::jthread receiver_;  // last: it uses the others
};

}  // namespace bench
