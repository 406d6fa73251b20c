// The links of a message: what its HTML points to, and addresses written in its text.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// Links in all their spellings (see url.h), each once, in order.
class Links {
  public:
    // Of more spellings, or more bytes of them, the first are kept.
    Links(std::size_t most, std::size_t most_bytes) : most_(most), bytes_left_(most_bytes) {}

    // Attributes that lead somewhere or fetch something, in tags that browsers see and in
    // conditional comments, resolved against <base>; refreshes; url(...) in styles. UTF-8.
    void add_html(std::string_view html);

    // Addresses that mail readers make a link of: with a scheme, or beginning with "www." or
    // "mailto:", or a domain with a path behind it. `text` as readers see it.
    void add_text(std::string_view text);

    const std::vector<std::string>& spellings() const { return spellings_; }
    bool cut() const { return cut_; }  // there are more than are kept

  private:
    void add(std::string_view link);
    void add_word(std::string_view word);
    void add_styles(std::string_view css);
    void add_attributes(std::string_view tag_name, std::string_view attributes);
    void add_document(std::string_view html, bool whole);

    std::size_t most_;
    std::size_t bytes_left_;
    std::string base_;
    std::set<std::string, std::less<>> seen_;
    std::vector<std::string> spellings_;
    bool cut_ = false;
};

}  // namespace spillway::mail
