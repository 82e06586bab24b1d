//! Learns how far the service's clock is from ours.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{AGE, DATE};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri};

use crate::endpoint;
use crate::metrics;
use crate::sigv4::ClockSkew;

/// The skew of one client's service, as the last answer had it.
///
/// It is learned from the origin of the first request only, over TLS or from loopback: whoever
/// can write a `Date` could otherwise have signatures made for another time than now.
#[derive(Debug)]
pub(super) struct ServiceClock {
    is_followed: bool,
    milliseconds: AtomicI64,
    origin: OnceLock<Option<(Scheme, Authority)>>,
}

impl ServiceClock {
    pub(super) fn new(is_followed: bool) -> Self {
        Self {
            is_followed,
            milliseconds: AtomicI64::new(0),
            origin: OnceLock::new(),
        }
    }

    pub(super) fn skew(&self) -> ClockSkew {
        ClockSkew::from_millis(self.milliseconds.load(Ordering::Relaxed))
    }

    /// Whether what this origin says about the time counts.
    pub(super) fn trusts(&self, uri: &Uri) -> bool {
        if !self.is_followed {
            return false;
        }
        let origin = self.origin.get_or_init(|| trustworthy(uri));
        origin.as_ref().is_some_and(|(scheme, authority)| {
            (Some(scheme), Some(authority)) == (uri.scheme(), uri.authority())
        })
    }

    pub(super) fn learn(&self, from: &Uri, skew: ClockSkew) {
        metrics::clock_skew(from, skew);
        let learned = skew.as_millis();
        let before = self.milliseconds.swap(learned, Ordering::Relaxed);
        if before.abs_diff(learned) > NOTEWORTHY.as_millis() as u64 {
            let (before, now) = (ClockSkew::from_millis(before), skew);
            tracing::info!(
                clock.skew.before = %before,
                clock.skew = %now,
                "the service's clock is off from ours; signatures follow it"
            );
        }
    }
}

/// How far the service's clock is ahead by this answer; `said` is the time in its text, which
/// serves where there is no `Date`.
pub(super) fn measure(
    headers: &HeaderMap,
    said: Option<SystemTime>,
    sent: SystemTime,
    received: SystemTime,
) -> Option<ClockSkew> {
    let elapsed = received.duration_since(sent).unwrap_or_default();
    // An answer out of a cache has the `Date` of when it was put there.
    if headers.contains_key(AGE) || elapsed > SLOWEST {
        return None;
    }
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let skew = ClockSkew::between(sent + elapsed / 2, date.or(said)?);
    (skew.abs() <= FARTHEST).then_some(skew)
}

/// The service's time in the text of a refusal: the last one that is written as signatures have it.
pub(super) fn said(text: &str) -> Option<SystemTime> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.filter_map(basic_time).next_back()
}

fn trustworthy(uri: &Uri) -> Option<(Scheme, Authority)> {
    let (scheme, authority) = (uri.scheme()?, uri.authority()?);
    let is_safe = *scheme == Scheme::HTTPS || endpoint::is_loopback(authority.host());
    is_safe.then(|| (scheme.clone(), authority.clone()))
}

/// Reads `20240522T120000Z`.
fn basic_time(word: &str) -> Option<SystemTime> {
    let bytes = word.as_bytes();
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

/// Days from 1970-01-01, in years that begin on 1 March so that leap days come last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

const SLOWEST: Duration = Duration::from_secs(15 * 60);
/// A day, and the second that a `Date` cuts off.
const FARTHEST: Duration = Duration::from_secs(24 * 60 * 60 + 1);
const NOTEWORTHY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn at(text: &str) -> SystemTime {
        basic_time(text).unwrap()
    }

    fn measured(headers: &[(&'static str, &'static str)], said: Option<&str>) -> Option<i64> {
        let map = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        let (sent, received) = (at("20240522T120000Z"), at("20240522T120002Z"));
        measure(&map, said.map(at), sent, received).map(ClockSkew::as_millis)
    }

    #[test]
    fn skew_is_what_date_is_off_from_the_middle_of_the_exchange() {
        let date = ("date", "Wed, 22 May 2024 12:05:01 GMT");
        assert_eq!(measured(&[date], None), Some(300_000));
        assert_eq!(measured(&[date], Some("20240522T130000Z")), Some(300_000));
        assert_eq!(measured(&[], Some("20240522T115001Z")), Some(-600_000));
        let broken = ("date", "Wed, 32 May 2024 12:05:01 GMT");
        assert_eq!(measured(&[broken], Some("20240522T120001Z")), Some(0));
        for headers in [&[][..], &[broken], &[("date", "")], &[("age", "0"), date]] {
            assert_eq!(measured(headers, None), None, "{headers:?}");
        }
    }

    #[test]
    fn s8_a_clock_more_than_a_day_off_is_not_believed() {
        for (date, expected) in [
            ("Thu, 23 May 2024 12:00:02 GMT", Some(86_401_000)),
            ("Thu, 23 May 2024 12:00:03 GMT", None),
            ("Tue, 21 May 2024 12:00:00 GMT", Some(-86_401_000)),
            ("Tue, 21 May 2024 11:59:59 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", None),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ] {
            assert_eq!(measured(&[("date", date)], None), expected, "{date}");
        }
    }

    #[test]
    fn s8_only_the_first_origin_is_trusted_and_only_by_tls_or_on_loopback() {
        let uri = |text: &'static str| Uri::from_static(text);
        for (first, then, trusted) in [
            ("https://a.example/x", "https://a.example/y", true),
            ("https://a.example/", "https://A.example/", true),
            ("http://127.0.0.1:9200/", "http://127.0.0.1:9200/", true),
            ("http://[::1]:9200/", "http://[::1]:9200/", true),
            ("http://localhost:1/", "http://localhost:1/", true),
            ("http://a.example/", "http://a.example/", false),
            ("http://127.a.example/", "http://127.a.example/", false),
            ("https://a.example/", "https://b.example/", false),
            ("https://a.example/", "https://a.example:444/", false),
            ("https://localhost/", "http://localhost/", false),
            ("http://a.example/", "https://a.example/", false),
        ] {
            let clock = ServiceClock::new(true);
            clock.trusts(&uri(first));
            assert_eq!(clock.trusts(&uri(then)), trusted, "{first} {then}");
        }
        let ignored = ServiceClock::new(false);
        assert!(!ignored.trusts(&uri("https://a.example/")));
    }

    #[test]
    fn times_are_read_as_signatures_write_them() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T235959Z", 951_868_799),
            ("20150830T123600Z", 1_440_938_160),
            ("20991231T235959Z", 4_102_444_799),
        ] {
            assert_eq!(
                at(text),
                UNIX_EPOCH + Duration::from_secs(seconds),
                "{text}"
            );
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
            assert_eq!(basic_time(text), None, "{text}");
        }
    }
}
