// Makes MetaImage sequences, right ones and wrong ones.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

struct MetaMaker {
    std::string dimensions = "3";
    std::string size = "4 3 2";
    std::string type = "MET_UCHAR";
    std::string orientation = "MFA";
    std::string data_file = "LOCAL";
    std::string fields;  ///< lines of frames
    bool compressed = false;
    std::vector<std::uint8_t> pixels;

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        auto stored = pixels;
        if (compressed) {
            uLongf room = compressBound(static_cast<uLong>(pixels.size()));
            stored.resize(room);
            compress2(stored.data(), &room, pixels.data(), static_cast<uLong>(pixels.size()), 6);
            stored.resize(room);
        }
        const auto text = "ObjectType = Image\nNDims = " + dimensions +
                          "\nBinaryData = True\nCompressedData = " + (compressed ? "True" : "False") +
                          "\nDimSize = " + size + "   \nElementType = " + type +
                          "\nUltrasoundImageOrientation = " + orientation + "\n" + fields +
                          "ElementDataFile = " + data_file + "\n";
        std::vector<std::uint8_t> out{text.begin(), text.end()};
        out.insert(out.end(), stored.begin(), stored.end());
        return out;
    }
};
