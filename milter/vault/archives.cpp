#include "vault/archives.h"

#include <tuple>
#include <utility>

#include <date/date.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vault/folder.h"

namespace spillway::vault {
namespace {

using Json = nlohmann::ordered_json;

crypto::Certificate certificate_in(const std::string& path) {
    try {
        return crypto::Certificate(MappedFile(path).bytes());
    } catch (const std::system_error&) {
        throw;  // names the file already
    } catch (const std::runtime_error& mistake) {
        throw std::runtime_error(fmt::format("{}: {}", path, mistake.what()));
    }
}

}  // namespace

std::string metadata_of(const Letter& letter, bool encrypted) {
    const policy::Message& message = letter.message;
    Json recipients = Json::array();
    for (const policy::Recipient& recipient : message.recipients)
        recipients.push_back(recipient.address.text());
    const Json json{{"time", date::format("%FT%TZ", message.received)},
                    {"queue_id", message.queue_id},
                    {"verdict", policy::name_of(letter.decision.verdict)},
                    {"by", letter.decision.decided_by},
                    {"sender", message.sender.text()},
                    {"recipients", std::move(recipients)},
                    {"copies", letter.decision.copies},
                    {"redirected_to", letter.decision.redirected_to},
                    {"user", letter.identity.user},
                    {"account", letter.identity.account},
                    {"domain", letter.identity.domain},
                    {"client", message.client.ip ? message.client.ip->text() : ""},
                    {"local", message.client.local_submission},
                    {"size", message.size},
                    {"tags", letter.decision.tags},
                    {"encrypted", encrypted}};
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Archives::Archives(Writer::Tell tell) : tell_(std::move(tell)) {}

void Archives::open(const policy::ArchivePlace& place) {
    writer_of(place.folder);
    if (!place.certificate.empty()) certificate_of(place.certificate);
}

Writer& Archives::writer_of(const std::string& folder) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = writers_.find(folder);
    if (known != writers_.end()) return known->second;
    return writers_
        .emplace(std::piecewise_construct, std::forward_as_tuple(folder),
                 std::forward_as_tuple(folder, tell_))
        .first->second;
}

std::shared_ptr<const crypto::Certificate> Archives::certificate_of(const std::string& file) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& certificate = certificates_[file];
    if (!certificate) certificate = std::make_shared<crypto::Certificate>(certificate_in(file));
    return certificate;
}

Link Archives::keep(const policy::ArchivePlace& place, const Letter& letter) {
    Writer& writer = writer_of(place.folder);
    const std::string day =
        date::format("%F", std::chrono::floor<std::chrono::seconds>(letter.message.received));
    if (place.certificate.empty())
        return writer.keep(day, metadata_of(letter, false), letter.message.bytes);
    const auto certificate = certificate_of(place.certificate);
    return writer.keep(day, metadata_of(letter, true), certificate->sealed(letter.message.bytes));
}

}  // namespace spillway::vault
