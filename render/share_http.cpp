#include "render/share_http.hpp"

#include "render/share_message.hpp"
#include "render/share_policy.hpp"

#include <fmt/format.h>
#include <libsoup/soup.h>

#include <array>
#include <cstring>
#include <map>
#include <stdexcept>

namespace render {

namespace {

constexpr unsigned keepalive_s = 10;
constexpr auto silent_too_long = std::chrono::seconds{3 * keepalive_s};

struct ErrorHolder {
    GError* error = nullptr;
    ~ErrorHolder() { g_clear_error(&error); }
    [[nodiscard]] std::string words() const { return error != nullptr ? error->message : "unknown reason"; }
};

void answer(SoupServerMessage* message, const HttpAnswer& what) {
    soup_server_message_set_status(message, static_cast<guint>(what.status), nullptr);
    auto* headers = soup_server_message_get_response_headers(message);
    for (const auto& [name, value] : what.headers) soup_message_headers_replace(headers, name.c_str(), value.c_str());
    soup_server_message_set_response(message, what.type.c_str(), SOUP_MEMORY_COPY, what.body.data(), what.body.size());
}

std::string bearer_of(SoupMessageHeaders* headers) {
    const char* value = soup_message_headers_get_one(headers, "Authorization");
    const std::string_view words = value != nullptr ? value : "";
    constexpr std::string_view scheme = "Bearer ";
    return words.starts_with(scheme) ? std::string{words.substr(scheme.size())} : std::string{};
}

/// A message that waits for its answer.
class Waiting {
public:
    explicit Waiting(SoupServerMessage* message) : message_{SOUP_SERVER_MESSAGE(g_object_ref(message))} {
        for (const char* end : {"finished", "disconnected"})
            g_signal_connect(message_, end, G_CALLBACK(&on_finished), this);
        soup_server_message_pause(message_);
    }
    ~Waiting() {
        give({503, "text/plain; charset=utf-8", "not now\n", {}});
        g_signal_handlers_disconnect_by_data(message_, this);
        g_object_unref(message_);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    void give(const HttpAnswer& what) {
        if (std::exchange(answered_, true)) return;
        answer(message_, what);
        soup_server_message_unpause(message_);
    }

private:
    /// Answered, or its client has gone.
    static void on_finished(SoupServerMessage* message, gpointer self) noexcept {
        static_cast<void>(message);
        static_cast<Waiting*>(self)->answered_ = true;
    }

    SoupServerMessage* message_;
    bool answered_ = false;
};

}  // namespace

struct ShareDoor::Inside {
    struct Line {
        SoupWebsocketConnection* connection;  ///< a reference
        GSocket* socket;                      ///< a reference; what lies below it
        transport::Timestamp heard;           ///< its last sign of life
    };

    Inside(const DoorSettings& door, Handlers whose, transport::Clock& now)
        : settings{door}, handlers{std::move(whose)}, clock{now} {}

    DoorSettings settings;
    Handlers handlers;
    transport::Clock& clock;
    SoupServer* server = nullptr;
    std::map<Socket, Line> sockets;
    std::map<SoupWebsocketConnection*, Socket> names;
    Socket next = 1;

    void forget(const Line& line) {
        g_signal_handlers_disconnect_by_data(line.connection, this);
        g_object_unref(line.connection);
        g_object_unref(line.socket);
    }
    /// Nothing when it is on its way out.
    Line* line_of(SoupWebsocketConnection* connection) {
        const auto found = names.find(connection);
        return found != names.end() ? &sockets.at(found->second) : nullptr;
    }
    SoupWebsocketConnection* open(Socket socket) {
        const auto found = sockets.find(socket);
        if (found == sockets.end()) return nullptr;
        auto* const connection = found->second.connection;
        return soup_websocket_connection_get_state(connection) == SOUP_WEBSOCKET_STATE_OPEN ? connection : nullptr;
    }
    static void on_started(SoupServer*, SoupServerMessage* message, gpointer self) noexcept {
        g_signal_connect(message, "got-headers", G_CALLBACK(&on_headers), self);
    }
    /// Before a body is read: who sends one that is too long is not listened to.
    static void on_headers(SoupServerMessage* message, gpointer) noexcept {
        // Later it is the WebSocket's, and libsoup does not tell.
        if (auto* socket = soup_server_message_get_socket(message); socket != nullptr)
            g_object_set_data_full(G_OBJECT(message), "socket", g_object_ref(socket), &g_object_unref);
        for (const auto& [name, value] : security_headers())
            soup_message_headers_replace(soup_server_message_get_response_headers(message), name.data(), value.data());
        auto* headers = soup_server_message_get_request_headers(message);
        // libsoup 3.2 never lets go of a connection that waits for its next request when the browser ends it.
        if (soup_message_headers_get_one(headers, "Upgrade") == nullptr)
            soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
        const auto encoding = soup_message_headers_get_encoding(headers);
        const bool fits = encoding == SOUP_ENCODING_NONE ||
                          (encoding == SOUP_ENCODING_CONTENT_LENGTH &&
                           soup_message_headers_get_content_length(headers) <= static_cast<goffset>(most_sdp_bytes));
        if (fits) return;
        soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
        soup_server_message_set_status(message, 413, nullptr);
    }
    static void on_page(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                        gpointer self) noexcept {
        const auto* inside = static_cast<Inside*>(self);
        if (soup_server_message_get_status(message) == 413) return;
        const std::string_view method = soup_server_message_get_method(message);
        if (method != "GET" && method != "HEAD")
            return answer(message, {405, "text/plain; charset=utf-8", "only GET\n", {{"Allow", "GET, HEAD"}}});
        for (const auto& file : inside->settings.files) {
            if (file.path != path) continue;
            soup_server_message_set_status(message, 200, nullptr);
            soup_server_message_set_response(message, std::string{file.type}.c_str(), SOUP_MEMORY_STATIC,
                                             file.bytes.data(), file.bytes.size());
            return;
        }
        answer(message, {404, "text/plain; charset=utf-8", "nothing here\n", {}});
    }
    static void on_door(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                        gpointer self) noexcept {
        if (soup_server_message_get_status(message) == 413) return;
        auto* headers = soup_server_message_get_request_headers(message);
        HttpRequest request;
        request.method = soup_server_message_get_method(message);
        request.path = path;
        request.bearer = bearer_of(headers);
        const char* type = soup_message_headers_get_content_type(headers, nullptr);
        request.type = type != nullptr ? type : "";
        auto* body = soup_message_body_flatten(soup_server_message_get_request_body(message));
        gsize size = 0;
        const auto* bytes = static_cast<const char*>(g_bytes_get_data(body, &size));
        request.body.assign(bytes != nullptr ? bytes : "", size);
        g_bytes_unref(body);
        const auto waiting = std::make_shared<Waiting>(message);
        static_cast<Inside*>(self)->handlers.asked(request, [waiting](const HttpAnswer& what) { waiting->give(what); });
    }
    static void on_socket(SoupServer*, SoupServerMessage* message, const char*, SoupWebsocketConnection* connection,
                          gpointer self) noexcept {
        auto* const inside = static_cast<Inside*>(self);
        const char* origin = soup_websocket_connection_get_origin(connection);
        const char* host = soup_message_headers_get_one(soup_server_message_get_request_headers(message), "Host");
        // A page of another site has no business here, whatever it knows.
        const bool own = origin == nullptr || (host != nullptr && origin == fmt::format("https://{}", host));
        auto* below = static_cast<GSocket*>(g_object_get_data(G_OBJECT(message), "socket"));
        if (!own || below == nullptr || inside->sockets.size() >= inside->settings.most_sockets) {
            soup_websocket_connection_close(connection, own ? 1013 : 1008, own ? "full" : "another origin");
            return;
        }
        const auto socket = inside->next++;
        inside->sockets[socket] = {SOUP_WEBSOCKET_CONNECTION(g_object_ref(connection)), G_SOCKET(g_object_ref(below)),
                                   inside->clock.now()};
        inside->names[connection] = socket;
        soup_websocket_connection_set_max_incoming_payload_size(connection, most_page_message_bytes);
        soup_websocket_connection_set_keepalive_interval(connection, keepalive_s);
        g_signal_connect(connection, "message", G_CALLBACK(&on_message), self);
        g_signal_connect(connection, "pong", G_CALLBACK(&on_pong), self);
        g_signal_connect(connection, "closed", G_CALLBACK(&on_closed), self);
        inside->handlers.opened(socket);
    }
    static void on_message(SoupWebsocketConnection* connection, gint type, GBytes* bytes, gpointer self) noexcept {
        auto* const inside = static_cast<Inside*>(self);
        const auto found = inside->names.find(connection);
        if (found == inside->names.end()) return;
        inside->sockets.at(found->second).heard = inside->clock.now();
        gsize size = 0;
        const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
        if (type != SOUP_WEBSOCKET_DATA_TEXT) return soup_websocket_connection_close(connection, 1003, "text only");
        inside->handlers.said(found->second, {text != nullptr ? text : "", size});
    }
    static void on_pong(SoupWebsocketConnection* connection, GBytes*, gpointer self) noexcept {
        auto* const inside = static_cast<Inside*>(self);
        if (auto* const line = inside->line_of(connection)) line->heard = inside->clock.now();
    }
    static void on_closed(SoupWebsocketConnection* connection, gpointer self) noexcept {
        auto* const inside = static_cast<Inside*>(self);
        const auto found = inside->names.find(connection);
        if (found == inside->names.end()) return;
        const auto socket = found->second;
        inside->names.erase(found);
        inside->forget(inside->sockets.at(socket));
        inside->sockets.erase(socket);
        inside->handlers.closed(socket);
    }
};

ShareDoor::ShareDoor(const DoorSettings& settings, Handlers handlers, transport::Clock& clock)
    : inside_{std::make_unique<Inside>(settings, std::move(handlers), clock)} {
    ErrorHolder trouble;
    auto** error = &trouble.error;
    auto* certificate = g_tls_certificate_new_from_files(settings.certificate.c_str(), settings.key.c_str(), error);
    if (certificate == nullptr)
        throw std::runtime_error(
            fmt::format("share: certificate {} with key {}: {}; make both with `scialytic keys tls`",
                        settings.certificate, settings.key, trouble.words()));
    auto* server = inside_->server = soup_server_new("tls-certificate", certificate, "server-header", nullptr, nullptr);
    g_object_unref(certificate);
    soup_server_remove_websocket_extension(server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);  // no bombs
    g_signal_connect(server, "request-started", G_CALLBACK(&Inside::on_started), inside_.get());
    soup_server_add_handler(server, nullptr, &Inside::on_page, inside_.get(), nullptr);
    for (const char* path : {"/whip", "/whep"})
        soup_server_add_handler(server, path, &Inside::on_door, inside_.get(), nullptr);
    std::array<char*, 2> protocols{inside_->settings.subprotocol.data(), nullptr};
    soup_server_add_websocket_handler(server, "/session", nullptr, protocols.data(), &Inside::on_socket, inside_.get(),
                                      nullptr);
    auto* address = g_inet_socket_address_new_from_string(settings.address.c_str(), static_cast<guint>(settings.port));
    if (address == nullptr) throw std::runtime_error(fmt::format("share: {} is no address", settings.address));
    const bool listening = soup_server_listen(server, address, SOUP_SERVER_LISTEN_HTTPS, error) != FALSE;
    g_object_unref(address);
    if (!listening)
        throw std::runtime_error(fmt::format("share: cannot listen on tcp {}:{}: {}; choose another with --https-port",
                                             settings.address, settings.port, trouble.words()));
}

ShareDoor::~ShareDoor() {
    for (const auto& [socket, line] : inside_->sockets) inside_->forget(line);
    soup_server_disconnect(inside_->server);
    g_object_unref(inside_->server);
}

void ShareDoor::say(Socket socket, const std::string& text) {
    if (auto* const connection = inside_->open(socket)) soup_websocket_connection_send_text(connection, text.c_str());
}

void ShareDoor::close(Socket socket, std::uint16_t code, const std::string& why) {
    if (auto* const connection = inside_->open(socket))
        soup_websocket_connection_close(connection, code, why.substr(0, 120).c_str());
}

void ShareDoor::drop_silent() {
    const auto now = inside_->clock.now();
    for (const auto& [socket, line] : inside_->sockets)
        // Below TLS, as nobody is there to close it with; libsoup notices.
        if (now - line.heard > silent_too_long) g_socket_shutdown(line.socket, TRUE, TRUE, nullptr);
}

int ShareDoor::port() const {
    auto* uris = soup_server_get_uris(inside_->server);
    const int port = uris != nullptr ? g_uri_get_port(static_cast<GUri*>(uris->data)) : 0;
    g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(&g_uri_unref));
    return port;
}

}  // namespace render
