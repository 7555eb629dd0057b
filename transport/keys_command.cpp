#include "transport/keys_command.hpp"

#include "transport/keys.hpp"
#include "transport/keys_files.hpp"
#include "transport/keys_tls.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

namespace transport {
namespace {

using KeyWords = std::span<const std::string>;

/// What stands behind `enrol`'s dashes.
struct KeyFlags {
    std::vector<Role> roles;
    std::vector<Modality> streams;
};

[[noreturn]] void refuse_keys(const std::string& line) {
    throw UsageError{"keys: " + line};
}

void check_names(KeyWords names) {
    for (const auto& one : names)
        if (!is_node_name(one) || one == "server")
            refuse_keys(fmt::format("NAME: {} is not allowed: 1 to 32 letters, digits, '.', '_' or '-', and not server",
                                    in_quotes(one)));
}

Role role_named(const std::string& word) {
    for (const auto role : every_role)
        if (name(role) == word) return role;
    refuse_keys(fmt::format("--role: {} is not allowed: one of capture, display, control, annotator", in_quotes(word)));
}

Modality stream_named(const std::string& word) {
    const auto found = modality_named(word);
    if (!found)
        refuse_keys(fmt::format("--stream: {} is not allowed: one of ultrasound, xray, camera", in_quotes(word)));
    return *found;
}

std::string make_server(KeyWords words, const KeyFlags&) {
    make_server_keys(words[0]);
    return fmt::format("{0}: server.key (secret), server.pub, {1}\nThe server takes it with --keys {0}\n", words[0],
                       enrolled_file);
}

std::string make_nodes(KeyWords words, const KeyFlags&) {
    check_names(words.subspan(1));
    std::string out;
    for (const auto& one : words.subspan(1)) {
        const auto key = make_node_keys(words[0], one);
        const auto folder = std::filesystem::path{words[0]} / one;
        out += fmt::format("{} {}: hand {} to that machine{}\n", one, key, folder.string(),
                           std::filesystem::exists(folder / "server.pub") ? "" : "; server.pub is still missing there");
    }
    return out;
}

std::string enrol_node(KeyWords words, const KeyFlags& flags) {
    check_names(words.subspan(1, 1));
    if (flags.roles.empty()) refuse_keys("enrol: --role is needed: one of capture, display, control, annotator");
    EnrolledNode node{words[1], words.size() > 2 ? words[2] : "", flags.roles, flags.streams};
    if (words.size() > 2 && !is_curve_key(words[2]))
        refuse_keys(fmt::format("PUBLICKEY: {} is not allowed: 40 characters, as in NAME.pub", in_quotes(words[2])));
    enrol(words[0], node);
    return fmt::format("{} is enrolled\n", node.name);
}

std::string list_nodes(KeyWords words, const KeyFlags&) {
    std::string out;
    for (const auto& node : read_enrolled(words[0])) {
        std::vector<std::string_view> roles;
        std::vector<std::string_view> streams;
        for (const auto role : node.roles) roles.push_back(name(role));
        for (const auto stream : node.streams) streams.push_back(name(stream));
        out += fmt::format("{:<32} {} {} {}\n", node.name, node.public_key, fmt::join(roles, ","),
                           streams.empty() ? "any" : fmt::format("{}", fmt::join(streams, ",")));
    }
    return out.empty() ? "nobody is enrolled\n" : out;
}

std::string revoke_node(KeyWords words, const KeyFlags&) {
    check_names(words.subspan(1));
    if (!revoke(words[0], words[1]))
        throw std::runtime_error{fmt::format("keys: nobody called {} is enrolled", in_quotes(words[1]))};
    return fmt::format("{} is revoked; a running server cuts it off within 1 s\n", words[1]);
}

std::string make_tls(KeyWords words, const KeyFlags&) {
    const std::vector<std::string> hosts{words.begin() + 1, words.end()};
    for (const auto& host : hosts)
        if (!is_host(host))
            refuse_keys(
                fmt::format("HOST: {} is not allowed: a DNS name, an IPv4 or an IPv6 address", in_quotes(host)));
    const auto files = make_tls_keys(words[0], hosts, std::chrono::system_clock::now());
    return fmt::format("{}: {} and this machine, 397 days\n{}: browsers are told once to trust it; SHA-256 {}\n",
                       files.certificate.string(), fmt::join(hosts, ", "), files.authority.string(),
                       certificate_fingerprint(read_key_file(files.authority, 1U << 16U)));
}

struct KeysCommand {
    std::string_view name;
    std::string_view arguments;
    std::string_view help;
    std::size_t least = 0;  ///< words after the name
    std::size_t most = 0;
    std::string (*run)(KeyWords words, const KeyFlags& flags) = nullptr;
};

constexpr std::array<KeysCommand, 6> keys_commands{{
    {"server", "DIR", "the server's folder: its pair of keys and an empty list of nodes", 1, 1, make_server},
    {"new", "DIR NAME...", "a pair of keys for each node, in DIR/NAME", 2, 100, make_nodes},
    {"enrol", "DIR NAME --role ROLE... [--stream STREAM...] [PUBLICKEY]",
     "lets a node in; the key of DIR/NAME/NAME.pub without PUBLICKEY", 2, 3, enrol_node},
    {"list", "DIR", "who is enrolled", 1, 1, list_nodes},
    {"revoke", "DIR NAME", "takes a node off the list", 2, 2, revoke_node},
    {"tls", "DIR HOST...", "a certificate for share's HTTPS on these DNS names and addresses", 2, 100, make_tls},
}};

const KeysCommand& keys_command_named(const std::string& word) {
    const auto found = std::ranges::find(keys_commands, word, &KeysCommand::name);
    if (found != keys_commands.end()) return *found;
    std::vector<std::string_view> names;
    for (const auto& command : keys_commands) names.push_back(command.name);
    refuse_keys(fmt::format("unknown command {}: one of {}", in_quotes(word), fmt::join(names, ", ")));
}

}  // namespace

std::string run_keys(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    KeyFlags flags;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        // A key may begin with dashes, but is longer than any flag.
        if (!word.starts_with("--") || is_curve_key(word)) {
            words.push_back(word);
            continue;
        }
        if (word != "--role" && word != "--stream")
            refuse_keys(fmt::format("unknown key {}: --role and --stream are known", in_quotes(word)));
        if (++i == arguments.size()) refuse_keys(fmt::format("{} needs a value", word));
        if (word == "--role") flags.roles.push_back(role_named(arguments[i]));
        if (word == "--stream") flags.streams.push_back(stream_named(arguments[i]));
    }
    if (words.empty()) refuse_keys("a command is needed; see scialytic keys --help");
    const auto& command = keys_command_named(words.front());
    const auto rest = KeyWords{words}.subspan(1);
    if (rest.size() < command.least || rest.size() > command.most)
        refuse_keys(fmt::format("{} takes {}", command.name, command.arguments));
    if (command.name != "enrol" && !(flags.roles.empty() && flags.streams.empty()))
        refuse_keys(fmt::format("--role and --stream go with enrol, not with {}", command.name));
    return command.run(rest, flags);
}

std::string keys_help() {
    std::string text =
        "scialytic keys: who may join, by CURVE keys; certificates for browsers\n\n"
        "Usage: scialytic keys COMMAND DIR ...\n\n"
        "Commands\n";
    for (const auto& command : keys_commands)
        text += fmt::format("  {} {}\n      {}\n", command.name, command.arguments, command.help);
    text +=
        "\n"
        "ROLE: capture, display, control, or annotator, which may draw and change nothing else. STREAM, of a\n"
        "capture node: ultrasound, xray or camera; any when left out. Both may be given again. A node is heard\n"
        "under the roles and the name it is enrolled for, and with the same key as NAME.ANYTHING.\n\n"
        "Files, all plain text\n"
        "  DIR/server.key    secret of the server: 40 characters (Z85), mode 0600\n"
        "  DIR/server.pub    the same pair's public key, by which nodes know the server\n"
        "  DIR/enrolled.txt  a line per node: NAME PUBLICKEY ROLES STREAMS, words divided by commas; lines\n"
        "                    that begin with # are comments. A running server reads it again when it changes\n"
        "  DIR/NAME/         what is handed to a node: NAME.key (secret, 0600), NAME.pub, server.pub\n"
        "  DIR/ca.pem        of an authority of one's own, made by the first `tls`: what browsers are told to\n"
        "                    trust, once. Whoever has DIR/ca.key (secret, 0600) can pose as any site to them\n"
        "  DIR/share.pem     certificate of share for the hosts named last, DIR/share-tls.key (secret, 0600)\n"
        "The server takes --keys DIR, a node --keys DIR/NAME and --node NAME. A node that makes its keys\n"
        "itself (keys new . NAME) needs the server's server.pub beside them, and is enrolled by PUBLICKEY.\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage\n\n"
        "Example\n"
        "  scialytic keys server or3\n"
        "  scialytic keys new or3 wall echo\n"
        "  scialytic keys enrol or3 wall --role display\n"
        "  scialytic keys enrol or3 echo --role capture --stream ultrasound\n"
        "  scialytic augment --keys or3\n"
        "  scialytic display --keys or3/wall --node wall\n"
        "  scialytic keys tls or3 or3.hospital.example 10.0.3.7\n";
    return text;
}

}  // namespace transport
