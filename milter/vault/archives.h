// All archives of the process, by their folders.
//
// Thread-safe. Messages are kept as they came in, before our own edits, with what was decided; of
// the rest of the metadata see metadata_of(). Throws what Writer throws, and std::runtime_error for
// a certificate that cannot be used.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "crypto/sealed_mail.h"
#include "policy/decision.h"
#include "policy/evaluate.h"
#include "policy/message.h"
#include "policy/policy.h"
#include "vault/writer.h"

namespace spillway::vault {

// A message that is about to leave.
struct Letter {
    const policy::Message& message;
    const policy::Identity& identity;
    const policy::Decision& decision;
};

// One line of JSON: time, queue_id, verdict, by, sender, recipients, copies, redirected_to, user,
// account, domain, client, local, size, tags, encrypted. What is not UTF-8 is replaced.
std::string metadata_of(const Letter& letter, bool encrypted);

class Archives {
  public:
    explicit Archives(Writer::Tell tell);

    // Takes a folder up before the first message comes, so that what is wrong shows at the start.
    void open(const policy::ArchivePlace& place);

    // Opened now where it was not. Returns when the entry is on the disk.
    Link keep(const policy::ArchivePlace& place, const Letter& letter);

  private:
    Writer& writer_of(const std::string& folder);
    std::shared_ptr<const crypto::Certificate> certificate_of(const std::string& file);

    const Writer::Tell tell_;
    std::mutex mutex_;                       // guards the maps, which only grow
    std::map<std::string, Writer> writers_;  // by folder
    std::map<std::string, std::shared_ptr<const crypto::Certificate>> certificates_;  // by file
};

}  // namespace spillway::vault
