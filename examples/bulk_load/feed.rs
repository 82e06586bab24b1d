//! Reads the records and pushes them into the load.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::time::Duration;

use sigtower::BoxError;
use sigtower::ingest::{Load, Watch};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::formats::Records;
use super::record::Record;
use super::tracker::{Tracker, lock};

/// Pushes all records, and waits for their outcomes. Returns whether the whole input was read.
pub(crate) async fn feed(
    load: Load,
    mut batches: mpsc::Receiver<Vec<io::Result<Record>>>,
    tracker: &Mutex<Tracker>,
) -> Result<bool, BoxError> {
    let mut interrupt = pin!(interrupted());
    let mut ended = Ok(true);
    'input: loop {
        let batch = tokio::select! {
            () = &mut interrupt => { ended = Ok(false); break }
            batch = batches.recv() => batch,
        };
        let Some(batch) = batch else { break };
        for record in batch {
            let record = record.map_err(|error| format!("cannot read the input further: {error}"));
            let taken = match record {
                Ok(record) => lock(tracker).take(record),
                Err(error) => Err(error.into()),
            };
            let operation = match taken {
                Ok(Some(operation)) => operation,
                Ok(None) => continue,
                Err(error) => {
                    ended = Err(error);
                    break 'input;
                }
            };
            tokio::select! {
                biased;
                pushed = load.push(operation) => if let Err(error) = pushed {
                    ended = Err(error.into());
                    break 'input;
                },
                () = &mut interrupt => { ended = Ok(false); break 'input }
            }
            if lock(tracker).has_failed() {
                break 'input;
            }
        }
    }
    finish(
        load,
        ended.as_ref().is_ok_and(|is_whole| *is_whole),
        interrupt,
    )
    .await;
    ended
}

/// Waits for the outcomes: without limit, unless the user interrupts the load, now or before.
async fn finish(load: Load, is_whole: bool, interrupt: Pin<&mut impl Future<Output = ()>>) {
    let watch = load.watch();
    let mut finished = pin!(async {
        load.finish().await;
    });
    if is_whole {
        tokio::select! {
            () = &mut finished => return,
            () = interrupt => {}
        }
    }
    let again = interrupted();
    let limited = timeout(PATIENCE, &mut finished);
    tokio::select! {
        result = limited => if result.is_ok() { return },
        () = again => {}
    }
    drop_and_wait(&watch).await;
}

/// What was not sent is rejected, and what is in flight gets a little more time.
async fn drop_and_wait(watch: &Watch) {
    for _ in 0..100 {
        let now = watch.statistics();
        if now.submitted == now.done + now.rejected + now.unknown {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Reads the input on a thread of its own, a little ahead.
pub(crate) fn read_ahead(mut records: Records) -> mpsc::Receiver<Vec<io::Result<Record>>> {
    let (sender, receiver) = mpsc::channel(2);
    std::thread::spawn(move || {
        loop {
            let mut bytes = 0;
            let mut batch = Vec::new();
            while batch.len() < 256 && bytes < 256 * 1024 {
                let Some(record) = records.next() else { break };
                if let Ok(Record {
                    content: Ok(operation),
                    ..
                }) = &record
                {
                    bytes += operation.source().map_or(0, |source| source.len());
                }
                batch.push(record);
            }
            if batch.is_empty() || sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Ctrl-C, or the signal by which a system stops a program.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}

/// How long an interrupted load waits for the outcome of what it has read.
const PATIENCE: Duration = Duration::from_secs(30);
