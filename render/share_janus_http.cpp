#include "render/share_janus_wire.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <libsoup/soup.h>

#include <memory>

namespace render {
namespace {

constexpr unsigned answer_within_s = 5;
constexpr unsigned poll_within_s = 45;  // Janus says something every 30 s
constexpr unsigned end_within_s = 2;
constexpr gsize most_answer_bytes = 1U << 20U;

JanusWord silence(const JanusAddress& address, const std::string& why) {
    return {.kind = "error",
            .error = janus_silent,
            .why = fmt::format("{}:{} does not answer ({})", address.host, address.port, why)};
}

class JanusHttp : public JanusWire {
public:
    explicit JanusHttp(JanusAddress address)
        : address_{std::move(address)}, asks_{make_session(answer_within_s)}, polls_{make_session(poll_within_s)} {}
    ~JanusHttp() override {
        *here_ = false;
        for (auto* session : {asks_, polls_}) {
            soup_session_abort(session);
            g_object_unref(session);
        }
    }
    JanusHttp(const JanusHttp&) = delete;
    JanusHttp& operator=(const JanusHttp&) = delete;

    void post(const std::string& path, const std::string& body, Answered answered) override {
        send(asks_, message("POST", path, body), std::move(answered));
    }
    void poll(const std::string& path, Answered answered) override {
        send(polls_, message("GET", path, ""), std::move(answered));
    }
    bool post_now(const std::string& path, const std::string& body) override {
        auto* session = make_session(end_within_s);
        auto* request = message("POST", path, body);
        auto* bytes = soup_session_send_and_read(session, request, nullptr, nullptr);
        if (bytes != nullptr) g_bytes_unref(bytes);
        g_object_unref(request);
        g_object_unref(session);
        return bytes != nullptr;
    }

private:
    struct Asked {
        std::shared_ptr<bool> here;
        JanusHttp* self;
        Answered answered;
    };

    static SoupSession* make_session(unsigned within_s) {
        return soup_session_new_with_options("timeout", within_s, "max-conns-per-host", 8, "proxy-resolver", nullptr,
                                             nullptr);
    }
    SoupMessage* message(const char* method, const std::string& path, const std::string& body) const {
        auto* out = soup_message_new(method, (address_.url + path).c_str());  // the URL was read before
        if (!body.empty()) {
            auto* bytes = g_bytes_new(body.data(), body.size());
            soup_message_set_request_body_from_bytes(out, "application/json", bytes);
            g_bytes_unref(bytes);
        }
        return out;
    }
    void send(SoupSession* session, SoupMessage* message, Answered answered) {
        auto* asked = new Asked{here_, this, std::move(answered)};
        soup_session_send_and_read_async(session, message, G_PRIORITY_DEFAULT, nullptr, &on_answer, asked);
        g_object_unref(message);
    }
    static void on_answer(GObject* session, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Asked> asked{static_cast<Asked*>(data)};
        GError* error = nullptr;
        auto* bytes = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
        std::vector<JanusWord> words;
        if (bytes != nullptr) {
            gsize size = 0;
            const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
            if (size > 0 && size <= most_answer_bytes) words = read_janus({text, size});
            g_bytes_unref(bytes);
        }
        const std::string why = error != nullptr ? error->message : "its answer is none of Janus'";
        g_clear_error(&error);
        if (!*asked->here) return;
        if (words.empty()) words.push_back(silence(asked->self->address_, why));
        asked->answered(words);
    }

    const JanusAddress address_;
    std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
    SoupSession* asks_;
    SoupSession* polls_;  // of its own: a poll that waits holds up no request
};

}  // namespace

JanusAddress janus_address(const std::string& url) {
    auto* uri = g_uri_parse(url.c_str(), static_cast<GUriFlags>(SOUP_HTTP_URI_FLAGS), nullptr);
    JanusAddress out;
    if (uri != nullptr && std::string_view{g_uri_get_scheme(uri)} == "http" && g_uri_get_host(uri) != nullptr &&
        *g_uri_get_host(uri) != '\0') {
        out = {url, g_uri_get_host(uri), g_uri_get_port(uri)};
        if (out.url.ends_with('/')) out.url.pop_back();
    }
    if (uri != nullptr) g_uri_unref(uri);
    if (out.host.empty())
        throw transport::UsageError{
            fmt::format("share: --janus {} is no address; one like http://127.0.0.1:8088/janus is needed", url)};
    return out;
}

std::unique_ptr<JanusWire> make_janus_wire(const JanusAddress& address) {
    return std::make_unique<JanusHttp>(address);
}

}  // namespace render
