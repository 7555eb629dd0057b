#include "bench/code_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace bench {

using namespace transport;

namespace {

constexpr int screen_threshold = 126;  // halfway between the strip's own black and white
constexpr double least_block = 2.5;    // pixels
constexpr std::array magic_bits{true, false, true, true, false, false, true, false};

/// Lengths of the magic's inner runs, in blocks: what lies before the first and after the last may look like them.
constexpr std::array inner_runs{1, 2, 2, 1};

bool are_magic(const std::vector<int>& starts, std::size_t first, double& block) {
    const auto length = [&](std::size_t run) { return starts[run + 1] - starts[run]; };
    block = (starts[first + 5] - starts[first + 1]) / 6.0;
    if (block < least_block) return false;
    const double slack = 1 + 0.2 * block;
    for (std::size_t i = 0; i < inner_runs.size(); ++i)
        if (std::abs(length(first + 1 + i) - inner_runs[i] * block) > slack) return false;
    return length(first) >= block - slack && length(first + 5) >= block - slack;
}

/// A place where a row of the picture looks like the strip's first row of blocks.
struct Candidate {
    MagicRun run;
    int top = 0;
    int bottom = 0;  ///< of the first row of blocks
};

bool row_is_magic(const Pixels& picture, int y, const MagicRun& run) {
    const auto* row = picture.row(0, y);
    for (std::size_t i = 0; i < magic_bits.size(); ++i) {
        const int x = static_cast<int>(run.left + (static_cast<double>(i) + 0.5) * run.block);
        if (x < 0 || x >= picture.width || (row[x] > screen_threshold) != magic_bits[i]) return false;
    }
    return true;
}

Candidate grown(const Pixels& picture, int y, const MagicRun& run) {
    Candidate out{run, y, y + 1};
    while (out.top > 0 && row_is_magic(picture, out.top - 1, run)) --out.top;
    while (out.bottom < picture.height && row_is_magic(picture, out.bottom, run)) ++out.bottom;
    return out;
}

/// What can be read near that place tells where the strip's edges are: the middle of all rectangles that work.
std::optional<FoundCode> fitted(const Pixels& picture, const Candidate& near) {
    const int block_rows = near.bottom - near.top;
    if (block_rows < std::max(2.0, near.run.block / 2) || block_rows > near.run.block * 2 + 1) return std::nullopt;
    const Rect rough{static_cast<int>(std::lround(near.run.left)), near.top,
                     static_cast<int>(std::lround(timecode_columns * near.run.block)), timecode_rows * block_rows};
    constexpr int wider = 6;  // six blocks are known to a pixel, all 32 therefore to five
    const int higher = 2 + block_rows / 4;
    std::vector<FoundCode> all;
    for (int height = rough.height - higher; height <= rough.height + higher; ++height)
        for (int top = rough.y - 1; top <= rough.y + 1; ++top)
            for (int width = rough.width - wider; width <= rough.width + wider; ++width)
                for (int left = rough.x - 2; left <= rough.x + 2; ++left)
                    if (const auto code = read_timecode(picture, {left, top, width, height}))
                        all.push_back({{left, top, width, height}, *code});
    // Among so many tries a checksum of 16 bits comes out right by chance; the true code is read time and again.
    constexpr std::ptrdiff_t enough = 4;
    const auto times = [&](const FoundCode& one) { return std::ranges::count(all, one.code, &FoundCode::code); };
    const auto often = std::ranges::max_element(all, {}, times);
    if (often == all.end() || times(*often) < enough) return std::nullopt;
    std::erase_if(all, [code = often->code](const FoundCode& one) { return one.code != code; });
    const auto middle = [&](auto edge) {
        double sum = 0;
        for (const auto& one : all) sum += edge(one.where);
        return sum / static_cast<double>(all.size());
    };
    const double left = middle([](const Rect& r) { return r.x; });
    const double top = middle([](const Rect& r) { return r.y; });
    const double right = middle([](const Rect& r) { return r.x + r.width; });
    const double bottom = middle([](const Rect& r) { return r.y + r.height; });
    const auto off = [&](const FoundCode& one) {
        return std::abs(one.where.x - left) + std::abs(one.where.y - top) +
               std::abs(one.where.x + one.where.width - right) + std::abs(one.where.y + one.where.height - bottom);
    };
    return *std::ranges::min_element(all, {}, off);
}

bool lies_in(const Candidate& candidate, int y, const MagicRun& run) {
    return y >= candidate.top && y < candidate.bottom && std::abs(run.left - candidate.run.left) <= run.block;
}

}  // namespace

void find_magic(const std::uint8_t* row, int width, int threshold, std::vector<MagicRun>& found) {
    thread_local std::vector<int> starts;  // of the runs, the first one dark or bright
    starts.assign(1, 0);
    for (int x = 1; x < width; ++x)
        if ((row[x] > threshold) != (row[x - 1] > threshold)) starts.push_back(x);
    starts.push_back(width);
    const bool first_is_bright = width > 0 && row[0] > threshold;
    for (std::size_t run = first_is_bright ? 0 : 1; run + 6 < starts.size(); run += 2) {
        double block = 0;
        if (are_magic(starts, run, block)) found.push_back({starts[run + 1] - block, block});
    }
}

std::vector<FoundCode> find_codes(const Pixels& picture) {
    std::vector<FoundCode> out;
    std::vector<Candidate> tried;
    std::vector<MagicRun> runs;
    for (int y = 0; y < picture.height; ++y) {
        runs.clear();
        find_magic(picture.row(0, y), picture.width, screen_threshold, runs);
        for (const auto& run : runs) {
            if (std::ranges::any_of(tried, [&](const auto& one) { return lies_in(one, y, run); })) continue;
            tried.push_back(grown(picture, y, run));
            if (auto code = fitted(picture, tried.back())) out.push_back(*code);
        }
    }
    return out;
}

}  // namespace bench
