//! The time formats of signatures and of the `date` header.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds in a day.
const DAY: u64 = 86_400;

/// Writes `20150830T123600Z`.
pub(super) fn format(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / DAY);
    let second = seconds % DAY;
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Writes `Sun, 30 Aug 2015 12:36:00 GMT`, as in a `date` header.
pub(in crate::testing) fn http_date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let seconds = seconds(time);
    let (year, month, day) = civil(seconds / DAY);
    let pick = |names: &[&'static str], at: u64| names[usize::try_from(at).unwrap_or(0)];
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        pick(&DAYS, seconds / DAY % 7),
        pick(&MONTHS, month - 1),
        seconds % DAY / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Reads `20150830T123600Z`; any other format is `None`.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let (date, clock) = (digits(&bytes[..8])?, digits(&bytes[9..15])?);
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
    if year < 1970 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_epoch(year, month, day)?;
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u64::from(byte - b'0'))
    })
}

fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || day == 0 || day > month_length(year, month) {
        return None;
    }
    let years: u64 = (1970..year).map(year_length).sum();
    let months: u64 = (1..month).map(|month| month_length(year, month)).sum();
    Some(years + months + day - 1)
}

/// Year, month and day of a number of days since 1970, in constant time for any year.
fn civil(days: u64) -> (u64, u64, u64) {
    // Four centuries have a fixed number of days, and 1970-01-01 is day 719,468 since 0000-03-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = match month_from_march {
        0..=9 => (month_from_march + 3, 0),
        _ => (month_from_march - 9, 1),
    };
    (era * 400 + year_of_era + next_year, month, day)
}

fn year_length(year: u64) -> u64 {
    if leap(year) { 366 } else { 365 }
}

fn month_length(year: u64, month: u64) -> u64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_back() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T235959Z", 951_868_799),
            ("20150830T123600Z", 1_440_938_160),
            ("20991231T235959Z", 4_102_444_799),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse(text), Some(time), "{text}");
            assert_eq!(format(time), text);
        }
    }

    #[test]
    fn http_dates_state_the_day_of_the_week() {
        let time = parse("20150830T123600Z").unwrap();
        assert_eq!(http_date(time), "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(http_date(UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn every_day_of_four_centuries_is_written_and_read_back() {
        for days in 0..146_100 {
            let time = UNIX_EPOCH + Duration::from_secs(days * DAY);
            assert_eq!(parse(&format(time)), Some(time), "day {days}");
        }
    }

    #[test]
    fn malformed_times_are_not_read() {
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830 123600Z",
            "20150230T123600Z",
            "21000229T000000Z",
            "20151301T123600Z",
            "20150830T243600Z",
            "2015083+T123600Z",
            "19691231T235959Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
