use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How long to wait before a retry, and what the retry costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// A short failure: of a connection, of a gateway, of a node that shuts down.
    Transient,
    /// The service asks the client to slow down.
    Throttled,
}

impl Pace {
    /// How many tokens of the [`Quota`](super::quota::Quota) the retry costs.
    pub(super) fn cost(self) -> u32 {
        match self {
            Self::Transient => 14,
            Self::Throttled => 5,
        }
    }

    fn base(self) -> Duration {
        match self {
            Self::Transient => Duration::from_millis(50),
            Self::Throttled => Duration::from_secs(1),
        }
    }
}

/// The wait before a retry. The first retry has number 0. The service may request a longer wait.
pub(super) fn wait(pace: Pace, retry: u32, requested: Option<Duration>) -> Duration {
    wait_share(pace, retry, requested, fastrand::f64())
}

fn wait_share(pace: Pace, retry: u32, requested: Option<Duration>, share: f64) -> Duration {
    let longest = pace.base().saturating_mul(2_u32.saturating_pow(retry));
    let wait = longest.min(LONGEST).mul_f64(share);
    match requested {
        Some(requested) => requested.clamp(wait, wait + MOST_ADDED),
        None => wait,
    }
}

/// How long the service asks to wait. Values that cannot be read are ignored.
pub(super) fn requested_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(|text| text.trim().to_owned());
    let milliseconds = headers
        .get("x-amz-retry-after")
        .and_then(text)
        .and_then(|text| text.parse().ok());
    if let Some(milliseconds) = milliseconds {
        return Some(Duration::from_millis(milliseconds));
    }
    let after = headers.get(RETRY_AFTER).and_then(text)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(&after).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

const LONGEST: Duration = Duration::from_secs(20);
const MOST_ADDED: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn waits_double_up_to_a_cap_and_are_random_below_it() {
        for (pace, retry, longest) in [
            (Pace::Transient, 0, 50),
            (Pace::Transient, 1, 100),
            (Pace::Transient, 8, 12_800),
            (Pace::Transient, 9, 20_000),
            (Pace::Transient, u32::MAX, 20_000),
            (Pace::Throttled, 0, 1_000),
            (Pace::Throttled, 4, 16_000),
            (Pace::Throttled, 5, 20_000),
        ] {
            let longest = Duration::from_millis(longest);
            assert_eq!(wait_share(pace, retry, None, 1.0), longest);
            assert_eq!(wait_share(pace, retry, None, 0.0), Duration::ZERO);
            let waits: Vec<_> = (0..1000).map(|_| wait(pace, retry, None)).collect();
            assert!(waits.iter().all(|wait| *wait <= longest));
            let late = waits.iter().filter(|wait| **wait > longest / 2).count();
            // 500, give or take; 400 is six standard deviations away.
            assert!((400..600).contains(&late), "{late}");
        }
    }

    #[test]
    fn the_service_may_request_up_to_five_seconds_more_but_not_less() {
        for (requested, expected) in [(0, 500), (500, 500), (3_000, 3_000), (60_000, 5_500)] {
            let requested = Some(Duration::from_millis(requested));
            let wait = wait_share(Pace::Throttled, 0, requested, 0.5);
            assert_eq!(wait, Duration::from_millis(expected));
        }
    }

    #[test]
    fn a_requested_wait_is_read_or_ignored() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (headers, expected) in [
            (&[("x-amz-retry-after", "1500")][..], Some(1_500)),
            (&[("retry-after", "2")], Some(2_000)),
            (&[("retry-after", " 2 ")], Some(2_000)),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")],
                Some(7_000),
            ),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT")], Some(0)),
            (&[("x-amz-retry-after", "3"), ("retry-after", "9")], Some(3)),
            (
                &[("x-amz-retry-after", "soon"), ("retry-after", "9")],
                Some(9_000),
            ),
            (&[("x-amz-retry-after", "-1")], None),
            (&[("retry-after", "1.5")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "99999999999999999999999")], None),
            (&[], None),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            let expected = expected.map(Duration::from_millis);
            assert_eq!(requested_wait(&map, now), expected, "{headers:?}");
        }
    }
}
