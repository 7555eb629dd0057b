// Certificates: what a browser would check of them, and what is wrong with a folder said in one line.
#include "transport/keys_tls.hpp"
#include "transport/handle.hpp"
#include "transport/keys_command.hpp"
#include "transport/keys_files.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gnutls/x509.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace transport {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

using X509 = Handle<gnutls_x509_crt_int, gnutls_x509_crt_deinit>;

std::string text_in(const fs::path& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
}
X509 certificate_in(const fs::path& file) {
    const auto text = text_in(file);
    gnutls_x509_crt_t made = nullptr;
    gnutls_x509_crt_init(&made);
    const gnutls_datum_t pem{reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
                             static_cast<unsigned>(text.size())};
    EXPECT_EQ(gnutls_x509_crt_import(made, &pem, GNUTLS_X509_FMT_PEM), 0) << file;
    return X509{made};
}
/// As a browser that trusts the authority checks a server it calls by that name.
bool is_trusted(const TlsFiles& files, const std::string& host) {
    gnutls_x509_trust_list_t trusted = nullptr;
    gnutls_x509_trust_list_init(&trusted, 0);
    auto* authority = certificate_in(files.authority).release();  // the list gives it back
    EXPECT_EQ(gnutls_x509_trust_list_add_cas(trusted, &authority, 1, 0), 1);
    const auto server = certificate_in(files.certificate);
    auto* one = server.get();
    const auto address = address_bytes(host);
    const auto& name = address.empty() ? host : address;
    std::array<gnutls_typed_vdata_st, 2> wanted{};
    wanted[0] = {.type = address.empty() ? GNUTLS_DT_DNS_HOSTNAME : GNUTLS_DT_IP_ADDRESS,
                 .data = reinterpret_cast<unsigned char*>(const_cast<char*>(name.data())),
                 .size = address.empty() ? 0U : static_cast<unsigned>(name.size())};
    wanted[1] = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                 .data = reinterpret_cast<unsigned char*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_SERVER)),
                 .size = 0};
    unsigned fault = 0;
    const int result =
        gnutls_x509_trust_list_verify_crt2(trusted, &one, 1, wanted.data(), wanted.size(), 0, &fault, nullptr);
    gnutls_x509_trust_list_deinit(trusted, 1);
    return result == 0 && fault == 0;
}
int mode_of(const fs::path& file) {
    struct stat facts {};
    ::stat(file.c_str(), &facts);
    return static_cast<int>(facts.st_mode & 0777U);
}
std::string tls_failure(const auto& work) {
    try {
        work();
    } catch (const std::runtime_error& error) {
        return error.what();
    } catch (const UsageError& error) {
        return std::string{"usage: "} + error.what();
    }
    return "";
}
double days(const X509& certificate, std::chrono::system_clock::time_point now) {
    const auto until = std::chrono::system_clock::from_time_t(gnutls_x509_crt_get_expiration_time(certificate.get()));
    return std::chrono::duration<double, std::ratio<86'400>>(until - now).count();
}

struct KeysTls : testing::Test {
    TemporaryKeyFolder made;
    fs::path folder = made.path() / "or3";
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

TEST_F(KeysTls, a_browser_that_trusts_the_authority_trusts_share_under_every_name_given) {
    const auto files = make_tls_keys(folder, {"or3.hospital.example", "10.0.3.7", "fd00::37"}, now);
    for (const auto* host : {"or3.hospital.example", "10.0.3.7", "fd00::37", "localhost", "127.0.0.1", "::1"})
        EXPECT_TRUE(is_trusted(files, host)) << host;
    for (const auto* host : {"or4.hospital.example", "hospital.example", "10.0.3.8", "fd00::38"})
        EXPECT_FALSE(is_trusted(files, host)) << host;
    EXPECT_EQ(mode_of(files.key), 0600);
    EXPECT_EQ(mode_of(folder / "ca.key"), 0600);
    EXPECT_EQ(mode_of(folder), 0700);
    EXPECT_NEAR(days(certificate_in(files.certificate), now), 397, 0.01);
    EXPECT_NEAR(days(certificate_in(files.authority), now), 3653, 0.01);
}

TEST_F(KeysTls, openssl_finds_nothing_to_complain_of) {
    if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no openssl here";
    const auto files = make_tls_keys(folder, {"or3"}, now);
    EXPECT_EQ(std::system(fmt::format("openssl verify -x509_strict -purpose sslserver -verify_hostname or3 -CAfile {} "
                                      "{} >/dev/null",
                                      files.authority.string(), files.certificate.string())
                              .c_str()),
              0);
    EXPECT_EQ(
        std::system(
            fmt::format("openssl pkey -in {} -noout -text | grep -q 'NIST CURVE: P-256'", files.key.string()).c_str()),
        0);
}

TEST_F(KeysTls, the_authority_is_made_once_and_the_certificate_anew) {
    const auto files = make_tls_keys(folder, {"or3"}, now);
    const auto authority = text_in(files.authority);
    const auto certificate = text_in(files.certificate);
    make_tls_keys(folder, {"or4"}, now + 1h);
    EXPECT_EQ(text_in(files.authority), authority);
    EXPECT_NE(text_in(files.certificate), certificate);
    EXPECT_TRUE(is_trusted(files, "or4"));
    EXPECT_FALSE(is_trusted(files, "or3"));
    EXPECT_FALSE(is_trusted({make_tls_keys(made.path() / "other", {"or4"}, now).authority, files.certificate}, "or4"));
}

TEST_F(KeysTls, no_certificate_outlives_its_authority) {
    const auto files = make_tls_keys(folder, {"or3"}, now - 24h * 3600);
    make_tls_keys(folder, {"or3"}, now);
    EXPECT_NEAR(days(certificate_in(files.certificate), now), 53, 0.01);
    EXPECT_THAT(tls_failure([&] { make_tls_keys(folder, {"or3"}, now + 24h * 54); }),
                HasSubstr("ca.pem': has expired; "));
}

TEST_F(KeysTls, a_broken_authority_is_named_and_left_alone) {
    const auto files = make_tls_keys(folder, {"or3"}, now);
    const auto make = [&] { make_tls_keys(folder, {"or3"}, now); };
    const auto authority = text_in(files.authority);
    const auto key = text_in(folder / "ca.key");

    std::ofstream{folder / "ca.key"} << new_authority(now).key;
    EXPECT_THAT(tls_failure(make), HasSubstr("ca.pem': ca.key beside it is not its key"));
    std::ofstream{folder / "ca.key"} << key.substr(0, key.size() / 2);
    EXPECT_THAT(tls_failure(make), HasSubstr("ca.pem': ca.key beside it is not a key (PEM)"));
    fs::remove(folder / "ca.key");
    EXPECT_THAT(tls_failure(make), HasSubstr("ca.key': No such file or directory"));
    write_key_file(folder / "ca.key", key, KeyFile::open, true);
    EXPECT_THAT(tls_failure(make), HasSubstr("ca.key': others can read this secret"));
    write_key_file(folder / "ca.key", text_in(files.key), KeyFile::secret, true);
    write_key_file(files.authority, text_in(files.certificate), KeyFile::open, true);
    EXPECT_THAT(tls_failure(make), HasSubstr("ca.pem': not the certificate of an authority"));
    write_key_file(files.authority, "nonsense\n", KeyFile::open, true);
    const auto why = tls_failure(make);
    EXPECT_THAT(why, HasSubstr("ca.pem': not a certificate (PEM)"));
    EXPECT_EQ(why.find('\n'), std::string::npos);
    EXPECT_EQ(text_in(files.authority), "nonsense\n");
    write_key_file(folder / "ca.key", key, KeyFile::secret, true);
    write_key_file(files.authority, authority, KeyFile::open, true);
    EXPECT_EQ(tls_failure(make), "");
}

TEST_F(KeysTls, the_shell_makes_them_and_says_whom_to_trust) {
    const auto said = run_keys({"tls", folder.string(), "or3.hospital.example", "10.0.3.7"});
    EXPECT_THAT(said, HasSubstr("share.pem: or3.hospital.example, 10.0.3.7 and this machine, 397 days\n"));
    EXPECT_THAT(said, HasSubstr("SHA-256 " + certificate_fingerprint(text_in(folder / "ca.pem"))));
    EXPECT_TRUE(is_trusted(tls_files(folder), "10.0.3.7"));
    EXPECT_EQ(tls_failure([&] { (void)run_keys({"tls", folder.string()}); }), "usage: keys: tls takes DIR HOST...");
    EXPECT_EQ(tls_failure([&] {
                  (void)run_keys({"tls", folder.string(), "10.0.3.300"});
              }),
              "usage: keys: HOST: '10.0.3.300' is not allowed: a DNS name, an IPv4 or an IPv6 address");
    EXPECT_THAT(keys_help(), HasSubstr("tls DIR HOST..."));
}

TEST(Hosts, are_names_and_addresses_and_nothing_else) {
    for (const auto* host :
         {"a", "or3", "or-3.hospital.example", "3m.example", "10.0.3.7", "::1", "fd00::37", "::ffff:10.0.3.7"})
        EXPECT_TRUE(is_host(host)) << host;
    for (const auto* host : {"", ".", "a.", ".a", "a..b", "-a", "a-", "*.example", "a b", "a/b", "a:443", "[::1]",
                             "10.0.3", "10.0.3.7/24", "fd00::37%eth0", "ö.example", "a\n"})
        EXPECT_FALSE(is_host(host)) << host;
    EXPECT_TRUE(is_host(std::string(63, 'a')));
    EXPECT_FALSE(is_host(std::string(64, 'a')));
    EXPECT_FALSE(is_host(std::string{"a\0b", 3}));
    EXPECT_FALSE(is_host(std::string{"10.0.3.7\0", 9}));
}

}  // namespace
}  // namespace transport
