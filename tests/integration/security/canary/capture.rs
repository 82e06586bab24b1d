//! All that any crate logs on this thread.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::listening::keep_callsites_on;

/// Captures from [`start`](Self::start) to [`stop`](Self::stop), `tracing` and `log` alike.
pub(super) struct Capture {
    text: Text,
    _guard: DefaultGuard,
}

impl Capture {
    pub(super) fn start() -> Self {
        let text = Text::default();
        keep_callsites_on();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(text.clone());
        Self {
            text,
            _guard: subscriber.set_default(),
        }
    }

    pub(super) fn stop(self) -> String {
        String::from_utf8(self.text.0.lock().unwrap().clone()).unwrap()
    }
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Text {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
