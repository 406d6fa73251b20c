// Messages in files: single ones, folders of them, Maildirs and mailboxes in one file (mbox).
//
// They are found first and read one by one, so that no more than those being read are in memory: a
// message not yet read takes 24 bytes, a file its name.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace spillway::ctl {

struct Corpus {
    struct Message {
        std::uint32_t file = 0;    // which of `files`
        std::uint32_t number = 0;  // in an mbox, from 1; 0 is a file of its own
        std::uint64_t begin = 0;   // of an mbox
        std::uint64_t size = 0;
    };
    struct Trouble {
        std::string file;
        std::string why;
    };

    std::vector<std::string> files;
    std::vector<Message> messages;
    std::vector<Trouble> troubles;  // what could not be looked into

    // "inbox.mbox:17", or the file's.
    std::string name_of(const Message& message) const;
};

// What is named is followed; within folders links are not. Of a Maildir the messages in cur and new
// are taken, with those of its subfolders; of other folders all files but those that begin with a
// dot. Files are in the order of their names. Ends early, with what it has, when `stop` is set.
Corpus corpus_of(const std::vector<std::string>& places, const std::atomic<bool>& stop);

// The message as it was sent, or why it cannot be read. Thread-safe.
tl::expected<std::string, std::string> read_message(const Corpus& corpus,
                                                    const Corpus::Message& message);

}  // namespace spillway::ctl
