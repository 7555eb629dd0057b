#include "bench/remote_http.hpp"

#include "bench/seat_words.hpp"
#include "transport/handle.hpp"

#include <fmt/format.h>
#include <libsoup/soup.h>

#include <functional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bench {

namespace {

using SoupMessageHandle = transport::Handle<SoupMessage, g_object_unref>;
using BytesHandle = transport::Handle<GBytes, g_bytes_unref>;

constexpr unsigned patience_s = 20;

std::string_view text_in(GBytes* bytes) {
    gsize size = 0;
    const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    return {text != nullptr ? text : "", size};
}

std::string words_of(GError* error) {
    std::string words = error != nullptr ? error->message : "no reason given";
    g_clear_error(&error);
    return words;
}

gboolean accept_any(SoupMessage*, GTlsCertificate*, GTlsCertificateFlags, gpointer) noexcept {
    return TRUE;
}

SoupMessageHandle message_to(const std::string& method, const std::string& address) {
    SoupMessageHandle message{soup_message_new(method.c_str(), address.c_str())};
    if (!message) throw std::runtime_error(fmt::format("{} is no address", address));
    g_signal_connect(message.get(), "accept-certificate", G_CALLBACK(&accept_any), nullptr);
    return message;
}

/// A seat in the session.
struct Seat {
    std::string hello;
    /// None: it goes as soon as it is welcome.
    std::function<std::string(const std::string& offer)> answer{};
    std::function<bool()> stays{};

    SoupWebsocketConnection* connection = nullptr;
    bool welcome = false;
    bool over = false;
    std::string why = "no answer";

    ~Seat() {
        if (connection == nullptr) return;
        g_signal_handlers_disconnect_by_data(connection, this);
        g_object_unref(connection);
    }
    void take(SoupSession* session, const std::string& address) {
        const auto message = message_to("GET", address + "/session");
        char protocol[] = "scialytic.1";
        char* protocols[] = {protocol, nullptr};
        soup_session_websocket_connect_async(session, message.get(), nullptr, protocols, G_PRIORITY_DEFAULT, nullptr,
                                             &Seat::on_connected, this);
        const auto late = g_timeout_add_seconds(patience_s, &Seat::on_late, this);
        const auto second = g_timeout_add_seconds(1, &Seat::on_second, this);
        while (!over) g_main_context_iteration(nullptr, TRUE);
        g_source_remove(second);
        g_source_remove(late);
        if (!welcome) throw std::runtime_error(fmt::format("{}: not let in: {}", address, why));
    }
    void say(const std::string& words) const { soup_websocket_connection_send_text(connection, words.c_str()); }
    void leave() const { soup_websocket_connection_close(connection, SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr); }
    void hear(std::string_view text) {
        const auto [type, sdp] = read_seat_words(text);
        if (type == "refused") why = text;
        if (type == "welcome" && !std::exchange(welcome, true)) {
            if (!answer) return leave();
            say(half_size_words());  // it is offered
        }
        if (type == "offer" && answer) say(answer_words(answer(sdp)));
    }

    static void on_connected(GObject* session, GAsyncResult* result, gpointer self) noexcept {
        auto* const seat = static_cast<Seat*>(self);
        GError* error = nullptr;
        seat->connection = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
        if (seat->connection == nullptr) {
            seat->why = words_of(error);
            seat->over = true;
            return;
        }
        g_signal_connect(seat->connection, "message", G_CALLBACK(&on_message), self);
        g_signal_connect(seat->connection, "closed", G_CALLBACK(&on_closed), self);
        soup_websocket_connection_send_text(seat->connection, seat->hello.c_str());
    }
    static void on_message(SoupWebsocketConnection*, gint, GBytes* bytes, gpointer self) noexcept {
        auto* const seat = static_cast<Seat*>(self);
        try {
            seat->hear(text_in(bytes));
        } catch (const std::exception& error) {
            fmt::print(stderr, "seat: {}\n", error.what());
            seat->over = true;
        }
    }
    static void on_closed(SoupWebsocketConnection*, gpointer self) noexcept { static_cast<Seat*>(self)->over = true; }
    static gboolean on_late(gpointer self) noexcept {
        auto* const seat = static_cast<Seat*>(self);
        if (!seat->welcome) seat->over = true;
        return G_SOURCE_CONTINUE;
    }
    static gboolean on_second(gpointer self) noexcept {
        auto* const seat = static_cast<Seat*>(self);
        if (seat->welcome && seat->stays && !seat->stays()) seat->leave();
        return G_SOURCE_CONTINUE;
    }
};

}  // namespace

struct RemoteDoor::Inside {
    std::string address;
    transport::Handle<SoupSession, g_object_unref> session;

    HttpGot ask(SoupMessageHandle message, const std::string& bearer) {
        soup_message_headers_replace(soup_message_get_request_headers(message.get()), "Authorization",
                                     fmt::format("Bearer {}", bearer).c_str());
        GError* error = nullptr;
        const BytesHandle body{soup_session_send_and_read(session.get(), message.get(), nullptr, &error)};
        if (!body) throw std::runtime_error(fmt::format("{}: {}", address, words_of(error)));
        const char* location =
            soup_message_headers_get_one(soup_message_get_response_headers(message.get()), "Location");
        return {static_cast<int>(soup_message_get_status(message.get())), std::string{text_in(body.get())},
                location != nullptr ? location : ""};
    }
};

RemoteDoor::RemoteDoor(std::string address) : inside_{std::make_unique<Inside>()} {
    inside_->address = std::move(address);
    inside_->session.reset(soup_session_new_with_options("timeout", patience_s, nullptr));
}
RemoteDoor::~RemoteDoor() = default;

HttpGot RemoteDoor::post_offer(const std::string& path, const std::string& bearer, const std::string& sdp) {
    auto message = message_to("POST", inside_->address + path);
    const BytesHandle body{g_bytes_new(sdp.data(), sdp.size())};
    soup_message_set_request_body_from_bytes(message.get(), "application/sdp", body.get());
    return inside_->ask(std::move(message), bearer);
}

HttpGot RemoteDoor::remove(const std::string& path, const std::string& bearer) {
    return inside_->ask(message_to("DELETE", inside_->address + path), bearer);
}

void RemoteDoor::visit(const std::string& token, const std::string& name) {
    Seat{join_words(token, name)}.take(inside_->session.get(), inside_->address);
}

void RemoteDoor::watch(const std::string& token, const std::string& name,
                       const std::function<std::string(const std::string& offer)>& answer,
                       const std::function<bool()>& stays) {
    Seat{join_words(token, name), answer, stays}.take(inside_->session.get(), inside_->address);
}

}  // namespace bench
