//! Whether a text is a document of QTI 3.0, and which older format it is otherwise.

use super::reader::Reader;
use super::token::{Form, Tag, Token};
use crate::error::{XmlError, XmlErrorKind, quoted};

/// QTI 3.0's namespace.
const QTI_3: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

/// Checks that a text is a QTI 3.0 document with this root, in the encoding that it declares; gives the identifier of the
/// root, `None` if it has none.
///
/// # Errors
/// [`Malformed`](crate::XmlErrorKind::Malformed) and [`Limit`](crate::XmlErrorKind::Limit) as
/// [`check_well_formed`](crate::check_well_formed), and `Malformed` for a declared encoding that a text sent as UTF-8
/// contradicts; [`UnexpectedRoot`](crate::XmlErrorKind::UnexpectedRoot) for another root or namespace: the message says
/// which older format it is.
///
/// ```
/// use qti_xml::check_qti_3;
///
/// let item = "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i'/>";
/// assert_eq!(check_qti_3("qti-assessment-item", item)?.as_deref(), Some("i"));
///
/// let older = check_qti_3("qti-assessment-item", "<assessmentItem identifier='i'/>").unwrap_err();
/// assert!(older.to_string().contains("QTI 2.x"));
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
pub fn check_qti_3(root: &str, xml: &str) -> Result<Option<String>, XmlError> {
    let mut reader = Reader::new(xml, Form::Document)?;
    let mut identifier = None;
    let mut seen_root = false;
    while let Some(token) = reader.next()? {
        if let Token::Start(tag) = token
            && !seen_root
        {
            seen_root = true;
            check_root(&reader, root, &tag)?;
            identifier = tag
                .attributes
                .into_iter()
                .find(|attribute| attribute.namespace.is_none() && attribute.local == "identifier")
                .map(|attribute| attribute.value.into_owned());
        }
    }
    check_encoding(&reader)?;
    Ok(identifier)
}

fn check_root(reader: &Reader<'_>, expected: &str, root: &Tag<'_>) -> Result<(), XmlError> {
    let namespace = root.namespace.as_deref();
    if root.local == expected && namespace == Some(QTI_3) {
        return Ok(());
    }
    let what = match version(root.local, namespace) {
        Some(version) => format!("this is {version} (root {})", quoted(root.local)),
        None if root.local != expected => format!("the root is {}", quoted(root.local)),
        None => match namespace {
            Some(namespace) => format!("the root is in the namespace {}", quoted(namespace)),
            None => "the root has no namespace".to_owned(),
        },
    };
    let message = format!("{what}; it must be QTI 3.0: <{expected} xmlns=\"{QTI_3}\">");
    Err(reader.error(root.offset, XmlErrorKind::UnexpectedRoot, message))
}

/// Which older format the root is of, told from its namespace and else from its name.
fn version(local: &str, namespace: Option<&str>) -> Option<&'static str> {
    let namespace = namespace.unwrap_or_default();
    let names = |version: &str| namespace.contains("qti") && namespace.contains(version);
    if names("v1p") || local == "questestinterop" {
        Some("QTI 1.x")
    } else if names("v2p") || matches!(local, "assessmentItem" | "assessmentTest") {
        Some("QTI 2.x")
    } else if local == "manifest" {
        Some("the manifest of a content package")
    } else {
        None
    }
}

/// Refuses a declared encoding that the text, which is sent as UTF-8, does not have. Where all of the text is ASCII, most
/// encodings say the same, and documents stored long ago stay editable.
fn check_encoding(reader: &Reader<'_>) -> Result<(), XmlError> {
    let Some((offset, encoding)) = &reader.encoding else {
        return Ok(());
    };
    let name = encoding.to_ascii_uppercase();
    let is_utf_8 = matches!(name.as_str(), "UTF-8" | "UTF8");
    let is_wide = ["UTF-", "UTF16", "UTF32", "UCS-", "ISO-10646-", "UNICODE"]
        .iter()
        .any(|wide| name.starts_with(wide));
    if is_utf_8 || !(is_wide || name.starts_with("EBCDIC") || !reader.text().is_ascii()) {
        return Ok(());
    }
    let message = format!(
        "the declared encoding is {}, but the document is sent as UTF-8: write encoding=\"UTF-8\", or leave it out",
        quoted(encoding)
    );
    Err(reader.malformed(*offset, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "qti-assessment-item";

    #[track_caller]
    fn refusal(xml: &str) -> String {
        check_qti_3(ITEM, xml).unwrap_err().to_string()
    }

    fn item(prolog: &str, text: &str) -> String {
        format!("{prolog}<{ITEM} xmlns='{QTI_3}' identifier='i'>{text}</{ITEM}>")
    }

    #[test]
    fn a_qti_3_document_is_accepted_under_any_prefix() {
        let prefixed = format!("<!-- c -->\n<q:{ITEM} xmlns:q='{QTI_3}' identifier='&lt;1'/>");
        assert_eq!(check_qti_3(ITEM, &prefixed), Ok(Some("<1".into())));
        assert_eq!(check_qti_3(ITEM, &item("", "é")), Ok(Some("i".into())));
        let nameless = format!("<{ITEM} xmlns='{QTI_3}' xmlns:o='urn:o' o:identifier='i'/>");
        assert_eq!(check_qti_3(ITEM, &nameless), Ok(None));
    }

    #[test]
    fn older_qti_is_refused_with_what_it_is_and_what_it_must_be() {
        for (xml, what) in [
            ("<assessmentItem identifier='i'/>", "QTI 2.x"),
            (
                "<assessmentItem xmlns='http://www.imsglobal.org/xsd/imsqti_v2p1'/>",
                "QTI 2.x",
            ),
            (
                "<q:assessmentTest xmlns:q='http://www.imsglobal.org/xsd/imsqti_v2p2'/>",
                "QTI 2.x",
            ),
            (
                "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqti_v2p2'/>",
                "QTI 2.x",
            ),
            (
                "<questestinterop><item ident='i'/></questestinterop>",
                "QTI 1.x",
            ),
            (
                "<questestinterop xmlns='http://www.imsglobal.org/xsd/ims_qtiasiv1p2'/>",
                "QTI 1.x",
            ),
            (
                "<manifest xmlns='http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1'/>",
                "manifest",
            ),
        ] {
            let message = refusal(xml);
            assert!(message.contains(what), "{message}");
            assert!(
                message.contains(&format!("<{ITEM} xmlns=\"{QTI_3}\">")),
                "{message}"
            );
            assert!(message.starts_with("line 1, column 1: "), "{message}");
        }
    }

    #[test]
    fn another_root_and_a_missing_or_wrong_namespace_are_refused_by_name() {
        let test = format!("<qti-assessment-test xmlns='{QTI_3}' identifier='t'/>");
        assert!(refusal(&test).contains("the root is \"qti-assessment-test\""));
        assert!(refusal("<div/>").contains("the root is \"div\""));
        assert!(refusal("<qti-assessment-item/>").contains("the root has no namespace"));
        let https = format!("<{ITEM} xmlns='{}'/>", QTI_3.replace("http:", "https:"));
        assert!(refusal(&https).contains("in the namespace \"https:"));
    }

    #[test]
    fn a_declared_encoding_is_refused_where_the_text_is_not_in_it() {
        let declared = |encoding: &str, text: &str| {
            let prolog = format!("<?xml version='1.0' encoding='{encoding}'?>");
            check_qti_3(ITEM, &item(&prolog, text)).map_err(|error| error.to_string())
        };
        for encoding in ["UTF-8", "utf-8", "utf8"] {
            assert_eq!(declared(encoding, "é"), Ok(Some("i".into())));
        }
        for encoding in ["ISO-8859-1", "windows-1252", "us-ascii"] {
            assert_eq!(declared(encoding, "e"), Ok(Some("i".into())), "{encoding}");
            let message = declared(encoding, "é").unwrap_err();
            assert!(
                message.contains(encoding) && message.contains("encoding=\"UTF-8\""),
                "{message}"
            );
        }
        for encoding in ["UTF-16", "utf-16le", "UTF-32", "ISO-10646-UCS-2"] {
            assert!(declared(encoding, "e").is_err(), "{encoding}");
        }
    }
}
