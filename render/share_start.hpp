// What share needs before it begins: certificate, secret, the address in its links. And what it prints then.
#pragma once

#include "render/share.hpp"
#include "render/share_token.hpp"
#include "transport/keys_files.hpp"
#include "transport/options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace render {

class ShareStart {
public:
    /// Fills in what `given` leaves open. Throws UsageError or std::runtime_error in one line.
    explicit ShareStart(const transport::Options& given);
    [[nodiscard]] const transport::Options& options() const { return options_; }
    [[nodiscard]] Tokens& tokens() { return *tokens_; }
    /// A link for each role, with its QR code on a terminal; how cameras and programs come in.
    [[nodiscard]] std::string invitations(Share& share);

private:
    transport::Options options_;
    std::unique_ptr<transport::TemporaryKeyFolder> temporary_;  ///< of this run; null where there are keys
    std::unique_ptr<Tokens> tokens_;
};

/// How share starts a child of its own.
[[nodiscard]] std::vector<std::string> share_child_command(const transport::Options& options,
                                                           const std::string& connection);

}  // namespace render
