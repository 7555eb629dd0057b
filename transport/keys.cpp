#include "transport/keys.hpp"

#include "transport/options_schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace transport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_key_file = 4096;
constexpr std::size_t largest_list = 1U << 20U;
constexpr std::size_t curve_key_size = 40;
constexpr mode_t secret_mode = 0600;
constexpr mode_t public_mode = 0644;
constexpr std::string_view z85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr std::string_view list_header =
    "# Nodes that may join: NAME PUBLICKEY ROLES STREAMS. ROLES: capture, display, control, divided by commas.\n"
    "# STREAMS of a capture node: ultrasound, xray, camera, divided by commas, or any.\n";
constexpr std::array every_role{Role::capture, Role::display, Role::control};

[[noreturn]] void complain(const fs::path& file, std::string_view what) {
    throw std::runtime_error{fmt::format("keys: {}: {}", in_quotes(file.string()), what)};
}
[[noreturn]] void complain_of_error(const fs::path& file) {
    complain(file, std::strerror(errno));
}

std::string text_of_file(const fs::path& file, std::size_t most) {
    std::error_code ignored;
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (!stream || fs::is_directory(file, ignored)) complain(file, std::strerror(errno != 0 ? errno : EISDIR));
    std::string text(most + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > most) complain(file, fmt::format("larger than {} bytes", most));
    return text;
}

std::string key_in(const fs::path& file) {
    auto text = text_of_file(file, largest_key_file);
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    if (!is_curve_key(text))
        complain(file, fmt::format("not a key: {} characters, {} of Z85 are a key", text.size(), curve_key_size));
    return text;
}

/// Under another name first: nobody ever reads half of it. Only a new file, unless `replace`.
void write_file(const fs::path& file, std::string_view text, mode_t mode, bool replace) {
    if (!replace && fs::exists(file)) complain(file, "is there already, and is not replaced");
    const auto draft = file.string() + ".new";
    ::unlink(draft.c_str());
    const int descriptor = ::open(draft.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (descriptor < 0) complain_of_error(file);
    const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fchmod(descriptor, mode) == 0 && ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!written || ::rename(draft.c_str(), file.c_str()) != 0) complain_of_error(file);
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), 0700) != 0) complain_of_error(folder);
}

std::string write_pair(const fs::path& folder, const std::string& name) {
    make_folder(folder);
    const auto keys = new_curve_keys();
    write_file(folder / (name + ".key"), keys.secret_key + "\n", secret_mode, false);
    write_file(folder / (name + ".pub"), keys.public_key + "\n", public_mode, true);
    return keys.public_key;
}

/// "capture,display" into what the words name; nothing when one names nothing.
template <typename T>
std::optional<std::vector<T>> read_names(const std::string& words, std::span<const T> known) {
    std::vector<T> out;
    std::istringstream stream{words};
    for (std::string word; std::getline(stream, word, ',');) {
        const auto found = std::ranges::find_if(known, [&word](T one) { return name(one) == word; });
        if (found == known.end()) return std::nullopt;
        out.push_back(*found);
    }
    return out;
}

template <typename T>
std::string names_of(const std::vector<T>& values) {
    std::vector<std::string_view> names;
    for (const auto value : values) names.push_back(name(value));
    return fmt::format("{}", fmt::join(names, ","));
}

constexpr std::array every_modality{Modality::ultrasound, Modality::xray, Modality::camera};

/// What is wrong with the line; empty when it is read into `node`.
std::string read_line(const std::string& line, EnrolledNode& node) {
    std::istringstream words{line};
    std::string roles;
    std::string streams;
    std::string more;
    words >> node.name >> node.public_key >> roles >> streams;
    if (words >> more || streams.empty()) return "not NAME PUBLICKEY ROLES STREAMS";
    if (!is_node_name(node.name)) return fmt::format("{} is no node name", in_quotes(node.name));
    if (!is_curve_key(node.public_key)) return fmt::format("the key of {} is none", in_quotes(node.name));
    const auto found = read_names<Role>(roles, every_role);
    if (!found || found->empty())
        return fmt::format("{} is not allowed: roles are capture, display, control", in_quotes(roles));
    node.roles = *found;
    node.streams.clear();
    if (streams == "any") return {};
    const auto named = read_names<Modality>(streams, every_modality);
    if (!named) return fmt::format("{} is not allowed: streams are ultrasound, xray, camera", in_quotes(streams));
    node.streams = *named;
    return {};
}

void write_enrolled(const fs::path& folder, const std::vector<EnrolledNode>& nodes) {
    std::string text{list_header};
    for (const auto& node : nodes)
        text += fmt::format("{} {} {} {}\n", node.name, node.public_key, names_of(node.roles),
                            node.streams.empty() ? "any" : names_of(node.streams));
    write_file(folder / enrolled_file, text, public_mode, true);
}

}  // namespace

bool is_curve_key(std::string_view text) {
    return text.size() == curve_key_size && text.find_first_not_of(z85) == std::string_view::npos;
}

std::string refusal(const EnrolledNode& node, const Hello& hello) {
    if (node.name != hello.node) return fmt::format("this key is enrolled as '{}'", node.name);
    if (std::ranges::find(node.roles, hello.role) == node.roles.end())
        return fmt::format("'{}' is not enrolled for {}", node.name, name(hello.role));
    if (hello.role == Role::capture && !node.streams.empty() &&
        std::ranges::find(node.streams, hello.stream) == node.streams.end())
        return fmt::format("'{}' is not enrolled for the stream {}", node.name, name(hello.stream));
    return {};
}

CurveKeys read_keys(const fs::path& folder, const std::string& name) {
    const auto file = folder / (name + ".key");
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) complain_of_error(file);
    if ((facts.st_mode & 0077U) != 0)
        complain(file, fmt::format("others can read this secret (mode {:04o}); chmod 600 it, and if they may have, "
                                   "make a new one",
                                   facts.st_mode & 07777U));
    CurveKeys keys{{}, key_in(file)};
    const auto public_key = public_key_of(keys.secret_key);
    if (!public_key) complain(file, "not a key");
    keys.public_key = *public_key;
    return keys;
}

std::string read_public_key(const fs::path& file) {
    return key_in(file);
}

std::vector<EnrolledNode> read_enrolled(const fs::path& folder) {
    const auto file = folder / enrolled_file;
    std::istringstream text{text_of_file(file, largest_list)};
    std::vector<EnrolledNode> nodes;
    int number = 0;
    for (std::string line; std::getline(text, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos || line.front() == '#') continue;
        EnrolledNode node;
        auto wrong = read_line(line, node);
        for (const auto& other : nodes)
            if (wrong.empty() && (other.name == node.name || other.public_key == node.public_key))
                wrong = fmt::format("{} or its key is there twice", in_quotes(node.name));
        if (!wrong.empty()) complain(file, fmt::format("line {}: {}", number, wrong));
        nodes.push_back(std::move(node));
    }
    return nodes;
}

void make_server_keys(const fs::path& folder) {
    write_pair(folder, "server");
    if (!fs::exists(folder / enrolled_file)) write_enrolled(folder, {});
}

std::string make_node_keys(const fs::path& folder, const std::string& name) {
    make_folder(folder);
    auto public_key = write_pair(folder / name, name);
    if (fs::exists(folder / "server.pub"))
        write_file(folder / name / "server.pub", read_public_key(folder / "server.pub") + "\n", public_mode, true);
    return public_key;
}

void enrol(const fs::path& folder, EnrolledNode node) {
    auto nodes = read_enrolled(folder);
    if (node.public_key.empty()) node.public_key = read_public_key(folder / node.name / (node.name + ".pub"));
    std::erase_if(nodes, [&node](const auto& other) { return other.name == node.name; });
    for (const auto& other : nodes)
        if (other.public_key == node.public_key)
            complain(folder / enrolled_file, fmt::format("this key is enrolled as '{}'", other.name));
    nodes.push_back(std::move(node));
    write_enrolled(folder, nodes);
}

bool revoke(const fs::path& folder, const std::string& name) {
    auto nodes = read_enrolled(folder);
    if (std::erase_if(nodes, [&name](const auto& node) { return node.name == name; }) == 0) return false;
    write_enrolled(folder, nodes);
    return true;
}

TemporaryKeys::TemporaryKeys() {
    auto pattern = (fs::temp_directory_path() / "scialytic-keys-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) complain_of_error(pattern);
    folder_ = pattern;
    make_server_keys(folder_);
}

TemporaryKeys::~TemporaryKeys() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string TemporaryKeys::add(const std::string& name, const std::vector<Role>& roles,
                               const std::vector<Modality>& streams) {
    auto public_key = make_node_keys(folder_, name);
    enrol(folder_, {name, std::move(public_key), roles, streams});
    return (folder_ / name).string();
}

}  // namespace transport
