//! Checks of what may stand around a root element: processing instructions, the XML declaration, the DOCTYPE.

use quick_xml::events::attributes::Attributes;

use super::lexical::{is_nc_name, is_white_space, split_name};
use super::reader::Reader;
use super::token::Form;
use crate::error::{XmlError, quoted};

impl<'a> Reader<'a> {
    pub(crate) fn check_instruction(&self, offset: usize, target: &str) -> Result<(), XmlError> {
        if target.eq_ignore_ascii_case("xml") || !matches!(split_name(target), Some((None, _))) {
            return Err(self.malformed(
                offset,
                format!("{} cannot name a processing instruction", quoted(target)),
            ));
        }
        Ok(())
    }

    pub(crate) fn check_declaration(&mut self, start: usize, raw: &'a str) -> Result<(), XmlError> {
        if start != 0 || self.form == Form::Fragment {
            let is_indented =
                self.form == Form::Document && self.text()[..start].chars().all(is_white_space);
            let message = if is_indented {
                "white space stands before the XML declaration, which can stand only at the very start: remove it"
            } else {
                "an XML declaration can stand only at the start of a document"
            };
            return Err(self.malformed(start, message.into()));
        }
        let content = &raw[2..raw.len() - 2];
        let mut allowed = ["version", "encoding", "standalone"].into_iter();
        let mut first = true;
        for attribute in Attributes::new(content, "xml".len()) {
            let attribute = attribute.map_err(|error| self.attribute_error(start + 1, error))?;
            let (name, value) = (attribute.key.into_inner(), &*attribute.value);
            self.check_separated(self.offset_of(name))?;
            let is_known = allowed.any(|known| known == name) && (!first || name == "version");
            let is_valid = match name {
                "version" => value.strip_prefix("1.").is_some_and(|minor| {
                    !minor.is_empty() && minor.bytes().all(|digit| digit.is_ascii_digit())
                }),
                "encoding" => value.is_ascii() && is_nc_name(value),
                _ => matches!(value, "yes" | "no"),
            };
            if !is_known || !is_valid {
                let message =
                    "an XML declaration has version (1.0), encoding and standalone, in this order";
                return Err(self.malformed(self.offset_of(name), message.into()));
            }
            if name == "encoding" {
                self.encoding = Some((self.offset_of(name), value.to_owned()));
            }
            first = false;
        }
        if first {
            return Err(self.malformed(start, "the XML declaration has no version".into()));
        }
        Ok(())
    }

    /// The internal subset is passed over unread: what it declares is never used.
    pub(crate) fn check_doctype(&mut self, start: usize, raw: &str) -> Result<(), XmlError> {
        if self.form == Form::Fragment
            || self.seen_root
            || self.seen_doctype
            || !raw.starts_with("<!DOCTYPE")
        {
            return Err(self.malformed(
                start,
                "a DOCTYPE can stand only once, before the root element of a document".into(),
            ));
        }
        self.seen_doctype = true;
        Ok(())
    }
}
