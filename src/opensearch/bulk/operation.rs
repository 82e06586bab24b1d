use std::sync::Arc;
use std::{fmt, io};

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::action::Action;
use super::meta::Meta;
use crate::opensearch::error::Error;
use crate::opensearch::wire::VersionType;

/// One operation on a document: for a [`Bulk`](super::Bulk), or for the
/// [ingest engine](crate::ingest).
///
/// The document is any [`Serialize`] type `D`, by value or by reference, or JSON in bytes. A
/// [`Bulk`](super::Bulk) keeps documents as JSON; cloning such an operation shares the JSON.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::bulk::Operation;
///
/// let movie = json!({"title": "Alien"});
/// let operations = [
///     Operation::index(&movie).id("1").routing("horror"),
///     Operation::update("2", &movie).doc_as_upsert(true),
///     Operation::delete("3").cast(),
/// ];
/// let from_a_file = Operation::index_json(&br#"{"title": "Heat"}"#[..]).in_index("films");
/// assert_eq!(from_a_file.index_name(), Some("films"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Operation<D = Json> {
    action: Action,
    pub(super) meta: Meta,
    source: Source<D>,
}

/// The type parameter of an [`Operation`] whose documents are JSON already. It has no values.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

/// The second line of an operation.
#[derive(Clone)]
enum Source<D> {
    None,
    Document(Part<D>),
    Update {
        change: Change<D>,
        upsert: Option<Part<D>>,
        parts: Parts,
    },
}

/// The parts of an update that do not depend on the type of the documents.
#[derive(Clone, Default)]
struct Parts {
    doc_as_upsert: bool,
    /// The parts that few updates have.
    other: Option<Box<Map<String, Value>>>,
}

#[derive(Clone)]
enum Change<D> {
    Doc(Part<D>),
    Script(Line),
}

#[derive(Clone)]
enum Part<D> {
    Value(D),
    Json(Line),
}

/// JSON on one line, or the error of serialising, which is reported when the operation is written.
type Line = Result<Bytes, Arc<serde_json::Error>>;

impl<D: Serialize> Operation<D> {
    /// Stores a document, in place of the one with the same id if there is one.
    pub fn index(document: D) -> Self {
        Self::new(Action::Index, Source::Document(Part::Value(document)))
    }

    /// Stores a document, unless there is one with the same id.
    pub fn create(document: D) -> Self {
        Self::new(Action::Create, Source::Document(Part::Value(document)))
    }

    /// Merges the fields of `doc` into the document `id`.
    pub fn update(id: impl Into<String>, doc: D) -> Self {
        Self::changing(id.into(), Change::Doc(Part::Value(doc)))
    }

    /// For an update: stores this document if there is none yet. Other operations ignore it.
    pub fn upsert(mut self, document: D) -> Self {
        if let Source::Update { upsert, .. } = &mut self.source {
            *upsert = Some(Part::Value(document));
        }
        self
    }

    /// The same operation with references to its documents.
    pub(crate) fn by_ref(&self) -> Operation<&D> {
        let source = match &self.source {
            Source::None => Source::None,
            Source::Document(document) => Source::Document(document.by_ref()),
            Source::Update {
                change,
                upsert,
                parts,
            } => Source::Update {
                change: match change {
                    Change::Doc(doc) => Change::Doc(doc.by_ref()),
                    Change::Script(script) => Change::Script(script.clone()),
                },
                upsert: upsert.as_ref().map(Part::by_ref),
                parts: parts.clone(),
            },
        };
        Operation {
            action: self.action,
            meta: self.meta.clone(),
            source,
        }
    }

    /// Returns the same operation with its documents serialised to JSON.
    ///
    /// If a document cannot be serialised, the operation keeps the error, and sending it fails with
    /// this error.
    pub fn into_json(self) -> Operation {
        let source = match self.source {
            Source::None => Source::None,
            Source::Document(document) => Source::Document(document.into_json()),
            Source::Update {
                change,
                upsert,
                parts,
            } => Source::Update {
                change: match change {
                    Change::Doc(doc) => Change::Doc(doc.into_json()),
                    Change::Script(script) => Change::Script(script),
                },
                upsert: upsert.map(Part::into_json),
                parts,
            },
        };
        Operation {
            action: self.action,
            meta: self.meta,
            source,
        }
    }

    /// Appends its second line without the newline. On an error, part of it may be written.
    pub(crate) fn write_source(&self, line: &mut Vec<u8>) -> Result<(), Arc<serde_json::Error>> {
        match &self.source {
            Source::None => {}
            Source::Document(document) => document.write(line)?,
            Source::Update {
                change,
                upsert,
                parts,
            } => {
                match change {
                    Change::Doc(doc) => {
                        line.extend_from_slice(b"{\"doc\":");
                        doc.write(line)?;
                    }
                    Change::Script(script) => {
                        line.extend_from_slice(b"{\"script\":");
                        line.extend_from_slice(script.as_ref().map_err(Arc::clone)?);
                    }
                }
                if parts.doc_as_upsert {
                    line.extend_from_slice(b",\"doc_as_upsert\":true");
                }
                if let Some(upsert) = upsert {
                    line.extend_from_slice(b",\"upsert\":");
                    upsert.write(line)?;
                }
                if let Some(other) = &parts.other {
                    // A map in JSON begins with a brace, where the separator belongs.
                    let start = line.len();
                    serde_json::to_writer(&mut *line, other)?;
                    line[start] = b',';
                } else {
                    line.push(b'}');
                }
            }
        }
        Ok(())
    }
}

impl Operation {
    /// Changes the document `id` by a script.
    pub fn script(id: impl Into<String>, script: Value) -> Self {
        Self::changing(id.into(), Change::Script(one_line(&script)))
    }

    /// Deletes the document `id`.
    pub fn delete(id: impl Into<String>) -> Self {
        Self::new(Action::Delete, Source::None).id(id)
    }

    /// As [`index`](Self::index), with a document that is JSON already.
    pub fn index_json(document: impl Into<Bytes>) -> Self {
        let document = Part::Json(on_one_line(document.into()));
        Self::new(Action::Index, Source::Document(document))
    }

    /// As [`create`](Self::create), with a document that is JSON already.
    pub fn create_json(document: impl Into<Bytes>) -> Self {
        let document = Part::Json(on_one_line(document.into()));
        Self::new(Action::Create, Source::Document(document))
    }

    /// As [`update`](Self::update), with fields that are JSON already.
    pub fn update_json(id: impl Into<String>, doc: impl Into<Bytes>) -> Self {
        let doc = Part::Json(on_one_line(doc.into()));
        Self::changing(id.into(), Change::Doc(doc))
    }

    /// Returns the same operation with another type of documents, so that a list can hold both.
    pub fn cast<D>(self) -> Operation<D> {
        let cast = |part| match part {
            Part::Value(json) => match json {},
            Part::Json(line) => Part::Json(line),
        };
        let source = match self.source {
            Source::None => Source::None,
            Source::Document(document) => Source::Document(cast(document)),
            Source::Update {
                change,
                upsert,
                parts,
            } => Source::Update {
                change: match change {
                    Change::Doc(doc) => Change::Doc(cast(doc)),
                    Change::Script(script) => Change::Script(script),
                },
                upsert: upsert.map(cast),
                parts,
            },
        };
        Operation {
            action: self.action,
            meta: self.meta,
            source,
        }
    }

    /// The document, the partial document or the script, as JSON on one line.
    pub fn source(&self) -> Option<&Bytes> {
        let part = match &self.source {
            Source::None => return None,
            Source::Document(part)
            | Source::Update {
                change: Change::Doc(part),
                ..
            } => part,
            Source::Update {
                change: Change::Script(script),
                ..
            } => return script.as_ref().ok(),
        };
        match part {
            Part::Value(json) => match *json {},
            Part::Json(line) => line.as_ref().ok(),
        }
    }

    /// Reads the operation back from its lines, as [`write`](Self::write) wrote them.
    pub(crate) fn from_lines(action: Action, meta: Meta, source: &[u8]) -> Self {
        let copy = |raw: &RawValue| Ok(Bytes::copy_from_slice(raw.get().as_bytes()));
        let source = match action {
            Action::Delete => Source::None,
            Action::Update => {
                let mut line: UpdateLine<'_> = serde_json::from_slice(source).unwrap_or_default();
                let change = match (line.doc, line.script) {
                    (None, Some(script)) => Change::Script(copy(script)),
                    (Some(doc), script) => {
                        let script = script.and_then(|json| serde_json::from_str(json.get()).ok());
                        line.other
                            .extend(script.map(|json| ("script".to_owned(), json)));
                        Change::Doc(Part::Json(copy(doc)))
                    }
                    // The caller's bytes are not JSON. They are returned unchanged.
                    (None, None) => Change::Doc(Part::Json(Ok(doc_of(source)))),
                };
                Source::Update {
                    change,
                    upsert: line.upsert.map(|upsert| Part::Json(copy(upsert))),
                    parts: Parts {
                        doc_as_upsert: line.doc_as_upsert,
                        other: (!line.other.is_empty()).then(|| Box::new(line.other)),
                    },
                }
            }
            _ => Source::Document(Part::Json(Ok(Bytes::copy_from_slice(source)))),
        };
        Self {
            action,
            meta,
            source,
        }
    }

    pub(super) fn document(action: Action, document: &impl Serialize) -> Self {
        Self::new(action, Source::Document(Part::Json(one_line(document))))
    }

    pub(super) fn partial(id: String, doc: &impl Serialize) -> Self {
        Self::changing(id, Change::Doc(Part::Json(one_line(doc))))
    }

    /// As [`upsert`](Self::upsert), with a document of any type.
    pub(super) fn upsert_any(mut self, document: &impl Serialize) -> Self {
        if let Source::Update { upsert, .. } = &mut self.source {
            *upsert = Some(Part::Json(one_line(document)));
        }
        self
    }

    /// Appends its lines, each of which ends in a newline.
    pub(super) fn write(&self, position: usize, lines: &mut Vec<u8>) -> Result<(), Error> {
        self.check().map_err(|error| {
            Error::invalid(format!("bulk operation {position} is invalid")).with_source(error)
        })?;
        self.meta.write(self.action, lines);
        self.write_source(lines).map_err(|error| {
            Error::invalid(format!(
                "document of bulk operation {position} cannot be serialised"
            ))
            .with_source(error)
        })?;
        if self.action != Action::Delete {
            lines.push(b'\n');
        }
        Ok(())
    }
}

impl<D> Operation<D> {
    /// Sets the document's id. Without an id, the server or the ingest engine generates one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.meta.id = Some(id.into());
        self
    }

    /// Sets the document's index, which replaces the index of the bulk or the engine.
    pub fn in_index(mut self, index: impl Into<String>) -> Self {
        self.meta.index = Some(index.into());
        self
    }

    /// Goes to the shard of this routing value instead of the shard of the id.
    pub fn routing(mut self, routing: impl Into<String>) -> Self {
        self.meta.more().routing = Some(routing.into());
        self
    }

    /// Sets the ingest pipeline that the document passes first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.meta.more().pipeline = Some(pipeline.into());
        self
    }

    /// Only if the document's last change has this sequence number; goes with
    /// [`if_primary_term`](Self::if_primary_term).
    pub fn if_seq_no(mut self, seq_no: i64) -> Self {
        self.meta.more().if_seq_no = Some(seq_no);
        self
    }

    /// Only if the document's last change is of this primary term; goes with
    /// [`if_seq_no`](Self::if_seq_no).
    pub fn if_primary_term(mut self, primary_term: i64) -> Self {
        self.meta.more().if_primary_term = Some(primary_term);
        self
    }

    /// Gives the document this version, if that is higher than the version it has.
    pub fn version(mut self, version: i64, version_type: VersionType) -> Self {
        self.meta.more().version = Some(version);
        self.meta.more().version_type = Some(version_type.to_string());
        self
    }

    /// Sets whether the operation is rejected unless its index is an alias.
    pub fn require_alias(mut self, require_alias: bool) -> Self {
        self.meta.more().require_alias = Some(require_alias);
        self
    }

    /// Sets a parameter in the first line that has no method here, by its name in the reference.
    pub fn meta_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        let (name, json) = (name.into(), json.into());
        if self.action == Action::Index && name == "op_type" && json == "create" {
            // The response of the server names the action `create`.
            self.action = Action::Create;
        } else {
            self.meta.set(name, json);
        }
        self
    }

    /// For an update: sets whether to store the partial document itself if there is no document yet.
    /// Other operations ignore it.
    pub fn doc_as_upsert(self, doc_as_upsert: bool) -> Self {
        self.body_param("doc_as_upsert", doc_as_upsert)
    }

    /// For an update: sets a part that has no method here, by its name in the reference:
    /// `detect_noop`, `scripted_upsert`, `_source` and so on. Other operations ignore it.
    pub fn body_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        let (name, json) = (name.into(), json.into());
        if let Source::Update {
            change,
            upsert,
            parts,
        } = &mut self.source
        {
            match (&*name, change, &json) {
                ("doc", Change::Doc(doc), _) => *doc = Part::Json(one_line(&json)),
                ("script", Change::Script(script), _) => *script = one_line(&json),
                ("upsert", ..) => *upsert = Some(Part::Json(one_line(&json))),
                ("doc_as_upsert", _, Value::Bool(flag)) => parts.doc_as_upsert = *flag,
                _ => drop(parts.other.get_or_insert_default().insert(name, json)),
            }
        }
        self
    }

    /// For an update: how often the server retries if the document changes at the same time.
    pub fn retry_on_conflict(mut self, times: u32) -> Self {
        self.meta.more().retry_on_conflict = Some(times);
        self
    }

    /// What the operation does.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The index, if the operation has one of its own.
    pub fn index_name(&self) -> Option<&str> {
        self.meta.index.as_deref()
    }

    /// The document's id, if it has one.
    pub fn document_id(&self) -> Option<&str> {
        self.meta.id.as_deref()
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Whether the change depends on the document's content, so that applying it twice differs from once.
    pub(crate) fn builds_on_itself(&self) -> bool {
        match &self.source {
            // The second time, the update would find the inserted document and change it.
            Source::Update {
                change,
                upsert,
                parts,
            } => {
                let mut others = parts.other.iter().flat_map(|other| other.keys());
                matches!(change, Change::Script(_))
                    || upsert.is_some()
                    || others.any(|name| !REPEATABLE.contains(&&**name))
            }
            _ => false,
        }
    }

    /// Whether applying the operation twice has the same effect and response as once. This is not so if
    /// an id is generated, if the document must be new or unchanged, or if the change depends on the
    /// document's content.
    pub(super) fn is_repeatable(&self) -> bool {
        let is_conditional = self.action == Action::Create || self.meta.is_conditional();
        self.meta.id.is_some() && !is_conditional && !self.builds_on_itself()
    }

    /// Whether it stores a new document under an id of the caller.
    pub(crate) fn names_its_document(&self) -> bool {
        matches!(self.action, Action::Index | Action::Create) && self.meta.id.is_some()
    }

    /// Checks the id and the index name.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.meta.check()
    }

    fn new(action: Action, source: Source<D>) -> Self {
        Self {
            action,
            meta: Meta::default(),
            source,
        }
    }

    fn changing(id: String, change: Change<D>) -> Self {
        let source = Source::Update {
            change,
            upsert: None,
            parts: Parts::default(),
        };
        Self::new(Action::Update, source).id(id)
    }
}

impl<D: Serialize> Part<D> {
    fn into_json(self) -> Part<Json> {
        Part::Json(match self {
            Self::Value(value) => one_line(&value),
            Self::Json(line) => line,
        })
    }

    fn by_ref(&self) -> Part<&D> {
        match self {
            Self::Value(value) => Part::Value(value),
            Self::Json(line) => Part::Json(line.clone()),
        }
    }

    fn write(&self, line: &mut Vec<u8>) -> Result<(), Arc<serde_json::Error>> {
        match self {
            Self::Value(value) => {
                write_one_line(value, line)?;
            }
            Self::Json(json) => line.extend_from_slice(json.as_ref().map_err(Arc::clone)?),
        }
        Ok(())
    }
}

/// Shows no document.
impl<D> fmt::Debug for Operation<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("action", &self.action)
            .field("index", &self.meta.index)
            .field("id", &self.meta.id)
            .finish_non_exhaustive()
    }
}

#[derive(Default, serde::Deserialize)]
struct UpdateLine<'a> {
    #[serde(borrow)]
    doc: Option<&'a RawValue>,
    #[serde(borrow)]
    script: Option<&'a RawValue>,
    #[serde(borrow)]
    upsert: Option<&'a RawValue>,
    #[serde(default)]
    doc_as_upsert: bool,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// The text after `{"doc":` and before the last brace.
fn doc_of(line: &[u8]) -> Bytes {
    let doc = line.strip_prefix(b"{\"doc\":").unwrap_or(line);
    Bytes::copy_from_slice(doc.strip_suffix(b"}").unwrap_or(doc))
}

fn one_line(value: &impl Serialize) -> Line {
    let mut json = Vec::new();
    write_one_line(value, &mut json)?;
    Ok(json.into())
}

/// Serialises to one line.
fn write_one_line(value: &impl Serialize, line: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    value.serialize(&mut serde_json::Serializer::with_formatter(line, OneLine))
}

/// Compact JSON. Only [`RawValue`] may have line breaks, between its tokens.
struct OneLine;

impl Formatter for OneLine {
    fn write_raw_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if !has_line_break(fragment.as_bytes()) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut json = fragment.as_bytes().to_vec();
        blank_line_breaks(&mut json);
        writer.write_all(&json)
    }
}

/// Checks that the document is not empty, because an empty line would break the request. The server
/// checks that it is JSON.
fn on_one_line(json: Bytes) -> Line {
    if json.trim_ascii().is_empty() {
        serde_json::from_slice::<IgnoredAny>(&json)?;
    }
    if !has_line_break(&json) {
        return Ok(json);
    }
    let mut json = Vec::from(json);
    blank_line_breaks(&mut json);
    Ok(json.into())
}

fn blank_line_breaks(json: &mut [u8]) {
    for byte in json {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

fn has_line_break(json: &[u8]) -> bool {
    json.contains(&b'\n') || json.contains(&b'\r')
}

/// The parts of an update that do not depend on the document's content.
const REPEATABLE: [&str; 2] = ["_source", "detect_noop"];
