//! Text of any content in every place that takes text: it arrives as given, or is refused with a
//! typed error and nothing sent.

mod calls;
mod refused;
mod requests;

/// Characters that end lines, strings or texts somewhere, or are not ASCII.
fn hostile_chars() -> impl Iterator<Item = char> {
    ('\0'..='\u{1f}').chain('\u{7f}'..='\u{ff}')
}
