//! What a request asks for, read once from its path or stated by the call that made it.

use http::{Extensions, Uri};

/// What a request asks for.
///
/// Spans, metrics and retries all ask this type; no other file reads a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind<'a> {
    /// The API, as `_search` or `_cluster`; empty for the root and for an index itself.
    pub(crate) family: &'a str,
    /// The segment after the family: `health`, `scroll`, or a document's id.
    pub(crate) detail: Option<&'a str>,
    /// The index, the alias, or the list of them.
    pub(crate) index: Option<&'a str>,
    /// How many segments follow the detail.
    pub(crate) more: usize,
}

/// What a typed call states of itself, in the extensions of its request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stated {
    /// The words of the route, as `_cluster/health`.
    pub(crate) words: &'static str,
    /// Whether an index stands before the words.
    pub(crate) has_index: bool,
}

/// In a request's extensions: how many operations the request has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchSize(pub(crate) usize);

impl<'a> Kind<'a> {
    /// What a request asks for: what its call states, or else what its path means.
    pub(crate) fn of(uri: &'a Uri, extensions: &Extensions) -> Self {
        Self::of_call(extensions.get().copied(), uri.path())
    }

    /// What a call asks for that states this of itself, or nothing.
    pub(crate) fn of_call(stated: Option<Stated>, path: &'a str) -> Self {
        match stated {
            Some(stated) => Self::stated(stated, path),
            None => Self::of_path(path),
        }
    }

    /// What a path means.
    pub(crate) fn of_path(path: &'a str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let has_index = segments
            .clone()
            .next()
            .is_some_and(|first| !first.starts_with('_') || first == "_all");
        Self::of_segments(segments, has_index)
    }

    /// Whether the request is for the document of one id.
    pub(crate) fn is_document(&self) -> bool {
        let is_family = matches!(self.family, "_doc" | "_create" | "_update");
        is_family && self.index.is_some() && self.detail.is_some() && self.more == 0
    }

    /// A name with few values: `search`, `bulk`, `cluster.health`; it contains no index and no id.
    pub(crate) fn operation(&self) -> String {
        let Some(family) = self.family.strip_prefix('_') else {
            let is_root = self.index.is_none();
            return if is_root { "info" } else { "index" }.to_owned();
        };
        if !is_name(family) {
            return "_OTHER".to_owned();
        }
        let has_details = matches!(family, "cat" | "cluster" | "nodes" | "search" | "msearch");
        match self.detail.filter(|detail| has_details && is_name(detail)) {
            Some(detail) => format!("{family}.{detail}"),
            None => family.to_owned(),
        }
    }

    /// Whether the request searches, so that its body or its `q` is the text of a query.
    pub(crate) fn is_search(&self) -> bool {
        let detail = self.detail.unwrap_or_default();
        match self.family {
            "_search" | "_msearch" => matches!(detail, "" | "template"),
            "_count" | "_explain" | "_delete_by_query" | "_update_by_query" => true,
            _ => false,
        }
    }

    fn stated(stated: Stated, path: &'a str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let kind = Self::of_segments(segments, stated.has_index);
        // An index that has the name of an API cannot change what the call states.
        let family = stated.words.split('/').next().unwrap_or_default();
        Self { family, ..kind }
    }

    fn of_segments(mut segments: impl Iterator<Item = &'a str> + Clone, has_index: bool) -> Self {
        let index = if has_index { segments.next() } else { None };
        let is_family = segments
            .clone()
            .next()
            .is_some_and(|segment| segment.starts_with('_'));
        Self {
            family: if is_family {
                segments.next().unwrap_or_default()
            } else {
                ""
            },
            detail: segments.next(),
            index,
            more: segments.count(),
        }
    }
}

/// Whether the server may have chosen this name, rather than a caller.
fn is_name(segment: &str) -> bool {
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    segment.len() <= LONGEST_NAME && segment.bytes().all(is_lower)
}

const LONGEST_NAME: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_few_names_and_contains_neither_index_nor_id() {
        for (path, name, index) in [
            ("/", "info", None),
            ("/_cluster/health", "cluster.health", None),
            ("/_cluster/health/movies", "cluster.health", None),
            ("/movies", "index", Some("movies")),
            ("/movies/_doc/_search", "doc", Some("movies")),
            ("/movies/_search", "search", Some("movies")),
            (
                "/movies/_search/point_in_time",
                "search.point_in_time",
                Some("movies"),
            ),
            ("/_search/scroll", "search.scroll", None),
            ("/_bulk", "bulk", None),
            ("/a,b/_bulk", "bulk", Some("a,b")),
            ("/_snapshot/repository/name", "snapshot", None),
            ("/_all/_search", "search", Some("_all")),
            ("/_cat/Movies2024", "cat", None),
            ("/_AKIDEXAMPLE", "_OTHER", None),
            ("/movies/_%73earch", "_OTHER", Some("movies")),
        ] {
            let kind = Kind::of_path(path);
            assert_eq!((&*kind.operation(), kind.index), (name, index), "{path}");
        }
    }

    #[test]
    fn a_document_whose_id_is_an_api_stays_a_document() {
        for (path, is_document) in [
            ("/movies/_doc/_search", true),
            ("/movies/_create/_bulk", true),
            ("/movies/_doc", false),
            ("/_doc/1", false),
            ("/movies/_doc/1/x", false),
        ] {
            assert_eq!(Kind::of_path(path).is_document(), is_document, "{path}");
        }
    }

    #[test]
    fn what_a_call_states_is_not_guessed_from_its_path() {
        let stated = Stated {
            words: "_doc",
            has_index: true,
        };
        let kind = Kind::stated(stated, "/_all/_doc/_search");
        assert_eq!((kind.family, kind.index), ("_doc", Some("_all")));
        assert_eq!(kind.detail, Some("_search"));
    }
}
