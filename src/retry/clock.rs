//! Learns how far the clocks of services are from ours.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use http::header::{AGE, DATE};
use http::{HeaderMap, HeaderValue, Uri};

use crate::origin::Origin;
use crate::sigv4::ClockSkew;

/// The clocks of the services that a client has called, as of their last responses.
///
/// An origin counts only for its own clock, and only over TLS or on loopback. Otherwise anybody who can write a `Date`
/// could obtain signatures for a different time than now.
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

    /// How far ahead the origin is that responded last.
    pub(super) fn latest(&self) -> ClockSkew {
        ClockSkew::from_millis(self.latest.load(Ordering::Relaxed))
    }

    /// The clock of the origin of this URI, if it is followed.
    pub(super) fn of(&self, uri: &Uri) -> Option<Arc<ServiceClock>> {
        if !self.is_followed {
            return None;
        }
        let is_of = |clock: &&Arc<ServiceClock>| clock.origin.is_of(uri);
        if let Some(clock) = self.known.load().iter().find(is_of) {
            return Some(Arc::clone(clock)); // was trustworthy when it was added
        }
        let origin = Origin::of(uri).filter(Origin::is_protected)?;
        self.known.rcu(|known| {
            if known.iter().any(|clock| is_of(&clock)) {
                return Arc::clone(known); // a concurrent request added it
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
                "the service's clock differs from ours; signatures follow it"
            );
        }
    }
}

impl ServiceClock {
    pub(super) fn skew(&self) -> ClockSkew {
        ClockSkew::from_millis(self.milliseconds.load(Ordering::Relaxed))
    }
}

/// How far the service's clock is ahead by this response. `stated` is the time in its text, which counts if there is no
/// `Date`.
pub(super) fn measure(
    headers: &HeaderMap,
    stated: Option<SystemTime>,
    sent: SystemTime,
    received: SystemTime,
) -> Option<ClockSkew> {
    let elapsed = received.duration_since(sent).unwrap_or_default();
    // A response from a cache has the `Date` of when it was stored there.
    if headers.contains_key(AGE) || elapsed > SLOWEST {
        return None;
    }
    let date = headers.get(DATE).and_then(time_of);
    let skew = ClockSkew::between(sent + elapsed / 2, date.or(stated)?);
    (skew.abs() <= FARTHEST).then_some(skew)
}

/// The time that a `Date` states. All responses of one second have the same text, so each thread keeps the last one that
/// it has read.
fn time_of(date: &HeaderValue) -> Option<SystemTime> {
    LAST_DATE.with_borrow_mut(|(last, time)| {
        if date.as_bytes() != last {
            let read = httpdate::parse_http_date(date.to_str().ok()?).ok()?;
            // Older formats have a different length.
            let Ok(text) = date.as_bytes().try_into() else {
                return Some(read);
            };
            (*last, *time) = (text, read);
        }
        Some(*time)
    })
}

thread_local! {
    /// The text of a `Date` in its usual format, and its time.
    static LAST_DATE: RefCell<([u8; 29], SystemTime)> = const { RefCell::new(([0; 29], SystemTime::UNIX_EPOCH)) };
}

const SLOWEST: Duration = Duration::from_secs(15 * 60);
/// A day, and the second that a `Date` is rounded down by.
const FARTHEST: Duration = Duration::from_secs(24 * 60 * 60 + 1);
const MOST_ORIGINS: usize = 256;
const NOTEWORTHY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn at(date: &str) -> SystemTime {
        httpdate::parse_http_date(date).unwrap()
    }

    fn measured(headers: &[(&'static str, &'static str)], stated: Option<&str>) -> Option<i64> {
        let map = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        let sent = at("Wed, 22 May 2024 12:00:00 GMT");
        let received = at("Wed, 22 May 2024 12:00:02 GMT");
        measure(&map, stated.map(at), sent, received).map(ClockSkew::as_millis)
    }

    #[test]
    fn each_date_has_its_own_time_whichever_was_read_before() {
        let (minute, hour) = (58_000, 3_598_000);
        for (date, skew) in [
            ("Wed, 22 May 2024 12:00:59 GMT", Some(minute)),
            ("Wed, 22 May 2024 12:00:59 GMT", Some(minute)),
            ("Wednesday, 22-May-24 13:00:00 GMT", Some(hour + 1000)),
            ("Wed May 22 12:00:59 2024", Some(minute)),
            ("Wed, 22 May 2024 12:00:5x GMT", None),
            ("Wed, 22 May 2024 12:59:59 GMT", Some(hour)),
            ("Wed, 22 May 2024 12:00:59 GMT", Some(minute)),
        ] {
            assert_eq!(measured(&[("date", date)], None), skew, "{date}");
        }
    }

    #[test]
    fn skew_is_the_distance_of_date_from_the_middle_of_the_exchange() {
        let date = ("date", "Wed, 22 May 2024 12:05:01 GMT");
        assert_eq!(measured(&[date], None), Some(300_000));
        assert_eq!(
            measured(&[date], Some("Wed, 22 May 2024 13:00:00 GMT")),
            Some(300_000)
        );
        assert_eq!(
            measured(&[], Some("Wed, 22 May 2024 11:50:01 GMT")),
            Some(-600_000)
        );
        let broken = ("date", "Wed, 32 May 2024 12:05:01 GMT");
        assert_eq!(
            measured(&[broken], Some("Wed, 22 May 2024 12:00:01 GMT")),
            Some(0)
        );
        for headers in [&[][..], &[broken], &[("date", "")], &[("age", "0"), date]] {
            assert_eq!(measured(headers, None), None, "{headers:?}");
        }
    }

    #[test]
    fn a_clock_more_than_a_day_off_is_not_followed() {
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
    fn an_origin_counts_for_its_own_clock_only_over_tls_or_on_loopback() {
        let (hour, minute) = (
            ClockSkew::from_millis(3_600_000),
            ClockSkew::from_millis(60_000),
        );
        for (uri, counts, is_same) in [
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
            assert_eq!(other.is_some(), counts, "{uri}");
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
    fn any_number_of_origins_takes_bounded_memory() {
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
}
