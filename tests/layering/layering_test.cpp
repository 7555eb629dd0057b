// Who may include whom. Reads the #include lines of every source; the architecture is what this test says it is.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

const std::filesystem::path project{PROJECT_DIR};

struct Include {
    std::string file;    ///< who includes, from the project's root: "capture/node.cpp"
    std::string header;  ///< what: "transport/frame.hpp", "vector", "gst/gst.h"
    int line = 0;
};

/// A folder, and what it may include of ours: whole folders ("transport/") or single headers.
struct Folder {
    std::string_view name;
    std::vector<std::string_view> may_include;
};
const std::vector<Folder> folders{
    {"transport/", {"transport/"}},
    {"capture/", {"capture/", "transport/"}},
    {"augment/", {"augment/", "transport/"}},
    {"render/", {"render/", "transport/"}},
    // The phantom projects with the server's own formulas.
    {"devices/",
     {"devices/", "transport/", "capture/source.hpp", "render/sink.hpp", "augment/geometry.hpp", "augment/linear.hpp",
      "augment/probe_head.hpp"}},
    {"bench/", {"bench/", "devices/", "render/", "augment/", "capture/", "transport/"}},
    {"tests/", {"tests/", "fakes/", "bench/", "devices/", "render/", "augment/", "capture/", "transport/"}},
    {"main.cpp", {"bench/", "devices/", "render/", "augment/", "capture/", "transport/"}},
};

/// A foreign library, how its headers begin, and the only files that may know it, as shell patterns.
struct Library {
    std::string_view name;
    std::vector<std::string_view> headers;
    std::vector<std::string> files;
};
const std::vector<Library> libraries{
    {"fmt", {"fmt/"}, {"*.cpp"}},
    {"FFmpeg", {"libav", "libsw"}, {"*_ffmpeg.cpp", "*_ffmpeg_*.cpp", "devices/video_file.cpp"}},
    {"x264", {"x264"}, {"*_x264.cpp"}},
    {"GStreamer",
     {"gst/", "glib", "gio/"},
     {"devices/gst_*.cpp", "bench/gst_*.cpp", "render/share*.cpp", "render/watchdog*.cpp"}},
    {"libsoup", {"libsoup/"}, {"*_http.cpp"}},
    {"ZeroMQ", {"zmq"}, {"transport/bus_zmq*.cpp"}},
    {"GnuTLS", {"gnutls/"}, {"render/share_seal_gnutls.cpp", "transport/keys_tls_gnutls.cpp"}},
    {"libqrencode", {"qrencode"}, {"render/share_qr_qrencode.cpp"}},
    {"libsrtp", {"srtp2/"}, {"transport/rtp/srtp_libsrtp.cpp"}},
    {"nlohmann-json",
     {"nlohmann/"},
     {"transport/bus_*.cpp", "transport/emulator/*_json.cpp", "render/*_json.cpp", "bench/*_json.cpp"}},
    {"yaml-cpp", {"yaml-cpp/"}, {"transport/options.cpp", "transport/options_*.cpp", "*_yaml.cpp"}},
    {"FreeType", {"ft2build.h", "freetype"}, {"transport/draw_freetype.cpp"}},
    {"xxhash", {"xxhash.h", "xxh3.h"}, {"capture/*hash*.cpp", "capture/content*.cpp"}},
    {"zlib", {"zlib.h"}, {"*_zlib.cpp"}},
    {"OpenIGTLink", {"igtl"}, {"bench/peer_openigtlink.cpp"}},
    {"OpenCV", {"opencv2/"}, {"*_opencv.cpp"}},
    {"X11", {"X11/"}, {"*_x11.cpp"}},
    {"DCMTK", {"dcmtk/"}, {"devices/dicom_*.cpp"}},
    {"CUDA", {"cuda", "cub/", "thrust/", "nvToolsExt"}, {"*.cu", "*.cuh", "transport/device_buffer*.cpp"}},
};

/// The operating system and the compiler; everybody may.
const std::vector<std::string> system_headers{
    "sys/*.h",   "netinet/*.h", "arpa/*.h", "net/*.h",   "linux/*.h", "*intrin.h", "cpuid.h", "dirent.h",
    "dlfcn.h",   "errno.h",     "fcntl.h",  "fnmatch.h", "glob.h",    "ifaddrs.h", "netdb.h", "poll.h",
    "pthread.h", "pwd.h",       "sched.h",  "signal.h",  "spawn.h",   "termios.h", "time.h",  "unistd.h"};

bool matches_any(const std::string& path, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const auto& p) { return fnmatch(p.c_str(), path.c_str(), 0) == 0; });
}

bool is_system(const std::string& header) {
    const bool standard = header.find_first_of("./") == std::string::npos;
    return standard || matches_any(header, system_headers);
}

template <typename Words>
std::string joined(const Words& words, std::string_view between) {
    std::string all;
    for (const auto& word : words) {
        if (!all.empty()) all += between;
        all += word;
    }
    return all;
}

bool begins_with_any(std::string_view text, const std::vector<std::string_view>& beginnings) {
    return std::ranges::any_of(beginnings, [&](auto beginning) { return text.starts_with(beginning); });
}

/// The rule itself: why this include is not allowed, or nothing.
std::optional<std::string> complaint(const Include& include) {
    const auto& file = include.file;
    const auto& header = include.header;
    const auto where = fmt::format("{}:{}: ", file, include.line);
    const auto folder = std::ranges::find_if(folders, [&](const auto& f) { return file.starts_with(f.name); });
    if (folder == folders.end()) return where + "this folder is not part of the architecture";
    if (header.ends_with("main.cpp") || header.ends_with(".cpp"))
        return fmt::format("{}{} is a program's or a module's inside, not a header", where, header);

    const bool ours = std::ranges::any_of(folders, [&](const auto& f) { return header.starts_with(f.name); });
    if (ours || header.starts_with("fakes/")) {
        if (begins_with_any(header, folder->may_include)) return std::nullopt;
        return fmt::format("{}{} may include only {}, not {}", where, folder->name, joined(folder->may_include, ", "),
                           header);
    }
    // A test may hold any library in its hands, to make a broken file or to look at the bytes.
    if (is_system(header) || folder->name == "tests/") return std::nullopt;

    for (const auto& library : libraries) {
        if (!begins_with_any(header, library.headers)) continue;
        if (file.ends_with(".hpp"))
            return fmt::format("{}a header must not include {}'s {}", where, library.name, header);
        if (matches_any(file, library.files)) return std::nullopt;
        return fmt::format("{}{} stays in {}, so {} must not be here", where, library.name, joined(library.files, ", "),
                           header);
    }
    return fmt::format(
        "{}{} is unknown: write our headers from the project's root (\"transport/frame.hpp\"), and "
        "give a new library its one file in layering_test.cpp",
        where, header);
}

/// `  #  include "transport/frame.hpp"` and its like; nothing for any other line.
std::string header_of(std::string_view line) {
    const auto skip = [&line](std::string_view what) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        const bool there = line.starts_with(what);
        if (there) line.remove_prefix(what.size());
        return there;
    };
    if (!skip("#") || !skip("include") || !(skip("<") || skip("\""))) return {};
    return std::string{line.substr(0, line.find_first_of(">\""))};
}

std::vector<Include> includes_of(std::istream& text, const std::string& file) {
    std::vector<Include> found;
    std::string words;
    for (int line = 1; std::getline(text, words); ++line)
        if (auto header = header_of(words); !header.empty()) found.push_back({file, header, line});
    return found;
}

bool is_source(const std::filesystem::path& path) {
    static constexpr std::array endings{".cpp", ".hpp", ".h", ".cc", ".cu", ".cuh"};
    return std::ranges::any_of(endings, [&](auto ending) { return path.extension() == ending; });
}

/// Every source of the project, from its root; what Git ignores and hidden folders are not looked at.
std::vector<std::string> sources() {
    std::vector<std::string> found;
    for (auto entry = std::filesystem::recursive_directory_iterator{project}; entry != end(entry); ++entry) {
        const auto name = entry->path().filename().string();
        const auto path = entry->path().lexically_relative(project).generic_string();
        if (entry->is_directory() &&
            (name.starts_with(".") || name == "node_modules" || path == "build" || path == "out"))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file() && is_source(path))
            found.push_back(path);
    }
    std::ranges::sort(found);
    return found;
}

TEST(Layering, every_source_includes_only_what_its_folder_may) {
    const auto files = sources();
    ASSERT_GT(files.size(), 20U) << "the sources were not found under " << project;
    std::vector<std::string> complaints;
    for (const auto& file : files) {
        std::ifstream text{project / file};
        for (const auto& include : includes_of(text, file))
            if (auto words = complaint(include)) complaints.push_back(*words);
    }
    EXPECT_TRUE(complaints.empty()) << joined(complaints, "\n");
}

TEST(Layering, headers_are_guarded_by_pragma_once) {
    for (const auto& file : sources()) {
        if (!file.ends_with(".hpp")) continue;
        std::ifstream text{project / file};
        const std::string all{std::istreambuf_iterator<char>{text}, {}};
        EXPECT_NE(all.find("#pragma once\n"), std::string::npos) << file;
    }
}

TEST(Layering, a_planted_violation_is_caught) {
    const std::vector<std::pair<Include, std::string>> planted{
        {{"transport/frame.cpp", "capture/source.hpp", 3}, "transport/frame.cpp:3: transport/ may include only"},
        {{"capture/node.cpp", "augment/server.hpp", 1}, "capture/ may include only"},
        {{"augment/server.cpp", "render/display.hpp", 1}, "augment/ may include only"},
        {{"render/display.cpp", "devices/devices.hpp", 1}, "render/ may include only"},
        {{"devices/devices.cpp", "capture/node.hpp", 1}, "devices/ may include only"},
        {{"devices/phantom.cpp", "augment/fusion.hpp", 1}, "devices/ may include only"},
        {{"devices/devices.cpp", "bench/runner.hpp", 1}, "devices/ may include only"},
        {{"capture/node.cpp", "fakes/clock.hpp", 1}, "capture/ may include only"},
        {{"tests/path/whole_path_test.cpp", "main.cpp", 1}, "not a header"},
        {{"common/strings.cpp", "string", 1}, "not part of the architecture"},
        {{"transport/frame.cpp", "geometry.hpp", 1}, "from the project's root"},
        {{"capture/node.cpp", "turbojpeg.h", 1}, "give a new library its one file"},
        {{"transport/frame.hpp", "fmt/format.h", 1}, "a header must not include fmt"},
        {{"transport/codec_ffmpeg.hpp", "libavcodec/avcodec.h", 1}, "a header must not include FFmpeg"},
        {{"capture/node.cpp", "libavcodec/avcodec.h", 1}, "FFmpeg stays in"},
        {{"render/display.cpp", "gst/gst.h", 1}, "GStreamer stays in"},
        {{"render/display.cpp", "glib-2.0/glib.h", 1}, "GStreamer stays in"},
        {{"transport/bus_cbor.cpp", "zmq.h", 1}, "ZeroMQ stays in"},
        {{"transport/stamp.cpp", "nlohmann/json.hpp", 1}, "nlohmann-json stays in"},
        {{"transport/bus_zmq.cpp", "yaml-cpp/yaml.h", 1}, "yaml-cpp stays in"},
        {{"augment/fusion.cpp", "opencv2/imgproc.hpp", 1}, "OpenCV stays in"},
        {{"devices/devices.cpp", "dcmtk/dcmdata/dctk.h", 1}, "DCMTK stays in"},
        {{"transport/draw.cpp", "ft2build.h", 1}, "FreeType stays in"},
        {{"capture/node.cpp", "xxhash.h", 1}, "xxhash stays in"},
        {{"devices/devices.cpp", "zlib.h", 1}, "zlib stays in"},
        {{"augment/fusion.cpp", "cuda_runtime.h", 1}, "CUDA stays in"},
        {{"render/share.cpp", "libsoup/soup.h", 1}, "libsoup stays in"},
        {{"bench/peers.cpp", "igtlSocket.h", 1}, "OpenIGTLink stays in"},
    };
    for (const auto& [include, words] : planted) {
        const auto caught = complaint(include);
        ASSERT_TRUE(caught) << include.file << " includes " << include.header << " unnoticed";
        EXPECT_NE(caught->find(words), std::string::npos) << *caught;
    }
}

TEST(Layering, what_the_architecture_allows_passes) {
    const std::vector<Include> allowed{
        {"transport/codec_ffmpeg.cpp", "libavcodec/avcodec.h"},
        {"devices/video_file.cpp", "libavformat/avformat.h"},
        {"devices/gst_source.cpp", "gst/gst.h"},
        {"devices/gst_source.cpp", "gst/app/gstappsink.h"},
        {"render/watchdog.cpp", "gst/video/videooverlay.h"},
        {"transport/bus_zmq.cpp", "zmq.h"},
        {"transport/bus_cbor.cpp", "nlohmann/json.hpp"},
        {"transport/options_schema.cpp", "yaml-cpp/yaml.h"},
        {"augment/fusion_opencv.cpp", "opencv2/imgproc.hpp"},
        {"augment/fusion_cuda.cu", "cuda_runtime.h"},
        {"devices/dicom_cine.cpp", "dcmtk/dcmdata/dctk.h"},
        {"capture/content_hash.cpp", "xxhash.h"},
        {"devices/inflate_zlib.cpp", "zlib.h"},
        {"devices/gst_sink.hpp", "render/sink.hpp"},
        {"devices/phantom.cpp", "augment/geometry.hpp"},
        {"transport/clock.cpp", "sys/eventfd.h"},
        {"main.cpp", "augment/server.hpp"},
        {"bench/runner.cpp", "devices/devices.hpp"},
        {"tests/devices/dicom_test.cpp", "dcmtk/dcmdata/dctk.h"},
    };
    for (const auto& include : allowed) EXPECT_EQ(complaint(include).value_or(""), "");
}

TEST(Layering, include_lines_are_read_as_the_compiler_reads_them) {
    std::istringstream text{
        "#include <vector>\n// #include <gst/gst.h>\n  #  include \"transport/frame.hpp\"  // why\n"};
    const auto found = includes_of(text, "x.cpp");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].header, "vector");
    EXPECT_EQ(found[1].header, "transport/frame.hpp");
    EXPECT_EQ(found[1].line, 3);
}

}  // namespace
