//! Learns how far the services' clocks are from ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use http::header::{AGE, DATE};
use http::{HeaderMap, Uri};

use crate::origin::Origin;
use crate::sigv4::ClockSkew;

/// The clocks of the services that a client has asked, as their last answers had them.
///
/// Each origin is believed on its own clock only, and only over TLS or on loopback: whoever can
/// write a `Date` could otherwise have signatures made for another time than now.
#[derive(Debug)]
pub(super) struct ServiceClocks {
    is_followed: bool,
    known: ArcSwap<Vec<Arc<ServiceClock>>>,
    latest: AtomicI64,
}

/// One origin's clock.
#[derive(Debug)]
pub(super) struct ServiceClock {
    origin: Origin,
    milliseconds: AtomicI64,
}

impl ServiceClocks {
    pub(super) fn new(is_followed: bool) -> Self {
        Self {
            is_followed,
            known: ArcSwap::default(),
            latest: AtomicI64::new(0),
        }
    }

    /// How far the origin that answered last is ahead.
    pub(super) fn latest(&self) -> ClockSkew {
        ClockSkew::from_millis(self.latest.load(Ordering::Relaxed))
    }

    /// The clock of where this goes, if it counts.
    pub(super) fn of(&self, uri: &Uri) -> Option<Arc<ServiceClock>> {
        if !self.is_followed {
            return None;
        }
        let is_of = |clock: &&Arc<ServiceClock>| clock.origin.is_of(uri);
        if let Some(clock) = self.known.load().iter().find(is_of) {
            return Some(Arc::clone(clock)); // judged when it came to be known
        }
        let origin = Origin::of(uri).filter(Origin::is_protected)?;
        self.known.rcu(|known| {
            if known.iter().any(|clock| is_of(&clock)) {
                return Arc::clone(known); // another request was quicker
            }
            let forgotten = (known.len() + 1).saturating_sub(MOST_ORIGINS);
            let new = Arc::new(ServiceClock {
                origin: origin.clone(),
                milliseconds: AtomicI64::new(0),
            });
            let kept = known[forgotten..].iter().cloned();
            Arc::new(kept.chain([new]).collect())
        });
        self.known.load().iter().find(is_of).cloned()
    }

    pub(super) fn learn(&self, clock: &ServiceClock, skew: ClockSkew) {
        let learned = skew.as_millis();
        self.latest.store(learned, Ordering::Relaxed);
        let before = clock.milliseconds.swap(learned, Ordering::Relaxed);
        if before.abs_diff(learned) > NOTEWORTHY.as_millis() as u64 {
            tracing::info!(
                server.address = clock.origin.host(),
                clock.skew.before = %ClockSkew::from_millis(before),
                clock.skew = %skew,
                "the service's clock is off from ours; signatures follow it"
            );
        }
    }
}

impl ServiceClock {
    pub(super) fn skew(&self) -> ClockSkew {
        ClockSkew::from_millis(self.milliseconds.load(Ordering::Relaxed))
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

/// The service's time in the text of a refusal: where S3 says so, or else the last one that is
/// written as signatures have it.
pub(super) fn said(text: &str) -> Option<SystemTime> {
    if let Some((_, after)) = text.split_once("<ServerTime>") {
        return extended_time(after.split('<').next()?);
    }
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.filter_map(basic_time).next_back()
}

/// Reads `2024-05-22T12:00:00Z`, with or without a fraction of a second.
fn extended_time(text: &str) -> Option<SystemTime> {
    let text = text.trim().strip_suffix('Z')?;
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
    basic_time(&format!("{}Z", whole.replace(['-', ':'], "")))
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
const MOST_ORIGINS: usize = 256;
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
    fn s8_an_origin_is_believed_on_its_own_clock_only_by_tls_or_on_loopback() {
        let (hour, minute) = (
            ClockSkew::from_millis(3_600_000),
            ClockSkew::from_millis(60_000),
        );
        for (uri, is_believed, is_same) in [
            ("https://a.example/y", true, true),
            ("https://A.example/", true, true),
            ("https://b.example/", true, false),
            ("https://a.example:444/", true, false),
            ("http://127.0.0.1:9200/", true, false),
            ("http://[::1]:9200/", true, false),
            ("http://localhost:1/", true, false),
            ("http://a.example/", false, false),
            ("http://127.a.example/", false, false),
            ("/relative", false, false),
        ] {
            let clocks = ServiceClocks::new(true);
            let first = clocks.of(&Uri::from_static("https://a.example/x")).unwrap();
            clocks.learn(&first, hour);
            let other = clocks.of(&Uri::from_static(uri));
            assert_eq!(other.is_some(), is_believed, "{uri}");
            let Some(other) = other else { continue };
            let expected = if is_same { hour } else { ClockSkew::ZERO };
            assert_eq!(other.skew(), expected, "{uri}");
            clocks.learn(&other, minute);
            assert_eq!(first.skew(), if is_same { minute } else { hour }, "{uri}");
            assert_eq!(clocks.latest(), minute);
        }
        let ignored = ServiceClocks::new(false);
        assert!(
            ignored
                .of(&Uri::from_static("https://a.example/"))
                .is_none()
        );
    }

    #[test]
    fn origins_without_end_take_no_memory_without_end() {
        let clocks = ServiceClocks::new(true);
        let uri = |number: usize| Uri::try_from(format!("https://b{number}.example/")).unwrap();
        for number in 0..10 * MOST_ORIGINS {
            let clock = clocks.of(&uri(number)).unwrap();
            clocks.learn(&clock, ClockSkew::from_millis(number as i64));
        }
        assert_eq!(clocks.known.load().len(), MOST_ORIGINS);
        let last = clocks.of(&uri(10 * MOST_ORIGINS - 1)).unwrap();
        assert_ne!(last.skew(), ClockSkew::ZERO);
        assert_eq!(clocks.of(&uri(1)).unwrap().skew(), ClockSkew::ZERO);
    }

    #[test]
    fn the_time_of_a_refusal_is_the_services_and_not_the_requests() {
        let noon = Some(at("20240522T120000Z"));
        let of_s3 = |time: &str| {
            said(&format!(
                "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the \
                 request time and the current time is too large.</Message>\
                 <RequestTime>20240522T110000Z</RequestTime><ServerTime>{time}</ServerTime>\
                 <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>"
            ))
        };
        for time in [
            "2024-05-22T12:00:00Z",
            "2024-05-22T12:00:00.123Z",
            " 2024-05-22T12:00:00Z ",
        ] {
            assert_eq!(of_s3(time), noon, "{time}");
        }
        for time in [
            "",
            "soon",
            "2024-05-22 12:00:00Z",
            "2024-05-22T12:00:00",
            "2024-13-22T12:00:00Z",
            "2024-05-22T12:00:00.xZ",
            "2024-05-22T12:00:00\u{e9}Z",
        ] {
            assert_eq!(of_s3(time), None, "{time}");
        }
        let of_the_edge = "Signature expired: 20240522T115000Z is now earlier than \
                           20240522T115500Z (20240522T120000Z - 5 min.)";
        assert_eq!(said(of_the_edge), noon);
        assert_eq!(said("20240522T120000Z <ServerTime>"), None);
        assert_eq!(said("no time"), None);
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
