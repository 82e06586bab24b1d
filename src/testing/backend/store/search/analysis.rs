//! The standard analyzer: text cut into words in lower case.

use unicode_segmentation::UnicodeSegmentation;

/// The words of a text, as the standard analyzer of OpenSearch finds them.
pub(super) fn words(text: &str) -> Vec<String> {
    let segments = text.split_word_bounds();
    segments
        .filter(|segment| segment.chars().any(is_of_word))
        .flat_map(|word| {
            let word: Vec<char> = word.chars().collect();
            let parts = word.chunks(LONGEST).map(lower_case);
            parts.collect::<Vec<_>>()
        })
        .collect()
}

/// Lower case of each character by itself, as Lucene does.
fn lower_case(word: &[char]) -> String {
    word.iter()
        .map(|c| c.to_lowercase().next().unwrap_or(*c))
        .collect()
}

/// Whether a segment with this character is a word.
fn is_of_word(c: char) -> bool {
    let is_emoji = matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}');
    c.is_alphanumeric() || is_emoji
}

/// Longer words are cut.
const LONGEST: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens are those of `POST /_analyze` of OpenSearch 2.19.4.
    #[test]
    fn words_are_those_of_the_standard_analyzer() {
        for (text, expected) in [
            ("don't stop", "don't|stop"),
            ("example.com", "example.com"),
            ("3.14 1,000 a.b", "3.14|1,000|a.b"),
            ("a_b c-d", "a_b|c|d"),
            ("user@example.com", "user|example.com"),
            ("C++ C#", "c|c"),
            (
                "映画 フィルム テスト ひらがな",
                "映|画|フィルム|テスト|ひ|ら|が|な",
            ),
            ("한국어 텍스트", "한국어|텍스트"),
            ("naïve CAFÉ", "naïve|café"),
            ("İstanbul", "istanbul"),
            ("ß ẞ ﬁ", "ß|ß|ﬁ"),
            ("😀 ok 👍🏽", "😀|ok|👍🏽"),
            ("a.b.c U.S.A.", "a.b.c|u.s.a"),
            ("x'y 'quoted'", "x'y|quoted"),
            ("don’t", "don’t"),
            ("1.a a.1", "1|a|a|1"),
            ("1st 2nd", "1st|2nd"),
            ("a/b\\c", "a|b|c"),
            ("e\u{301}", "e\u{301}"),
            ("a\u{ad}b", "a\u{ad}b"),
            ("٣٤ ३४", "٣٤|३४"),
            ("$5.00 50%", "5.00|50"),
            ("#tag @user", "tag|user"),
            ("http://a.b/c?d=e", "http|a.b|c|d|e"),
            ("__init__ _x", "__init__|_x"),
            ("1:30", "1|30"),
            ("it's 'tis", "it's|tis"),
            ("O'Neil's", "o'neil's"),
            ("日本語テキストABC", "日|本|語|テキスト|abc"),
            ("!!!", ""),
        ] {
            assert_eq!(words(text).join("|"), expected, "{text}");
        }
        let long = words(&"a".repeat(300));
        let lengths: Vec<_> = long.iter().map(String::len).collect();
        assert_eq!(lengths, [255, 45]);
    }
}
