//! `imsmanifest.xml`: the resources of a package, their files, and what depends on what.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use timeback_qti::xml::Element;

use super::name::Lead;
use super::{name, resource_type};
use crate::error::PackageProblem;

const NAMESPACE: &str = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1";

/// What a manifest says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Manifest {
    pub(super) identifier: String,
    /// The content of its `metadata` but for schema and version, as XML.
    pub(super) metadata: Option<String>,
    pub(super) resources: Vec<Resource>,
    /// Files that it tells of and that are not there, each with the resource that has it.
    pub(super) missing: Vec<String>,
}

/// A resource; all names are those of files of the package.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Resource {
    pub(super) identifier: String,
    pub(super) of_type: String,
    pub(super) href: Option<String>,
    /// An address of the web in place of a file.
    pub(super) web: Option<String>,
    /// Its other files.
    pub(super) files: Vec<String>,
    /// Identifiers of other resources.
    pub(super) dependencies: Vec<String>,
    /// The content of its `metadata`, as XML.
    pub(super) metadata: Option<String>,
}

fn children<'e>(of: &'e Element, name: &'static str) -> impl Iterator<Item = Element> + 'e {
    of.children().filter(move |child| child.name() == name)
}

fn attribute(of: &Element, name: &str) -> String {
    of.attribute(name).unwrap_or_default().trim().to_owned()
}

impl Manifest {
    /// Reads a manifest; `find` gives the file of the package that an address leads to from a folder.
    pub(super) fn parse<'p>(
        xml: &str,
        find: impl Fn(&str, &str) -> Option<&'p str>,
    ) -> Result<Self, PackageProblem> {
        let wrong = |problem: String| PackageProblem::Manifest(problem);
        let root = Element::parse(xml).map_err(|problem| wrong(problem.to_string()))?;
        if root.name() != "manifest" {
            return Err(wrong(format!(
                "the root is {:?}, not \"manifest\"",
                root.name()
            )));
        }
        if children(&root, "manifest").next().is_some() {
            return Err(wrong(
                "it has manifests within, which are not read".to_owned(),
            ));
        }
        let metadata = children(&root, "metadata").next();
        let said = |name: &'static str| {
            let found = metadata
                .as_ref()
                .and_then(|metadata| children(metadata, name).next());
            found.map(|found| found.text()).unwrap_or_default()
        };
        if let Some(format) = resource_type::other_schema(&said("schema"), &said("schemaversion")) {
            return Err(PackageProblem::OtherFormat(format.to_owned()));
        }
        let mut manifest = Self {
            identifier: attribute(&root, "identifier"),
            metadata: metadata.as_ref().and_then(kept),
            ..Self::default()
        };
        for resources in children(&root, "resources") {
            let base = [
                attribute(&root, "xml:base"),
                attribute(&resources, "xml:base"),
            ];
            for resource in children(&resources, "resource") {
                let missing = &mut manifest.missing;
                let resource = Resource::read(&resource, &base, &find, missing)?;
                manifest.resources.push(resource);
            }
        }
        Ok(manifest)
    }

    /// The manifest as XML.
    pub(super) fn render(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = writer.create_element("manifest").with_attributes([
            ("xmlns", NAMESPACE),
            ("identifier", self.identifier.as_str()),
        ]);
        root.write_inner_content(|writer| {
            writer
                .create_element("metadata")
                .write_inner_content(|writer| {
                    let text = |writer: &mut Writer<_>, name: &str, text: &str| {
                        let element = writer.create_element(name);
                        element.write_text_content(BytesText::new(text)).map(drop)
                    };
                    text(writer, "schema", "QTI Package")?;
                    text(writer, "schemaversion", "3.0.0")?;
                    raw(writer, self.metadata.as_deref())
                })?;
            writer.create_element("organizations").write_empty()?;
            writer
                .create_element("resources")
                .write_inner_content(|writer| {
                    self.resources
                        .iter()
                        .try_for_each(|resource| resource.write(writer))
                })?;
            Ok(())
        })?;
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The content of a manifest's metadata, without schema and version.
fn kept(metadata: &Element) -> Option<String> {
    let is_ours = |child: &Element| matches!(child.name(), "schema" | "schemaversion");
    let others = metadata.children().filter(|child| !is_ours(child));
    let xml: String = others.map(|child| child.xml()).collect();
    (!xml.is_empty()).then_some(xml)
}

fn raw(writer: &mut Writer<Vec<u8>>, xml: Option<&str>) -> std::io::Result<()> {
    match xml {
        Some(xml) => writer.write_event(Event::Text(BytesText::from_escaped(xml))),
        None => Ok(()),
    }
}

impl Resource {
    fn read<'p>(
        resource: &Element,
        base: &[String],
        find: impl Fn(&str, &str) -> Option<&'p str>,
        missing: &mut Vec<String>,
    ) -> Result<Self, PackageProblem> {
        let identifier = attribute(resource, "identifier");
        let of_type = attribute(resource, "type");
        if let Some(format) = resource_type::other_format(&of_type) {
            return Err(PackageProblem::OtherFormat(format.to_owned()));
        }
        let own = attribute(resource, "xml:base");
        let folder = base
            .iter()
            .chain([&own])
            .fold(String::new(), |folder, base| {
                // A base is a folder, whether it ends in a `/` or not.
                match name::resolve(&folder, base.trim_end_matches('/')) {
                    Some(inside) if !base.is_empty() => inside + "/",
                    _ => folder,
                }
            });
        let mut found = |address: &str| {
            let known = find(&folder, address);
            if known.is_none() {
                let problem = match name::lead(&folder, address) {
                    Lead::Name(name) => format!("{name:?}, which is not in the package"),
                    Lead::Elsewhere => {
                        format!("{address:?}, which leads to no file of the package")
                    }
                    Lead::Out => {
                        return Err(PackageProblem::Manifest(format!(
                            "resource {identifier:?}: {address:?} leads out of the package"
                        )));
                    }
                };
                missing.push(format!("resource {identifier:?} has the file {problem}"));
            }
            Ok(known.map(str::to_owned))
        };
        let address = resource.attribute("href").map(str::trim);
        let kind = resource_type::kind(&of_type);
        let (web, address) = match address {
            Some(web) if kind.is_none() && name::leads_to_the_web(web) => (Some(web), None),
            address => (None, address),
        };
        let href = address.map(&mut found).transpose()?.flatten();
        let mut files = Vec::new();
        for file in children(resource, "file") {
            let file = file.attribute("href").map(str::trim).unwrap_or_default();
            // The resource's own file is told once.
            if [address, web].contains(&Some(file)) {
                continue;
            }
            if let Some(file) = found(file)?
                && Some(&file) != href.as_ref()
                && !files.contains(&file)
            {
                files.push(file);
            }
        }
        if address.is_none()
            && let Some(kind) = kind
        {
            missing.push(format!(
                "resource {identifier:?}, of the type of a {kind}, has no href"
            ));
        }
        let dependencies = children(resource, "dependency")
            .map(|dependency| attribute(&dependency, "identifierref"))
            .collect();
        let metadata = children(resource, "metadata").next();
        let metadata =
            metadata.map(|metadata| metadata.children().map(|child| child.xml()).collect());
        Ok(Self {
            identifier,
            of_type,
            href,
            web: web.map(str::to_owned),
            files,
            dependencies,
            metadata: metadata.filter(|xml: &String| !xml.is_empty()),
        })
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let href = self.href.as_deref().map(name::address);
        let element = writer
            .create_element("resource")
            .with_attribute(("identifier", self.identifier.as_str()))
            .with_attribute(("type", self.of_type.as_str()));
        let element = match href.as_ref().or(self.web.as_ref()) {
            Some(address) => element.with_attribute(("href", address.as_str())),
            None => element,
        };
        element.write_inner_content(|writer| {
            if self.metadata.is_some() {
                let metadata = writer.create_element("metadata");
                metadata.write_inner_content(|writer| raw(writer, self.metadata.as_deref()))?;
            }
            let files = self.files.iter().map(|file| name::address(file));
            for file in href.iter().cloned().chain(files) {
                let file = ("href", file.as_str());
                writer
                    .create_element("file")
                    .with_attribute(file)
                    .write_empty()?;
            }
            for dependency in &self.dependencies {
                let dependency = ("identifierref", dependency.as_str());
                writer
                    .create_element("dependency")
                    .with_attribute(dependency)
                    .write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    }
}
