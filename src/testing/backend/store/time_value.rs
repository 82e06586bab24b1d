//! Durations in the notation of OpenSearch: `30s`, `1m`, `-1`.

use std::time::Duration;

use super::error::ApiError;

/// Reads a duration; `None` for `-1`, which OpenSearch reads as "no limit".
///
/// `setting` is the name of the parameter, for the message.
pub(super) fn parse(setting: &str, text: &str) -> Result<Option<Duration>, ApiError> {
    let normal = text.trim().to_lowercase();
    if normal == "-1" {
        return Ok(None);
    }
    if normal == "0" {
        return Ok(Some(Duration::ZERO));
    }
    let bad = |problem: &str| {
        ApiError::illegal_argument(format!(
            "failed to parse setting [{setting}] with value [{text}] as a time value: {problem}"
        ))
    };
    let unit = UNITS
        .iter()
        .find_map(|(unit, nanos)| Some((normal.strip_suffix(unit)?, *nanos)));
    let Some((number, nanos)) = unit else {
        return Err(bad("unit is missing or unrecognized"));
    };
    let number: u64 = number
        .trim()
        .parse()
        .map_err(|_| bad("negative or fractional durations are not supported"))?;
    Ok(Some(Duration::from_nanos(number.saturating_mul(nanos))))
}

/// Units and their nanoseconds; a unit stands before the units that it ends with.
const UNITS: [(&str, u64); 7] = [
    ("nanos", 1),
    ("micros", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, expected) in [
            ("30s", Some(Duration::from_secs(30))),
            ("1M", Some(Duration::from_secs(60))),
            ("100ms", Some(Duration::from_millis(100))),
            ("7nanos", Some(Duration::from_nanos(7))),
            ("2d", Some(Duration::from_secs(172_800))),
            ("0", Some(Duration::ZERO)),
            ("-1", None),
        ] {
            assert_eq!(parse("timeout", text).unwrap(), expected, "{text}");
        }
        for text in ["", "5", "soon", "-5s", "1.5s", "s", "99999999999999999999s"] {
            assert!(parse("timeout", text).is_err(), "{text}");
        }
    }
}
