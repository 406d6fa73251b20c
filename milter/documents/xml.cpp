// XML that stands alone: an office document in one file, or anything else, such as a drawing.
#include "documents/formats.h"
#include "documents/office_xml.h"

namespace spillway::documents {

void read_xml(Reading& reading, const Document& document, std::string_view type) {
    OfficePart part = read_office_part(document.bytes, reading.text_left());
    // Browsers show the text of any XML, as that of HTML with elements they do not know.
    if (!part.office) return read_html(reading, document, type);
    if (part.damaged) reading.trouble(document, Trouble::damaged);
    if (part.too_much) reading.truncated();
    OfficePackage package(reading.text_left());
    package.add(std::move(part));
    const std::string_view package_type = package.type();
    OfficePackage::Text text = std::move(package).text();
    if (text.too_much) reading.truncated();
    reading.tell(document, package_type, text.text);
}

}  // namespace spillway::documents
