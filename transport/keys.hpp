// Who is who on the bus: folders of keys and the list of enrolled nodes, plain text. `scialytic keys` writes them.
#pragma once

#include "transport/bus.hpp"
#include "transport/keys_files.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

/// A CURVE key pair as text: 40 characters of Z85 each.
struct CurveKeys {
    std::string public_key;
    std::string secret_key;
};
[[nodiscard]] CurveKeys new_curve_keys();
/// Nothing when the text is no key.
[[nodiscard]] std::optional<std::string> public_key_of(const std::string& secret_key);
[[nodiscard]] bool is_curve_key(std::string_view text);

/// One line of the list: what a key may say Hello as.
struct EnrolledNode {
    std::string name;
    std::string public_key;
    std::vector<Role> roles;
    std::vector<Modality> streams{};  ///< of a capture node; empty: any
    bool operator==(const EnrolledNode&) const = default;
};
inline constexpr std::array every_role{Role::capture, Role::display, Role::control, Role::annotator};
/// May the node of that name be heard as `end`? As itself, and as ends of itself: "share" also as "share.view1".
[[nodiscard]] bool is_end_of(std::string_view end, std::string_view node);
/// Why the key of `node` may not say that; empty when it may.
[[nodiscard]] std::string refusal(const EnrolledNode& node, const Hello& hello);

inline constexpr std::string_view enrolled_file = "enrolled.txt";

// Everything below throws std::runtime_error with one line that names the file and what is wrong with it.

/// `folder`/`name`.key, "server" for the server's. A secret that others can read is refused.
[[nodiscard]] CurveKeys read_keys(const std::filesystem::path& folder, const std::string& name);
/// Whose key is in `folder` for a node of that name: its own, or of the node that it is an end of.
[[nodiscard]] std::string name_of_key(const std::filesystem::path& folder, const std::string& node);
[[nodiscard]] std::string read_public_key(const std::filesystem::path& file);
[[nodiscard]] std::vector<EnrolledNode> read_enrolled(const std::filesystem::path& folder);

/// server.key, server.pub and an empty list in `folder`, which is made when it is not there (mode 0700).
void make_server_keys(const std::filesystem::path& folder);
/// `folder`/`name`/ with `name`.key, `name`.pub and a copy of the server.pub of `folder` where there is one: what is
/// handed to that node. Returns its public key.
std::string make_node_keys(const std::filesystem::path& folder, const std::string& name);
/// Adds the node, or replaces the one of that name. Without a public key takes that of make_node_keys.
void enrol(const std::filesystem::path& folder, EnrolledNode node);
/// False when nobody of that name is enrolled.
[[nodiscard]] bool revoke(const std::filesystem::path& folder, const std::string& name);

/// A server's folder for one run, removed at its end.
class TemporaryKeys {
public:
    TemporaryKeys();

    /// Makes keys and enrols them; returns the node's folder.
    std::string add(const std::string& name, const std::vector<Role>& roles, const std::vector<Modality>& streams = {});
    [[nodiscard]] std::string folder() const { return folder_.path().string(); }

private:
    TemporaryKeyFolder folder_;
};

}  // namespace transport
