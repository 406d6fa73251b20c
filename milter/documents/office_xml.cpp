#include "documents/office_xml.h"

#include <libxml/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "documents/office_names.h"
#include "mail/utf8.h"

namespace spillway::documents {

namespace {

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// libxml2 gives five pointers an attribute: name, prefix, URI, where the value begins and ends.
class Attributes {
  public:
    Attributes(const xmlChar** all, int count) : all_(all), count_(count) {}

    std::string_view value(std::string_view name) const {
        for (int i = 0; i < count_; ++i)
            if (view(all_[5 * i]) == name) return value_at(i);
        return {};
    }

  private:
    std::string_view value_at(int i) const {
        const auto* const begin = reinterpret_cast<const char*>(all_[5 * i + 3]);
        const auto* const end = reinterpret_cast<const char*>(all_[5 * i + 4]);
        return {begin, static_cast<std::size_t>(end - begin)};
    }

    const xmlChar** const all_;
    const int count_;
};

// A long number may be stored as 4.1111111111111111E15, which nobody sees and no pattern finds.
std::string shown_number(std::string_view value) {
    if (value.find('E') == value.npos) return std::string(value);
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    constexpr double exact_beyond = 1e18;
    const bool whole = error == std::errc() && end == value.data() + value.size() &&
                       std::abs(number) < exact_beyond && std::trunc(number) == number;
    return whole ? fmt::format("{:.0f}", number) : std::string(value);
}

// What is open, and what its content is.
struct Open {
    std::uint32_t effect = 0;
    bool text = false;
    bool aside = false;
    bool folds = false;
};

class PartHandler {
  public:
    explicit PartHandler(std::size_t most) : most_(most) {}

    void start(const xmlChar* name, const xmlChar* uri, const Attributes& attributes) {
        const auto [vocabulary, found_effect] = known(name, uri);
        if (open_.empty()) begin_part(vocabulary, view(name));
        const std::uint32_t effect = part_.office ? found_effect : 0;
        Open next = open_.empty() ? Open{} : open_.back();
        next.effect = effect;
        next.text = next.text || (effect & Effect::text) != 0;
        next.aside = next.aside || (effect & Effect::aside) != 0;
        next.folds = next.folds || (effect & Effect::folds) != 0;
        open_.push_back(next);
        if (effect != 0) apply(vocabulary, attributes);
    }

    void end() {
        if (open_.empty()) return;
        const Open closed = open_.back();
        if ((closed.effect & Effect::run) != 0) in_run_ = hidden_ = false;
        if ((closed.effect & Effect::value) != 0) end_value();
        if ((closed.effect & Effect::shared) != 0) end_shared();
        if ((closed.effect & Effect::line_after) != 0) put("\n");
        if ((closed.effect & Effect::tab_after) != 0) put("\t");
        if ((closed.effect & Effect::aside) != 0) put("\n");
        open_.pop_back();
    }

    void characters(std::string_view text) {
        if (open_.empty() || !open_.back().text) return;
        if ((open_.back().effect & Effect::value) != 0) {
            value_ += text;
        } else if (open_.back().folds) {
            std::string folded(text);
            std::ranges::replace(folded, '\n', ' ');
            put(folded);
        } else {
            put(text);
        }
    }

    void is_damaged() { part_.damaged = true; }
    bool stops() const { return part_.damaged || part_.too_much; }
    OfficePart part() && { return std::move(part_); }

  private:
    struct Known {
        Vocabulary vocabulary;
        std::uint32_t effect;
    };

    // Names and URIs are unique within one parser, so that addresses can be compared.
    Known known(const xmlChar* name, const xmlChar* uri) {
        const auto found = known_.find({name, uri});
        if (found != known_.end()) return found->second;
        const Vocabulary vocabulary = vocabulary_of(view(uri));
        const Known now{vocabulary, effect_of(vocabulary, view(name))};
        known_.emplace(std::pair(name, uri), now);
        return now;
    }

    void begin_part(Vocabulary vocabulary, std::string_view name) {
        part_.office = vocabulary != Vocabulary::other;
        part_.type = type_of_root(vocabulary, name);
    }

    void apply(Vocabulary vocabulary, const Attributes& attributes) {
        const std::uint32_t effect = open_.back().effect;
        if ((effect & Effect::line) != 0) put("\n");
        if ((effect & Effect::tab) != 0) put("\t");
        if ((effect & Effect::blank) != 0) put(" ");
        if ((effect & Effect::hyphen) != 0) put("-");
        if ((effect & Effect::run) != 0) in_run_ = true;
        // Outside of runs it is the mark at the end of a paragraph.
        if ((effect & Effect::hidden) != 0) hidden_ = in_run_ && is_on(attributes.value("val"));
        if ((effect & Effect::symbol) != 0) put_symbol(attributes.value("char"));
        if ((effect & Effect::cell) != 0) cell_type_ = attributes.value("t");
        if ((effect & Effect::shared) != 0) in_shared_ = true;
        if ((effect & Effect::described) != 0) describe(vocabulary, attributes);
        if ((effect & Effect::encrypted) != 0) part_.encrypted = true;
    }

    // ISO 29500-1 section 17.17.4: without a value it is on.
    static bool is_on(std::string_view value) {
        return value != "0" && value != "false" && value != "off";
    }

    // Symbol fonts have their characters from F000 on, at the places of ASCII.
    void put_symbol(std::string_view hexadecimal) {
        std::uint32_t code = 0;
        std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), code, 16);
        std::string symbol;
        mail::append_utf8(symbol, (code & 0xFF00U) == 0xF000U ? code & 0xFFU : code);
        if (code != 0) put(symbol);
    }

    void describe(Vocabulary vocabulary, const Attributes& attributes) {
        constexpr std::array names{"descr", "title", "string", "prompt", "href"};
        for (const std::string_view name : names) put_aside_line(attributes.value(name));
        if (vocabulary == Vocabulary::sheet) put_aside_line(attributes.value("name"));
        const std::string_view target = attributes.value("Target");
        if (target.find(':') != target.npos) put_aside_line(target);
    }

    void end_shared() {
        part_.shared.push_back(std::move(shared_));
        shared_.clear();
        in_shared_ = false;
    }

    void end_value() {
        if (cell_type_ == "s") {
            std::uint32_t index = 0;
            std::from_chars(value_.data(), value_.data() + value_.size(), index);
            part_.references.push_back({part_.text.size(), index});
        } else {
            put(shown_number(value_));
        }
        value_.clear();
    }

    void put_aside_line(std::string_view text) {
        if (text.empty()) return;
        count(text.size() + 1);
        part_.aside.append(text).append("\n");
    }

    void put(std::string_view text) {
        count(text.size());
        const bool aside = !open_.empty() && open_.back().aside;
        if (aside || hidden_)
            part_.aside += text;
        else if (in_shared_)
            shared_ += text;
        else
            part_.text += text;
    }

    void count(std::size_t bytes) {
        used_ += bytes;
        if (used_ > most_) part_.too_much = true;
    }

    const std::size_t most_;
    std::size_t used_ = 0;
    OfficePart part_;
    std::vector<Open> open_;
    std::map<std::pair<const xmlChar*, const xmlChar*>, Known> known_;
    bool hidden_ = false;  // the run
    bool in_run_ = false;
    bool in_shared_ = false;
    std::string cell_type_;  // ISO 29500-1 section 18.18.11
    std::string value_, shared_;
};

struct FreeParser {
    void operator()(xmlParserCtxt* parser) const {
        if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
        xmlFreeParserCtxt(parser);
    }
};
using Parser = std::unique_ptr<xmlParserCtxt, FreeParser>;

PartHandler& handler(void* data) { return *static_cast<PartHandler*>(data); }

xmlSAXHandler callbacks() {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = [](void* data, const xmlChar* name, const xmlChar*, const xmlChar* uri,
                            int, const xmlChar**, int count, int, const xmlChar** attributes) {
        handler(data).start(name, uri, {attributes, count});
    };
    sax.endElementNs = [](void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
        handler(data).end();
    };
    sax.characters = [](void* data, const xmlChar* text, int size) {
        handler(data).characters(
            {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    sax.entityDecl = [](void* data, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
        handler(data).is_damaged();
    };
    sax.serror = [](void*, xmlErrorPtr) {};
    return sax;
}

}  // namespace

OfficePart read_office_part(std::string_view xml, std::size_t most) {
    PartHandler part(most);
    xmlSAXHandler sax = callbacks();
    // The encoding is guessed from the first four bytes (XML 1.0 appendix F).
    const std::string_view first = xml.substr(0, 4);
    const Parser parser(xmlCreatePushParserCtxt(&sax, &part, first.data(),
                                                static_cast<int>(first.size()), nullptr));
    if (!parser) throw std::bad_alloc();
    xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET);
    constexpr std::size_t step = 65536;
    int error = 0;
    for (std::size_t at = first.size(); at < xml.size() && error == 0 && !part.stops();
         at += step) {
        const std::string_view chunk = xml.substr(at, step);
        error = xmlParseChunk(parser.get(), chunk.data(), static_cast<int>(chunk.size()), 0);
    }
    if (error == 0 && !part.stops()) error = xmlParseChunk(parser.get(), nullptr, 0, 1);
    if (error != 0 && !part.stops()) part.is_damaged();
    return std::move(part).part();
}

void OfficePackage::add(OfficePart part) {
    if (!part.type.empty()) type_ = part.type;
    std::ranges::move(part.shared, std::back_inserter(shared_));
    part.shared.clear();
    parts_.push_back(std::move(part));
}

void OfficePackage::resolve(const OfficePart& part, Text& text) const {
    std::size_t at = 0;
    for (const auto& [place, index] : part.references) {
        text.text.append(part.text, at, place - at);
        at = place;
        if (index < shared_.size()) text.text += shared_[index];
        if (text.text.size() <= most_) continue;
        text.too_much = true;
        return;
    }
    text.text.append(part.text, at);
    text.text += '\n';
}

OfficePackage::Text OfficePackage::text() && {
    Text text;
    for (const OfficePart& part : parts_)
        if (!text.too_much) resolve(part, text);
    // Strings that no cell shows are still in the file.
    for (const std::string& each : shared_) text.text.append(each).append("\n");
    for (const OfficePart& part : parts_) text.text.append(part.aside);
    return text;
}

void prepare_xml() {
    xmlInitParser();
    const auto part =
        read_office_part(R"(<w:p xmlns:w="wordprocessingml"><w:t>a&amp;b</w:t></w:p>)", 100);
    if (part.text != "a&b\n") throw std::runtime_error("libxml2 does not work");
}

}  // namespace spillway::documents
