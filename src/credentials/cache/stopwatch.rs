use std::time::Duration;

/// Measures how long a call to the provider takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch {
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    started: std::time::Instant,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
            started: std::time::Instant::now(),
        }
    }

    /// Zero on WebAssembly without an operating system: it has no clock, and asking for one panics.
    /// The pauses then count from the beginning of a call, which is early enough.
    pub(super) fn elapsed(self) -> Duration {
        #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
        return self.started.elapsed();
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        return Duration::ZERO;
    }
}
