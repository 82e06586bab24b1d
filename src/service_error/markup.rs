//! Reads AWS's error documents in XML, and the pages of proxies and load balancers.

use super::codes;
use super::content::{Content, Form, is_interrupted};

/// Reads a text that begins with `<`.
pub(super) fn read(text: &str) -> Content {
    error_document(text).unwrap_or_else(|| page(text))
}

/// Reads an `<Error>` that begins with its `<Code>`, alone as S3 writes it or in the envelope of the Query protocols.
fn error_document(text: &str) -> Option<Content> {
    let mut rest = text.trim_start();
    if rest.starts_with("<?xml") {
        rest = rest.split_once("?>")?.1;
    }
    let (mut root, mut rest) = opening(rest)?;
    if matches!(root, "ErrorResponse" | "Response") {
        (root, rest) = opening(rest)?;
        if root == "Errors" {
            (root, rest) = opening(rest)?;
        }
    }
    if root != "Error" {
        return None;
    }
    // The Query protocol says first whose fault the error is.
    if let Some((("Type", _), after)) = element(rest) {
        rest = after;
    }
    let ((name, code), mut rest) = element(rest)?;
    if name != "Code" {
        return None;
    }
    let mut content = Content {
        code: codes::short(&unescaped(code)).map(str::to_owned),
        ..Content::default()
    };
    while let Some(((name, value), after)) = element(rest) {
        let text = || Some(unescaped(value)).filter(|text| !text.is_empty());
        match name {
            "Message" => content.message = text(),
            "RequestId" | "RequestID" => content.request_id = text(),
            "RequestTime" => content.request_time = text(),
            "ServerTime" => content.server_time = text(),
            "MaxSizeAllowed" | "MaxMessageLengthBytes" => content.size_limit = value.parse().ok(),
            _ => {}
        }
        rest = after;
    }
    if content.request_id.is_none() {
        // The Query protocol names the request after the error.
        content.request_id = first(text, &["RequestId", "RequestID"]);
    }
    Some(content)
}

/// The heading says what a page is about.
fn page(text: &str) -> Content {
    let heading = first(text, &["title", "TITLE", "h1", "H1"]);
    let shown = heading.clone().unwrap_or_else(|| without_tags(text));
    let is_page = text.get(..5).is_some_and(|start| {
        start.eq_ignore_ascii_case("<html") || start.eq_ignore_ascii_case("<!doc")
    });
    Content {
        // The cluster writes no pages. What the page says may leave open whether the cluster had the request.
        form: match is_page && !is_interrupted(&shown) {
            true => Form::NoServer,
            false => Form::Unclear,
        },
        message: heading.or_else(|| Some(shown).filter(|shown| !shown.is_empty())),
        ..Content::default()
    }
}

/// The name of the element that begins here, and what follows its tag.
fn opening(text: &str) -> Option<(&str, &str)> {
    let (tag, rest) = text.trim_start().strip_prefix('<')?.split_once('>')?;
    let name = tag.split_ascii_whitespace().next()?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_name && !tag.ends_with('/')).then_some((name, rest))
}

/// The name and the content of the element that begins here, and what follows it.
fn element(text: &str) -> Option<((&str, &str), &str)> {
    let text = text.trim_start();
    if let Some((tag, rest)) = text.strip_prefix('<')?.split_once("/>")
        && tag
            .trim_end()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
    {
        return Some(((tag.trim_end(), ""), rest));
    }
    let (name, rest) = opening(text)?;
    let (content, rest) = rest.split_once(&format!("</{name}>"))?;
    Some(((name, content), rest))
}

/// The text of the first of these elements that has nothing but text.
fn first(markup: &str, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (_, rest) = markup.split_once(&format!("<{name}>"))?;
        let (content, _) = rest.split_once('<')?;
        let content = on_one_line(&unescaped(content));
        (!content.is_empty()).then_some(content)
    })
}

fn without_tags(markup: &str) -> String {
    let parts = markup.split('<').map(|part| part.split_once('>'));
    let texts = parts.filter_map(|part| Some(part?.1));
    on_one_line(&texts.collect::<Vec<_>>().join(" "))
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescaped(text: &str) -> String {
    let mut text = text.trim().to_owned();
    for (escape, char) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#xA;", "\n"),
        ("&#10;", "\n"),
        // Last: what it makes is not an escape again.
        ("&amp;", "&"),
    ] {
        if text.contains(escape) {
            text = text.replace(escape, char);
        }
    }
    text
}
