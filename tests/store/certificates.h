// Certificates for one test program, made by openssl(1): two authorities, and what the first
// signed.
#pragma once

#include <fstream>

#include <fmt/format.h>

#include "redis_server.h"

namespace spillway::store {

class Certificates {
  public:
    Certificates() {
        make_authority("ca");
        make_authority("other-ca");
        sign("server", "subjectAltName=DNS:redis.example,DNS:localhost,IP:127.0.0.1");
        sign("client", "extendedKeyUsage=clientAuth");
    }

    std::string file(const std::string& name) const { return folder_.file(name); }

    // Options of redis-server, and of a sentinel.
    std::vector<std::string> server_options(const std::string& clients = "no") const {
        return {"--tls-cert-file",    file("server.pem"), "--tls-key-file",     file("server.key"),
                "--tls-ca-cert-file", file("ca.pem"),     "--tls-auth-clients", clients};
    }

  private:
    static void run(const std::string& command) {
        if (std::system((command + " >/dev/null 2>&1").c_str()) != 0)
            throw std::runtime_error("failed: " + command);
    }
    void make_authority(const std::string& name) const {
        run(
            fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                        "-days 2 -subj /CN={0} -keyout {1}.key -out {1}.pem",
                        name, file(name)));
    }
    void sign(const std::string& name, const std::string& extension) const {
        std::ofstream(file(name + ".ext")) << extension << "\n";
        run(
            fmt::format("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                        "-subj /CN={0} -keyout {1}.key -out {1}.csr",
                        name, file(name)));
        run(
            fmt::format("openssl x509 -req -in {0}.csr -CA {1}.pem -CAkey {1}.key -days 2 "
                        "-set_serial {2} -extfile {0}.ext -out {0}.pem",
                        file(name), file("ca"), name.size()));
    }

    TempFolder folder_;
};

inline const Certificates& certificates() {
    static const Certificates made;
    return made;
}

}  // namespace spillway::store
