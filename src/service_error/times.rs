//! Times as signatures and S3 write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads `20240522T120000Z`.
pub(super) fn basic(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = &bytes[from..to];
        digits.iter().try_fold(0_u64, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u64::from(digit - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let is_real = year >= 1970
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_real {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Writes `2024-05-22T12:00:00Z`, with or without a fraction of a second, as `20240522T120000Z`.
pub(super) fn to_basic(text: &str) -> Option<String> {
    let text = text.trim();
    if basic(text).is_some() {
        return Some(text.to_owned());
    }
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_shaped = whole.len() == 19
        && whole.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !is_shaped || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let time = format!("{}Z", whole.replace(['-', ':'], ""));
    basic(&time).is_some().then_some(time)
}

/// Days from 1970-01-01. Years begin on 1 March here, so that leap days come last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_signatures_write_them() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T235959Z", 951_868_799),
            ("20150830T123600Z", 1_440_938_160),
            ("20991231T235959Z", 4_102_444_799),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(basic(text), Some(time), "{text}");
        }
        for text in [
            "",
            "20150830T123600",
            "20150830T243600Z",
            "20151330T123600Z",
            "2015083+T123600Z",
            "19691231T235959Z",
            "00000101T000000Z",
        ] {
            assert_eq!(basic(text), None, "{text}");
        }
    }

    #[test]
    fn the_times_of_s3_become_those_of_signatures() {
        for text in [
            "2024-05-22T12:00:00Z",
            "2024-05-22T12:00:00.123Z",
            " 2024-05-22T12:00:00Z ",
            "20240522T120000Z",
        ] {
            assert_eq!(
                to_basic(text).as_deref(),
                Some("20240522T120000Z"),
                "{text}"
            );
        }
        for text in [
            "",
            "soon",
            "2024-05-22 12:00:00Z",
            "2024-05-22T12:00:00",
            "2024-13-22T12:00:00Z",
            "2024-05-22T12:00:00.xZ",
            "2024-05-22T12:00:00\u{e9}Z",
        ] {
            assert_eq!(to_basic(text), None, "{text}");
        }
    }
}
