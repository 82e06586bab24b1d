//! Whether a text is a date.

/// Whether `text` has the format `strict_date_optional_time`: a year, then optionally a month, a
/// day, a time and a zone.
pub(super) fn is_date(text: &str) -> bool {
    read(text).is_some()
}

/// Whether `text` may have one of the formats with slashes that OpenSearch detects in documents:
/// `2015/08/30`, with or without a time.
pub(super) fn may_be_date_with_slashes(text: &str) -> bool {
    let date = text.split(' ').next().unwrap_or_default();
    let has_digits_and_slashes = date
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'/');
    has_digits_and_slashes && date.len() == 10 && date.as_bytes()[4] == b'/'
}

fn read(text: &str) -> Option<()> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (date, time) = match unsigned.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (unsigned, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|month| number(month, 2));
    let day = parts.next().map(|day| number(day, 2));
    if parts.next().is_some() {
        return None;
    }
    match (month, day) {
        (None, _) if time.is_some() => return None,
        (None, _) => {}
        (Some(month), None) if time.is_none() => {
            (1..=12).contains(&month?).then_some(())?;
        }
        (Some(_), None) => return None,
        (Some(month), Some(day)) => is_day(year, month?, day?).then_some(())?,
    }
    time.map_or(Some(()), time_of_day)
}

/// Reads `HH:mm:ss.SSS` and a zone; all of it is optional.
fn time_of_day(text: &str) -> Option<()> {
    let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone_at);
    zone_of(zone)?;
    if time.is_empty() {
        return zone.is_empty().then_some(());
    }
    let (time, fraction) = match time.split_once(['.', ',']) {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let parts: Vec<u64> = time
        .split(':')
        .map(|part| number(part, 2))
        .collect::<Option<_>>()?;
    let is_time = match parts[..] {
        [hour] => hour < 24 && fraction.is_none(),
        [hour, minute] => hour < 24 && minute < 60 && fraction.is_none(),
        [hour, minute, second] => hour < 24 && minute < 60 && second < 60,
        _ => false,
    };
    let is_fraction = fraction
        .is_none_or(|fraction| (1..=9).contains(&fraction.len()) && digits(fraction).is_some());
    (is_time && is_fraction).then_some(())
}

/// Reads `Z`, `+02:00`, `+0200` or `+02`.
fn zone_of(zone: &str) -> Option<()> {
    if zone.is_empty() || zone == "Z" {
        return Some(());
    }
    let offset = zone.strip_prefix(['+', '-'])?;
    let (hour, minute) = match offset.len() {
        2 => (offset, "00"),
        4 => (offset.get(..2)?, offset.get(2..)?),
        5 => offset.split_once(':')?,
        _ => return None,
    };
    (number(hour, 2)? <= 18 && number(minute, 2)? < 60).then_some(())
}

fn number(text: &str, length: usize) -> Option<u64> {
    (text.len() == length).then_some(())?;
    digits(text)
}

fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok())?
}

fn is_day(year: u64, month: u64, day: u64) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=length).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenSearch 2.19.4 answered to each of these texts in a field of type `date`, or made of
    /// it in a new field.
    #[test]
    fn dates_are_those_of_opensearch() {
        for text in [
            "2015",
            "2015-08",
            "2015-08-30",
            "2015-08-30T",
            "2015-08-30T12",
            "2015-08-30T12Z",
            "2015-08-30T12:00",
            "2015-08-30T12:00Z",
            "2015-08-30T12:00:00",
            "2015-08-30T12:00:00Z",
            "2015-08-30T12:00:00.1Z",
            "2015-08-30T12:00:00.123456789Z",
            "2015-08-30T12:00:00,123Z",
            "2015-08-30T12:00:00+02:00",
            "2015-08-30T12:00:00+0200",
            "2015-08-30T12:00:00+02",
            "-2015-01-01",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "2015-08-30T12:00:00.1234567891Z",
            "2015-08-30 12:00:00",
            "2015-13-01",
            "2015-02-30",
            "2015-8-30",
            "20150830",
            "2015-08-30T25:00",
            "2015-08-30T24:00",
            "2015-W01",
            "2015-001",
            "02015-01-01",
            "2015-08-30Z",
            "2015-08-30+02:00",
            "2015-08-30T12:00:60Z",
            "2015-08-30t12:00:00z",
            "٢٠١٥-٠٨-٣٠",
            "2015-08-30 ",
            " 2015-08-30",
            "now",
        ] {
            assert!(!is_date(text), "{text}");
        }
        for text in ["2015/08/30", "2015/08/30 12:00:00"] {
            assert!(may_be_date_with_slashes(text), "{text}");
        }
        for text in ["", "1/2", "a/b", "2015-08-30", "and/or", "1234567890"] {
            assert!(!may_be_date_with_slashes(text), "{text}");
        }
    }
}
