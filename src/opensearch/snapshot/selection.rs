//! Which indices of a snapshot a restore is for.

/// The indices that a caller names, in the order of the calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    pub(super) patterns: Vec<String>,
    pub(super) with_system_indices: bool,
}

impl Selection {
    /// Returns the list for the request.
    ///
    /// `-.*` leaves out the indices whose names begin with a dot: those of the system and of plugins,
    /// and the security index, which no caller may restore. What the caller names with a dot comes
    /// after it.
    pub(super) fn expression(&self) -> String {
        self.terms().join(",")
    }

    /// Returns the selected ones of these indices, as the server selects them: each term adds or
    /// removes what it matches.
    pub(super) fn of<'a>(&self, indices: &'a [String], data_streams: &[String]) -> Vec<&'a str> {
        let mut selected = vec![false; indices.len()];
        for term in self.terms() {
            let (pattern, adds) = match term.strip_prefix('-') {
                Some(pattern) => (pattern, false),
                None => (&*term, true),
            };
            for (index, is_selected) in indices.iter().zip(&mut selected) {
                if matches(pattern, index) {
                    *is_selected = adds;
                }
            }
        }
        let streams: Vec<_> = data_streams
            .iter()
            .filter(|stream| self.has(stream))
            .map(|stream| format!(".ds-{stream}-"))
            .collect();
        let is_of_a_stream =
            |index: &str| streams.iter().any(|prefix| index.starts_with(&**prefix));
        let chosen = indices.iter().zip(selected);
        chosen
            .filter(|(index, is_selected)| *is_selected || is_of_a_stream(index))
            .map(|(index, _)| index.as_str())
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        let mut has = false;
        for term in self.terms() {
            match term.strip_prefix('-') {
                Some(pattern) if matches(pattern, name) => has = false,
                None if matches(&term, name) => has = true,
                _ => {}
            }
        }
        has
    }

    fn terms(&self) -> Vec<String> {
        let named = self.patterns.iter().flat_map(|list| list.split(','));
        let mut terms: Vec<String> = named
            .map(str::trim)
            .filter(|term| !term.is_empty())
            .map(|term| if term == "_all" { "*" } else { term })
            .map(str::to_owned)
            .collect();
        if terms.first().is_none_or(|first| first.starts_with('-')) {
            terms.insert(0, "*".into());
        }
        let may_match_a_dot = |term: &String| term.starts_with(['*', '?']);
        if self.with_system_indices || !terms.iter().any(may_match_a_dot) {
            return terms;
        }
        let (mut asked, mut terms): (Vec<_>, Vec<_>) =
            terms.into_iter().partition(|term| term.starts_with('.'));
        terms.push("-.*".into());
        terms.append(&mut asked);
        terms
    }
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(patterns: &[&str]) -> Selection {
        Selection {
            patterns: patterns.iter().map(|it| (*it).to_owned()).collect(),
            with_system_indices: false,
        }
    }

    #[test]
    fn system_indices_are_left_out_unless_named() {
        for (patterns, expected) in [
            (&[][..], "*,-.*"),
            (&["movies"], "movies"),
            (&["movies*", "logs"], "movies*,logs"),
            (&["*"], "*,-.*"),
            (&["_all"], "*,-.*"),
            (&["-logs"], "*,-logs,-.*"),
            (&["*,-logs"], "*,-logs,-.*"),
            (&[".kibana_1"], ".kibana_1"),
            (&[".kibana_1,*"], "*,-.*,.kibana_1"),
        ] {
            assert_eq!(selection(patterns).expression(), expected);
        }
        let everything = Selection {
            with_system_indices: true,
            ..selection(&["*"])
        };
        assert_eq!(everything.expression(), "*");
    }

    #[test]
    fn terms_add_and_remove_in_their_order() {
        let indices = [
            ".kibana_1",
            ".opendistro_security",
            ".ds-web-000001",
            "logs-1",
            "logs-2",
            "movies",
        ]
        .map(str::to_owned);
        let streams = ["web".to_owned()];
        for (patterns, expected) in [
            (
                &[][..],
                &[".ds-web-000001", "logs-1", "logs-2", "movies"][..],
            ),
            (&["logs-*", "-logs-1"], &["logs-2"]),
            (&["-logs-*"], &[".ds-web-000001", "movies"]),
            (&["web"], &[".ds-web-000001"]),
            (
                &["*,-web,.kibana_1"],
                &[".kibana_1", "logs-1", "logs-2", "movies"],
            ),
            (&["m*e*s"], &["movies"]),
            (&["movie"], &[]),
        ] {
            let selected = selection(patterns);
            assert_eq!(selected.of(&indices, &streams), expected, "{patterns:?}");
        }
    }
}
