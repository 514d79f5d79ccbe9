//! The root element of a QTI document: its namespace and its schema.

use super::xml::Element;

/// The namespace of QTI 3.
pub(crate) const NAMESPACE: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

const SCHEMAS: &str = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/";

/// A root element with the declarations that the service writes.
pub(super) fn document(name: &str) -> Element {
    let schema = match name {
        "qti-assessment-stimulus" => "imsqti_stimulusv3p0p1_v1p0.xsd",
        _ => "imsqti_asiv3p0_v1p0.xsd",
    };
    Element::new(name)
        .with("xmlns", NAMESPACE)
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .with(
            "xsi:schemaLocation",
            format!("{NAMESPACE} {SCHEMAS}{schema}"),
        )
}
