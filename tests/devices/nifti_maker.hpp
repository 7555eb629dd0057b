// NIfTI-1 files for tests, written here and not by the reader's own formulas.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace devices {

struct NiftiMaker {
    std::array<std::int16_t, 8> dim{3, 2, 3, 4, 1, 1, 1, 1};
    std::int16_t datatype = 4;
    std::array<float, 8> pixdim{1, 1, 1, 1, 0, 0, 0, 0};
    float vox_offset = 352;
    float slope = 1, inter = 0;
    std::uint8_t units = 2;
    std::int16_t qform = 0, sform = 1;
    std::array<float, 6> quaternion{};  ///< b, c, d and the offset
    std::array<float, 12> srow{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    std::array<char, 4> magic{'n', '+', '1', 0};
    bool big_endian = false;
    std::vector<std::uint8_t> voxels;  ///< as bytes, in the file's order

    template <typename Value>
    void put(std::vector<std::uint8_t>& out, std::size_t at, const Value& value) const {
        std::array<std::uint8_t, sizeof(Value)> bytes{};
        std::memcpy(bytes.data(), &value, sizeof value);
        if (big_endian) std::ranges::reverse(bytes);
        if (out.size() < at + bytes.size()) out.resize(at + bytes.size());
        std::ranges::copy(bytes, out.begin() + static_cast<std::ptrdiff_t>(at));
    }
    template <typename Value>
    void add(const Value& value) {
        put(voxels, voxels.size(), value);
    }
    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        std::vector<std::uint8_t> out(352);
        const auto all = [&](std::size_t at, const auto& values) {
            for (std::size_t i = 0; i < values.size(); ++i) put(out, at + i * sizeof(values[0]), values[i]);
        };
        put(out, 0, std::int32_t{348});
        all(40, dim);
        put(out, 70, datatype);
        all(76, pixdim);
        put(out, 108, vox_offset);
        put(out, 112, slope);
        put(out, 116, inter);
        out[123] = units;
        put(out, 252, qform);
        put(out, 254, sform);
        all(256, quaternion);
        all(280, srow);
        std::memcpy(&out[344], magic.data(), magic.size());
        out.insert(out.end(), voxels.begin(), voxels.end());
        return out;
    }
    void write(const std::filesystem::path& file) const {
        const auto all = bytes();
        std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(all.data()),
                                                    static_cast<std::streamsize>(all.size()));
    }
};

}  // namespace devices
