#include "documents/office_names.h"

#include <algorithm>
#include <array>

namespace spillway::documents {

namespace {

struct Namespace {
    std::string_view piece;  // of the URI: transitional, strict and older forms have it in common
    Vocabulary vocabulary;
};

// The first that fits counts.
constexpr std::array namespaces{
    Namespace{"markup-compatibility", Vocabulary::compatibility},
    Namespace{"wordprocessingml", Vocabulary::word},
    Namespace{"word/2003/wordml", Vocabulary::word},
    Namespace{"office/word/", Vocabulary::word},
    Namespace{"drawingml", Vocabulary::drawing},
    Namespace{"office/drawing/", Vocabulary::drawing},
    Namespace{"presentationml", Vocabulary::slides},
    Namespace{"office/powerpoint/", Vocabulary::slides},
    Namespace{"spreadsheetml", Vocabulary::sheet},
    Namespace{"office/excel/", Vocabulary::sheet},
    Namespace{"officeDocument/2006/math", Vocabulary::math},
    Namespace{"officeDocument/math", Vocabulary::math},
    Namespace{"package/2006/metadata/core-properties", Vocabulary::properties},
    Namespace{"extended-properties", Vocabulary::properties},
    Namespace{"extendedProperties", Vocabulary::properties},
    Namespace{"custom-properties", Vocabulary::properties},
    Namespace{"customProperties", Vocabulary::properties},
    Namespace{"docPropsVTypes", Vocabulary::properties},
    Namespace{"purl.org/dc/elements", Vocabulary::properties},
    Namespace{"package/2006/relationships", Vocabulary::links},
    Namespace{"package/2006/content-types", Vocabulary::links},
    Namespace{"office/2006/xmlPackage", Vocabulary::links},
    Namespace{"schemas-microsoft-com:vml", Vocabulary::vml},
    Namespace{"opendocument:xmlns:manifest", Vocabulary::odf_manifest},
    Namespace{"opendocument:xmlns", Vocabulary::odf},
    Namespace{"openoffice.org/2001/manifest", Vocabulary::odf_manifest},
    Namespace{"openoffice.org/2000", Vocabulary::odf},
};

struct Element {
    Vocabulary vocabulary;
    std::string_view name;
    std::uint32_t effect;
};

using V = Vocabulary;
using E = Effect;

constexpr std::array elements{
    Element{V::compatibility, "Fallback", E::aside},

    Element{V::word, "t", E::text},
    Element{V::word, "delText", E::text | E::aside},
    Element{V::word, "instrText", E::text | E::aside},
    Element{V::word, "delInstrText", E::text | E::aside},
    Element{V::word, "p", E::line_after},
    Element{V::word, "tc", E::tab_after},
    Element{V::word, "tr", E::line_after},
    Element{V::word, "tab", E::tab},
    Element{V::word, "ptab", E::tab},
    Element{V::word, "br", E::line},
    Element{V::word, "cr", E::line},
    Element{V::word, "noBreakHyphen", E::hyphen},
    Element{V::word, "r", E::run},
    Element{V::word, "vanish", E::hidden},
    Element{V::word, "specVanish", E::hidden},
    Element{V::word, "webHidden", E::hidden},
    Element{V::word, "sym", E::symbol},
    Element{V::word, "txbxContent", E::aside},
    Element{V::word, "docPr", E::described},

    Element{V::drawing, "t", E::text},
    Element{V::drawing, "p", E::line_after},
    Element{V::drawing, "tc", E::tab_after},
    Element{V::drawing, "tr", E::line_after},
    Element{V::drawing, "tab", E::tab},
    Element{V::drawing, "br", E::line},
    Element{V::drawing, "v", E::text | E::line_after},  // of a chart
    Element{V::drawing, "docPr", E::described},
    Element{V::drawing, "cNvPr", E::described},

    Element{V::slides, "text", E::text | E::line_after},  // of a comment
    Element{V::slides, "cNvPr", E::described},

    Element{V::sheet, "si", E::shared},
    Element{V::sheet, "t", E::text},
    Element{V::sheet, "rPh", E::aside},
    Element{V::sheet, "c", E::cell | E::tab_after},
    Element{V::sheet, "row", E::line_after},
    Element{V::sheet, "v", E::text | E::value},
    Element{V::sheet, "f", E::text | E::aside},
    Element{V::sheet, "text", E::line_after},  // of a comment
    Element{V::sheet, "sheet", E::described},
    Element{V::sheet, "definedName", E::text | E::aside},
    Element{V::sheet, "oddHeader", E::text | E::line_after},
    Element{V::sheet, "oddFooter", E::text | E::line_after},
    Element{V::sheet, "evenHeader", E::text | E::line_after},
    Element{V::sheet, "evenFooter", E::text | E::line_after},
    Element{V::sheet, "firstHeader", E::text | E::line_after},
    Element{V::sheet, "firstFooter", E::text | E::line_after},
    Element{V::sheet, "dataValidation", E::described},

    Element{V::math, "t", E::text},

    Element{V::links, "Relationship", E::described},
    Element{V::vml, "textpath", E::described},

    Element{V::odf, "p", E::text | E::folds | E::line_after},
    Element{V::odf, "h", E::text | E::folds | E::line_after},
    Element{V::odf, "s", E::blank},
    Element{V::odf, "tab", E::tab},
    Element{V::odf, "line-break", E::line},
    Element{V::odf, "table-cell", E::tab_after},
    Element{V::odf, "table-row", E::line_after},
    Element{V::odf, "annotation", E::aside},
    Element{V::odf, "note", E::aside},
    Element{V::odf, "text-box", E::aside},
    Element{V::odf, "tracked-changes", E::aside},
    Element{V::odf, "ruby-text", E::text | E::aside},
    Element{V::odf, "hidden-text", E::text | E::aside},
    Element{V::odf, "hidden-paragraph", E::text | E::aside},
    Element{V::odf, "title", E::text | E::aside},
    Element{V::odf, "desc", E::text | E::aside},
    Element{V::odf, "meta", E::text | E::line_after},
    Element{V::odf, "user-defined", E::text | E::line_after},
    Element{V::odf, "keyword", E::text | E::line_after},
    Element{V::odf, "a", E::described},

    Element{V::odf_manifest, "encryption-data", E::encrypted},
};

struct Root {
    Vocabulary vocabulary;
    std::string_view name, type;
};

constexpr std::array roots{
    Root{V::word, "document",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Root{V::word, "wordDocument",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Root{V::sheet, "workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Root{V::slides, "presentation",
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    Root{V::odf, "document-content", "application/vnd.oasis.opendocument"},
    Root{V::odf, "document", "application/vnd.oasis.opendocument"},
};

}  // namespace

Vocabulary vocabulary_of(std::string_view namespace_uri) {
    for (const Namespace& each : namespaces)
        if (namespace_uri.find(each.piece) != namespace_uri.npos) return each.vocabulary;
    return Vocabulary::other;
}

std::uint32_t effect_of(Vocabulary vocabulary, std::string_view local_name) {
    // Properties are text wherever they stand, each by itself.
    if (vocabulary == Vocabulary::properties) return Effect::text | Effect::line_after;
    for (const Element& each : elements)
        if (each.vocabulary == vocabulary && each.name == local_name) return each.effect;
    return Effect::none;
}

std::string_view type_of_root(Vocabulary vocabulary, std::string_view local_name) {
    for (const Root& each : roots)
        if (each.vocabulary == vocabulary && each.name == local_name) return each.type;
    return {};
}

}  // namespace spillway::documents
