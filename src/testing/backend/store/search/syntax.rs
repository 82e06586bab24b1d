//! The outer syntax of a query string: clauses, operators, signs, escapes.

use super::super::error::ApiError;

/// A part of a query string, with what stands before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) operator: Operator,
    pub(super) sign: Sign,
    pub(super) text: String,
}

/// What stands between two clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    None,
    And,
    Or,
}

/// Whether a clause must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Must,
    Should,
    MustNot,
}

/// Splits a query string into clauses.
pub(super) fn clauses(text: &str) -> Result<Vec<Clause>, ApiError> {
    let mut clauses: Vec<Clause> = Vec::new();
    let (mut operator, mut is_not) = (Operator::None, false);
    for token in tokens(text).ok_or_else(|| unsupported(text))? {
        match token.as_str() {
            "AND" | "&&" | "OR" | "||" => {
                if clauses.is_empty() || operator != Operator::None || is_not {
                    return Err(unsupported(text));
                }
                operator = match token.as_str() {
                    "AND" | "&&" => Operator::And,
                    _ => Operator::Or,
                };
                continue;
            }
            "NOT" | "!" if is_not => return Err(unsupported("NOT NOT")),
            "NOT" | "!" => {
                is_not = true;
                continue;
            }
            _ => {}
        }
        let (sign, rest) = match token.chars().next() {
            Some('+') => (Sign::Must, &token[1..]),
            Some('-' | '!') => (Sign::MustNot, &token[1..]),
            _ => (Sign::Should, token.as_str()),
        };
        if rest.is_empty() || (is_not && sign != Sign::Should) {
            return Err(unsupported(text));
        }
        if let Some(special) = unescaped_special(rest) {
            return Err(unsupported(&special.to_string()));
        }
        clauses.push(Clause {
            operator,
            sign: if is_not { Sign::MustNot } else { sign },
            text: rest.to_owned(),
        });
        (operator, is_not) = (Operator::None, false);
    }
    if operator != Operator::None || is_not {
        return Err(unsupported(text));
    }
    Ok(clauses)
}

/// A part of a query string that the store does not support, or that OpenSearch cannot parse.
pub(super) fn unsupported(part: &str) -> ApiError {
    ApiError::unsupported(part, "in a query string")
}

/// Joins words that follow one another without an operator. OpenSearch looks for them as one text,
/// so that a keyword must have all of them.
pub(super) fn joined(clauses: Vec<Clause>) -> Vec<Clause> {
    let is_word = |clause: &Clause| {
        let is_plain = clause.operator == Operator::None && clause.sign == Sign::Should;
        is_plain && !has_unescaped(&clause.text, ":\"()[]{}*")
    };
    let mut joined: Vec<Clause> = Vec::new();
    let mut clauses = clauses.into_iter().peekable();
    let mut is_after_word = false;
    while let Some(clause) = clauses.next() {
        let is_last = clauses
            .peek()
            .is_none_or(|next| next.operator == Operator::None);
        match joined.last_mut() {
            Some(before) if is_after_word && is_word(&clause) && is_last => {
                before.text = format!("{} {}", before.text, clause.text);
            }
            _ => {
                is_after_word = is_word(&clause);
                joined.push(clause);
            }
        }
    }
    joined
}

/// Splits a clause at the first colon that is neither escaped nor within quotes or a group.
pub(super) fn split_field(clause: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    for (at, character) in clause.char_indices() {
        match character {
            '"' | '(' | '[' | '{' if !is_escaped => return None,
            ':' if !is_escaped => return Some((&clause[..at], &clause[at + 1..])),
            _ => is_escaped = character == '\\' && !is_escaped,
        }
    }
    None
}

/// What is within the parentheses of a clause, if they enclose all of it.
pub(super) fn group(clause: &str) -> Option<&str> {
    let inner = clause.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_usize;
    let mut quoted = false;
    for (_, character) in plain_characters(inner) {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// Whether a text has one of these characters without a backslash before it.
pub(super) fn has_unescaped(text: &str, characters: &str) -> bool {
    plain_characters(text).any(|(_, character)| characters.contains(character))
}

/// A text without the backslashes that escape its characters.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Splits at blanks that are not within quotes, brackets or parentheses; `None` if one of those is
/// not closed, or if nothing follows a backslash.
pub(super) fn tokens(text: &str) -> Option<Vec<String>> {
    let (mut tokens, mut token) = (Vec::new(), String::new());
    let mut open = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, open.last()) {
            (blank, None) if blank.is_whitespace() => {
                tokens.push(std::mem::take(&mut token));
                continue;
            }
            ('\\', _) => {
                token.push('\\');
                token.push(characters.next()?);
                continue;
            }
            ('"', Some('"')) => drop(open.pop()),
            (_, Some('"')) => {}
            ('"' | '(' | '[' | '{', _) => open.push(character),
            (')', _) => drop(open.pop().filter(|opening| *opening == '(')?),
            (']' | '}', _) => drop(open.pop().filter(|opening| *opening != '(')?),
            _ => {}
        }
        token.push(character);
    }
    tokens.push(token);
    tokens.retain(|token| !token.is_empty());
    open.is_empty().then_some(tokens)
}

/// A character with a meaning that the store does not support, outside of quotes.
fn unescaped_special(text: &str) -> Option<char> {
    let mut quoted = false;
    plain_characters(text).find_map(|(_, character)| {
        quoted ^= character == '"';
        (!quoted && "^~?/".contains(character)).then_some(character)
    })
}

/// The characters without a backslash before them.
fn plain_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, character)| {
        let is_plain = !is_escaped && *character != '\\';
        is_escaped = *character == '\\' && !is_escaped;
        is_plain
    })
}
