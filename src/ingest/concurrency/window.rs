//! Sums up the responses of a short time.

/// The window that is open, and the least latency per byte of those that are closed.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    began: f64,
    open: Sums,
    least_per_byte: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    accepted: f64,
    refused: f64,
    /// Latency of accepted work, and its bytes.
    latency: f64,
    bytes: f64,
}

/// A window that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) refused: f64,
    accepted: f64,
    latency: f64,
    length: f64,
}

impl Window {
    pub(super) fn add(&mut self, latency: f64, bytes: usize, accepted: f64) {
        self.open.accepted += accepted;
        self.open.refused += 1.0 - accepted;
        self.open.latency += accepted * latency;
        self.open.bytes += accepted * bytes.max(1) as f64;
    }

    /// Closes the window if it is `length` long.
    pub(super) fn close(&mut self, now: f64, length: f64) -> Option<Closed> {
        let actual = now - self.began;
        if actual < length {
            return None;
        }
        let sums = std::mem::take(&mut self.open);
        self.began = now;
        if sums.accepted > 0.5 {
            let mean = sums.latency / sums.bytes;
            // It rises slowly, in case the server has become slower for good.
            let least = self
                .least_per_byte
                .map_or(mean, |least| (least * 1.001).min(mean));
            self.least_per_byte = Some(least);
        }
        Some(Closed {
            refused: sums.refused,
            accepted: sums.accepted,
            latency: sums.latency,
            length: actual,
        })
    }

    pub(super) fn least_per_byte(&self) -> Option<f64> {
        self.least_per_byte
    }
}

impl Closed {
    pub(super) fn refused_share(&self) -> f64 {
        self.refused / (self.refused + self.accepted).max(f64::MIN_POSITIVE)
    }

    /// How many chunks the server worked on, on average.
    pub(super) fn working(&self) -> f64 {
        self.latency / self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_sums_up_its_responses() {
        let mut window = Window::default();
        window.add(0.1, 1000, 1.0);
        window.add(0.3, 3000, 0.5);
        assert!(window.close(1.9, 2.0).is_none());
        let closed = window.close(2.0, 2.0).unwrap();
        assert_eq!((closed.refused, closed.refused_share()), (0.5, 0.25));
        assert!((closed.working() - 0.25 / 2.0).abs() < 1e-9);
        assert!((window.least_per_byte().unwrap() - 0.25 / 2500.0).abs() < 1e-9);
        // The next one begins where this one ended.
        assert!(window.close(3.9, 2.0).is_none());
        let empty = window.close(4.0, 2.0).unwrap();
        assert_eq!((empty.refused_share(), empty.working()), (0.0, 0.0));
    }

    #[test]
    fn the_least_latency_falls_at_once_and_rises_slowly() {
        let mut window = Window::default();
        assert_eq!(window.least_per_byte(), None);
        for (now, latency, accepted, least) in [
            (1.0, 0.2, 1.0, 2e-4),
            (2.0, 0.1, 1.0, 1e-4),
            (3.0, 0.3, 1.0, 1.001e-4),
            // A window with half an accepted chunk or less does not change it.
            (4.0, 0.01, 0.5, 1.001e-4),
        ] {
            window.add(latency, 1000, accepted);
            window.close(now, 1.0).unwrap();
            let is = window.least_per_byte().unwrap();
            assert!((is - least).abs() < 1e-9, "{is} {least}");
        }
    }
}
