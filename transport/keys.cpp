#include "transport/keys.hpp"

#include "transport/keys_files.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace transport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_key_file = 4096;
constexpr std::size_t largest_list = 1U << 20U;
constexpr std::size_t curve_key_size = 40;
constexpr std::string_view z85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr std::string_view list_header =
    "# Nodes that may join: NAME PUBLICKEY ROLES STREAMS. ROLES: capture, display, control, annotator,\n"
    "# divided by commas. A node NAME is also heard as NAME.ANYTHING.\n"
    "# STREAMS of a capture node: ultrasound, xray, camera, divided by commas, or any.\n";

/// `text` of the file without the white space at its end.
std::string key_in(const fs::path& file, std::string text) {
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    if (!is_curve_key(text))
        complain_of_key_file(file,
                             fmt::format("not a key: {} characters, {} of Z85 are a key", text.size(), curve_key_size));
    return text;
}

std::string write_pair(const fs::path& folder, const std::string& name) {
    make_key_folder(folder);
    const auto keys = new_curve_keys();
    write_key_file(folder / (name + ".key"), keys.secret_key + "\n", KeyFile::secret, false);
    write_key_file(folder / (name + ".pub"), keys.public_key + "\n", KeyFile::open, true);
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
        return fmt::format("{} is not allowed: roles are capture, display, control, annotator", in_quotes(roles));
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
    write_key_file(folder / enrolled_file, text, KeyFile::open, true);
}

}  // namespace

bool is_curve_key(std::string_view text) {
    return text.size() == curve_key_size && text.find_first_not_of(z85) == std::string_view::npos;
}

bool is_end_of(std::string_view end, std::string_view node) {
    return end == node || (end.size() > node.size() + 1 && end.starts_with(node) && end[node.size()] == '.');
}

std::string refusal(const EnrolledNode& node, const Hello& hello) {
    if (!is_end_of(hello.node, node.name)) return fmt::format("this key is enrolled as '{}'", node.name);
    if (std::ranges::find(node.roles, hello.role) == node.roles.end())
        return fmt::format("'{}' is not enrolled for {}", node.name, name(hello.role));
    if (hello.role == Role::capture && !node.streams.empty() &&
        std::ranges::find(node.streams, hello.stream) == node.streams.end())
        return fmt::format("'{}' is not enrolled for the stream {}", node.name, name(hello.stream));
    return {};
}

CurveKeys read_keys(const fs::path& folder, const std::string& name) {
    const auto file = folder / (name + ".key");
    CurveKeys keys{{}, key_in(file, read_secret_file(file, largest_key_file))};
    const auto public_key = public_key_of(keys.secret_key);
    if (!public_key) complain_of_key_file(file, "not a key");
    keys.public_key = *public_key;
    return keys;
}

std::string name_of_key(const fs::path& folder, const std::string& node) {
    for (auto name = node;; name.resize(name.rfind('.'))) {
        if (fs::exists(folder / (name + ".key"))) return name;
        if (name.find('.') == std::string::npos) return node;
    }
}

std::string read_public_key(const fs::path& file) {
    return key_in(file, read_key_file(file, largest_key_file));
}

std::vector<EnrolledNode> read_enrolled(const fs::path& folder) {
    const auto file = folder / enrolled_file;
    std::istringstream text{read_key_file(file, largest_list)};
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
        if (!wrong.empty()) complain_of_key_file(file, fmt::format("line {}: {}", number, wrong));
        nodes.push_back(std::move(node));
    }
    return nodes;
}

void make_server_keys(const fs::path& folder) {
    write_pair(folder, "server");
    if (!fs::exists(folder / enrolled_file)) write_enrolled(folder, {});
}

std::string make_node_keys(const fs::path& folder, const std::string& name) {
    make_key_folder(folder);
    auto public_key = write_pair(folder / name, name);
    if (fs::exists(folder / "server.pub"))
        write_key_file(folder / name / "server.pub", read_public_key(folder / "server.pub") + "\n", KeyFile::open,
                       true);
    return public_key;
}

void enrol(const fs::path& folder, EnrolledNode node) {
    auto nodes = read_enrolled(folder);
    if (node.public_key.empty()) node.public_key = read_public_key(folder / node.name / (node.name + ".pub"));
    std::erase_if(nodes, [&node](const auto& other) { return other.name == node.name; });
    for (const auto& other : nodes)
        if (other.public_key == node.public_key)
            complain_of_key_file(folder / enrolled_file, fmt::format("this key is enrolled as '{}'", other.name));
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
    make_server_keys(folder_.path());
}

std::string TemporaryKeys::add(const std::string& name, const std::vector<Role>& roles,
                               const std::vector<Modality>& streams) {
    auto public_key = make_node_keys(folder_.path(), name);
    enrol(folder_.path(), {name, std::move(public_key), roles, streams});
    return (folder_.path() / name).string();
}

}  // namespace transport
