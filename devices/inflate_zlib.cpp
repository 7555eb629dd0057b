#include "devices/inflate_zlib.hpp"

#include <fmt/format.h>
#define ZLIB_CONST  // it does not write to what it reads
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace devices {

namespace {

constexpr int gzip_or_zlib = 32 + MAX_WBITS;

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, gzip_or_zlib) != Z_OK) throw std::runtime_error("no memory to unpack it");
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    /// As many bytes as `out` holds, or fewer at the end of a member.
    std::size_t read(std::span<const std::uint8_t>& from, std::span<std::uint8_t> out) {
        const auto offered = static_cast<uInt>(std::min<std::size_t>(from.size(), std::numeric_limits<uInt>::max()));
        stream_.next_in = from.data();
        stream_.avail_in = offered;
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        const int result = inflate(&stream_, Z_NO_FLUSH);
        from = from.subspan(offered - stream_.avail_in);
        ended_ = result == Z_STREAM_END;
        if (!ended_ && result != Z_OK && result != Z_BUF_ERROR)
            throw std::runtime_error(fmt::format("its compressed bytes are broken ({})",
                                                 stream_.msg != nullptr ? stream_.msg : zError(result)));
        return out.size() - stream_.avail_out;
    }
    [[nodiscard]] bool ended() const { return ended_; }
    /// True when another gzip member begins here.
    bool next_member(std::span<const std::uint8_t> from) {
        if (from.size() < 2 || from[0] != 0x1f || from[1] != 0x8b) return false;
        ended_ = false;
        return inflateReset(&stream_) == Z_OK;
    }

private:
    z_stream stream_{};
    bool ended_ = false;
};

}  // namespace

std::vector<std::uint8_t> inflated(std::span<const std::uint8_t> packed, std::size_t most_bytes) {
    constexpr std::size_t step = std::size_t{1} << 20;
    Inflater inflater;
    std::vector<std::uint8_t> out;
    while (true) {
        const auto before = out.size();
        out.resize(before + std::min(step, most_bytes - before + 1));
        const auto got = inflater.read(packed, std::span{out}.subspan(before));
        out.resize(before + got);
        if (out.size() > most_bytes) throw std::runtime_error(fmt::format("it unpacks to over {} bytes", most_bytes));
        if (inflater.ended()) {
            if (!inflater.next_member(packed)) return out;
        } else if (got == 0) {
            throw std::runtime_error("its compressed bytes are cut off");
        }
    }
}

}  // namespace devices
