use std::fmt::{self, Write as _};

/// Shows a server's text on one line, without control characters, cut to a readable length.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, char) in self.0.chars().enumerate() {
            if count == MOST_SHOWN {
                return f.write_char('…');
            }
            if char.is_control() || is_layout(char) {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// Characters that change the order in which the text around them is shown.
fn is_layout(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const MOST_SHOWN: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_no_control_characters_and_ends() {
        let shown = OneLine("a\nb\u{1b}[31m\u{202e}c\u{7f}").to_string();
        assert_eq!(shown, r"a\nb\u{1b}[31m\u{202e}c\u{7f}");
        assert_eq!(
            OneLine(&"x".repeat(5000)).to_string().chars().count(),
            MOST_SHOWN + 1
        );
    }
}
