// Python's email package, an independent reader of MIME, against ours on odd messages of others.
#include <fstream>
#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "mail/attachments.h"
#include "mail/file_name.h"
#include "shared_data.h"
#include "temp_folder.h"

using namespace spillway::mail;

namespace {

// Prints the name of each file and its attachments' names and sizes: a line "= FILE", then lines
// "SIZE NAME" for each named leaf part that is no message.
constexpr const char* script = R"python(
import email, email.policy, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.eml")):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    print("=", path)
    for part in message.walk():
        try:
            name = part.get_filename()
            if not name or part.is_multipart() or part.get_content_maintype() == "message":
                continue
            payload = part.get_payload(decode=True)
            if part.defects or payload is None or not name.isascii() or not name.isprintable() or "=?" in name:
                continue
            # With a blank behind its name Python does not know the encoding.
            encoding = str(part.get("content-transfer-encoding", "")).lower()
            exact = len(payload) if encoding == "base64" else -1
            print(exact, name)
        except Exception:
            continue
)python";

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

bool tells(const Attachments& attachments, const std::string& name, long size) {
    const auto spellings = spellings_of_name(name);
    for (const Attachment& file : attachments.files)
        for (const std::string& each : file.names)
            for (const std::string& spelling : spellings)
                if (each == spelling &&
                    (size < 0 || decoded_bytes(file.body) == static_cast<std::uint64_t>(size)))
                    return true;
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_oracle)

BOOST_AUTO_TEST_CASE(every_attachment_that_python_finds_is_found) {
    const auto data = shared_data();
    if (!data || !std::filesystem::exists(*data / "corpus.tar.xz")) return;
    const spillway::TempFolder folder;
    const std::string at = folder.path();
    output_of("tar -xJf '" + (*data / "corpus.tar.xz").string() + "' -C '" + at + "'");
    std::ofstream(at + "/oracle.py") << script;
    std::istringstream lines(output_of("/usr/bin/python3 '" + at + "/oracle.py' '" + at + "'"));

    std::string message;
    std::optional<Parts> parts;
    std::optional<Attachments> attachments;
    int found = 0;
    std::set<std::string> missed;
    for (std::string line, file; std::getline(lines, line);) {
        if (line.starts_with("= ")) {
            file = line.substr(2);
            message = content_of(file);
            parts = parts_of(message, {});
            attachments = attachments_of(*parts, {});
            continue;
        }
        const std::size_t blank = line.find(' ');
        const bool known =
            tells(*attachments, line.substr(blank + 1), std::stol(line.substr(0, blank)));
        found += known ? 1 : 0;
        if (!known) missed.insert(std::filesystem::path(file).filename().string() + ": " + line);
    }
    std::printf("%d attachments found, %zu missed\n", found, missed.size());
    for (const std::string& each : missed) BOOST_ERROR("missed " << each);
    BOOST_TEST(found > 100);
}

BOOST_AUTO_TEST_SUITE_END()
