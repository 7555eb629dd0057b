// What each hop costs at its least: the product's own components, each alone on this machine, nothing else at the time.
#pragma once

#include "transport/timeline.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::string_view floors_format = "scialytic-floors-1";
inline constexpr std::size_t most_floors_bytes = std::size_t{1} << 20U;

/// ms of so many pictures.
struct FloorCost {
    double p50 = 0;
    double p99 = 0;
    std::size_t count = 0;
    bool operator==(const FloorCost&) const = default;
};

/// One hop of one source's frames, named by the stage that it ends with.
struct Floor {
    std::string stream;  ///< is_stream_name
    transport::Stage stage = transport::Stage::encoded;
    int width = 0;  ///< of the picture that is worked on
    int height = 0;
    FloorCost paced;         ///< at the sources' rate, caches cold from the other hops
    FloorCost back_to_back;  ///< the same work picture after picture
    bool operator==(const Floor&) const = default;
};

struct Floors {
    std::vector<Floor> hops;
    bool codes = false;      ///< the pictures carried the in-picture code
    int threads = 0;         ///< of each encoder
    bool real_time = false;  ///< the system let us run before ordinary programs
    std::string presented_by;
    std::string commit;
    std::string date;
    std::string machine;
    bool operator==(const Floors&) const = default;

    /// Null where it was not measured.
    [[nodiscard]] const Floor* find(std::string_view stream, transport::Stage stage) const;
};

/// The stages whose hops have a floor, in order: encoded; received (counted from encoded: a picture stamped, cut,
/// sealed and carried over loopback); decoded; fused; encoded_for_view; published; delivered (counted from published);
/// unpacked; presented (state drawn, handed to the sink). Waiting, pairing and changes of thread have none: at their
/// least they cost nothing.
[[nodiscard]] const std::vector<transport::Stage>& floor_stages();

/// Medians of encoding and decoding of both hops together, paced: what the codecs alone cost a frame of that stream,
/// ms. Nothing where one of the four was not measured.
[[nodiscard]] std::optional<double> codec_sum(const Floors& floors, std::string_view stream);

[[nodiscard]] std::string floors_json(const Floors& floors);
/// Strict, as read_result is. Throws std::runtime_error with one line.
[[nodiscard]] Floors read_floors(std::string_view json);
/// The same; names the file.
[[nodiscard]] Floors read_floors(const std::filesystem::path& path);

}  // namespace bench
