#include "devices/nifti.hpp"

#include "devices/inflate_zlib.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace devices {

using augment::Mat3;
using augment::Vec3;

namespace {

namespace nifti {

constexpr std::size_t header_bytes = 348;
constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::int64_t most_voxels = 200'000'000;  // floats in memory

/// Where the header has them.
struct At {
    static constexpr std::size_t dim = 40, datatype = 70, pixdim = 76, vox_offset = 108, scl_slope = 112,
                                 scl_inter = 116, xyzt_units = 123, qform_code = 252, sform_code = 254, quatern = 256,
                                 qoffset = 268, srow = 280, magic = 344;
};

[[noreturn]] void refuse(const std::string& what) {
    throw std::runtime_error(what);
}

template <typename Value>
Value value_at(const std::uint8_t* from, bool swapped) {
    std::array<std::uint8_t, sizeof(Value)> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = from[swapped ? bytes.size() - 1 - i : i];
    return std::bit_cast<Value>(bytes);
}

class Header {
public:
    explicit Header(std::span<const std::uint8_t> bytes) : bytes_{bytes} {
        if (bytes.size() < header_bytes)
            refuse(fmt::format("{} bytes are no NIfTI-1 file: its header alone has {}", bytes.size(), header_bytes));
        swapped_ = get<std::int32_t>(0) != static_cast<std::int32_t>(header_bytes);
        if (get<std::int32_t>(0) != static_cast<std::int32_t>(header_bytes) ||
            std::memcmp(&bytes_[At::magic], "n+1", 4) != 0)
            refuse(std::memcmp(&bytes_[At::magic], "ni1", 4) == 0
                       ? "its voxels are in another file (.img): only NIfTI-1 in one file is read"
                       : "not a NIfTI-1 file in one piece (348 at its beginning, 'n+1' at byte 344)");
    }
    template <typename Value>
    [[nodiscard]] Value get(std::size_t at) const {
        return value_at<Value>(&bytes_[at], swapped_);
    }
    [[nodiscard]] double number(std::size_t at, std::string_view what) const {
        const auto value = get<float>(at);
        if (!std::isfinite(value)) refuse(fmt::format("{} is {}", what, value));
        return static_cast<double>(value);
    }
    [[nodiscard]] bool swapped() const { return swapped_; }

private:
    std::span<const std::uint8_t> bytes_;
    bool swapped_ = false;
};

std::array<int, 3> size_of(const Header& header) {
    const auto dim = [&](std::size_t i) { return static_cast<int>(header.get<std::int16_t>(At::dim + 2 * i)); };
    if (dim(0) < 3 || dim(0) > 7) refuse(fmt::format("dim[0] is {}: a volume has 3 dimensions", dim(0)));
    std::int64_t voxels = 1;
    for (int i = 1; i <= dim(0); ++i) {
        const int size = dim(static_cast<std::size_t>(i));
        if (size < 1 || (i <= 3 && size < 2) || (i > 3 && size > 1))
            refuse(fmt::format("dim[{}] is {}: one volume of at least 2x2x2 voxels is read", i, size));
        voxels *= size;
        if (voxels > most_voxels)
            refuse(fmt::format("more than {} million voxels: cut or resample it", most_voxels / 1'000'000));
    }
    return {dim(1), dim(2), dim(3)};
}

Mat3 rotation_of(double b, double c, double d) {
    const double square = 1 - (b * b + c * c + d * d);
    if (square < -1e-3) refuse("its quaternion (quatern_b, _c, _d) is longer than 1");
    const double a = std::sqrt(std::max(0.0, square));
    return augment::rows_of({a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
                            {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
                            {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c});
}

double mm_per_unit(const Header& header) {
    switch (header.get<std::uint8_t>(At::xyzt_units) & 7U) {
        case 1: return 1000;
        case 3: return 0.001;
        default: return 1;
    }
}

/// The scanner's own frame is asked last: sform is what a program made of it since.
void place(const Header& header, Nifti& out) {
    Mat3 step;
    Vec3 first;
    if (header.get<std::int16_t>(At::sform_code) > 0) {
        const auto row = [&](std::size_t y, std::size_t x) {
            return header.number(At::srow + 16 * y + 4 * x, fmt::format("srow_{}[{}]", "xyz"[y], x));
        };
        for (std::size_t y = 0; y < 3; ++y)
            for (std::size_t x = 0; x < 3; ++x) step[y][x] = row(y, x);
        first = {row(0, 3), row(1, 3), row(2, 3)};
    } else if (header.get<std::int16_t>(At::qform_code) > 0) {
        const auto part = [&](std::size_t i) { return header.number(At::quatern + 4 * i, "its quaternion"); };
        const auto side = [&](std::size_t i) {
            return header.number(At::pixdim + 4 * i, fmt::format("pixdim[{}]", i));
        };
        step = rotation_of(part(0), part(1), part(2));
        for (auto& row : step.at) {
            row[0] *= side(1);
            row[1] *= side(2);
            row[2] *= side(0) < 0 ? -side(3) : side(3);
        }
        const auto offset = [&](std::size_t i) { return header.number(At::qoffset + 4 * i, "qoffset"); };
        first = {offset(0), offset(1), offset(2)};
    } else {
        refuse("does not say how it lies in the patient (qform_code and sform_code are 0)");
    }
    // RAS to LPS
    const double mm = mm_per_unit(header);
    const auto lps = augment::rows_of({-mm, 0, 0}, {0, -mm, 0}, {0, 0, mm});
    out.step = lps * step;
    out.first = lps * first;

    double sides = 1;
    for (std::size_t i = 0; i < 3; ++i) {
        const double side = length(Vec3{out.step[0][i], out.step[1][i], out.step[2][i]});
        if (!(side > 1e-3 && side < 1e3)) refuse(fmt::format("its voxels are {:g} mm apart along {}", side, "ijk"[i]));
        sides *= side;
    }
    if (std::abs(determinant(out.step)) < 1e-3 * sides) refuse("its three axes do not span a volume");
    if (!(length(out.first) < 1e6)) refuse("its first voxel is farther than a kilometre away");
}

template <typename Value>
void read_values(const Header& header, std::span<const std::uint8_t> from, std::size_t voxels, Nifti& out) {
    const double offset = header.number(At::vox_offset, "vox_offset");
    const std::size_t needs = voxels * sizeof(Value);
    if (!(offset >= static_cast<double>(header_bytes) && offset <= static_cast<double>(from.size())))
        refuse(fmt::format("vox_offset is {:g}, in a file of {} bytes", offset, from.size()));
    from = from.subspan(static_cast<std::size_t>(offset));
    if (from.size() < needs)
        refuse(fmt::format("cut off: {}x{}x{} voxels take {} bytes from byte {:g} on, it has {}", out.size[0],
                           out.size[1], out.size[2], needs, offset, from.size()));
    double slope = header.number(At::scl_slope, "scl_slope"), inter = header.number(At::scl_inter, "scl_inter");
    if (slope == 0) slope = 1, inter = 0;  // as the standard has it: not scaled
    out.values.resize(voxels);
    for (std::size_t i = 0; i < voxels; ++i) {
        const auto value = static_cast<double>(value_at<Value>(&from[i * sizeof(Value)], header.swapped()));
        out.values[i] = static_cast<float>(slope * value + inter);
        if (!std::isfinite(out.values[i])) {
            const auto x = static_cast<std::size_t>(out.size[0]), y = static_cast<std::size_t>(out.size[1]);
            refuse(fmt::format("voxel {}, {}, {} is {}", i % x, i / x % y, i / x / y, out.values[i]));
        }
    }
}

}  // namespace nifti

}  // namespace

Nifti parse_nifti(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint8_t> unpacked;
    if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
        unpacked = inflated(bytes, nifti::most_bytes);
        bytes = unpacked;
    }
    const nifti::Header header{bytes};
    Nifti out;
    out.size = nifti::size_of(header);
    nifti::place(header, out);
    const auto voxels = static_cast<std::size_t>(out.size[0]) * static_cast<std::size_t>(out.size[1]) *
                        static_cast<std::size_t>(out.size[2]);
    switch (const int type = header.get<std::int16_t>(nifti::At::datatype); type) {
        case 2: nifti::read_values<std::uint8_t>(header, bytes, voxels, out); break;
        case 4: nifti::read_values<std::int16_t>(header, bytes, voxels, out); break;
        case 8: nifti::read_values<std::int32_t>(header, bytes, voxels, out); break;
        case 16: nifti::read_values<float>(header, bytes, voxels, out); break;
        case 64: nifti::read_values<double>(header, bytes, voxels, out); break;
        case 256: nifti::read_values<std::int8_t>(header, bytes, voxels, out); break;
        case 512: nifti::read_values<std::uint16_t>(header, bytes, voxels, out); break;
        default:
            nifti::refuse(
                fmt::format("datatype {} is not read: 2, 4, 8, 16, 64, 256 and 512 are (numbers of 8 to 64 "
                            "bits, one a voxel)",
                            type));
    }
    return out;
}

Nifti read_nifti(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) throw std::runtime_error(fmt::format("{}: {}", file.string(), error.message()));
    if (size > nifti::most_bytes)
        throw std::runtime_error(
            fmt::format("{}: {} MB are too large, at most {}", file.string(), size >> 20U, nifti::most_bytes >> 20U));
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    std::ifstream in{file, std::ios::binary};
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
    try {
        return parse_nifti(bytes);
    } catch (const std::runtime_error& what) {
        throw std::runtime_error(fmt::format("{}: {}", file.string(), what.what()));
    }
}

}  // namespace devices
