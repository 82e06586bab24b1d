//! The load itself: records in, outcomes out, files written meanwhile.

use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sigtower::BoxError;
use sigtower::ingest::{Load, Watch};
use sigtower::opensearch::{Client, index};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, sleep, timeout};

use super::args::Args;
use super::formats::{self, Records};
use super::input;
use super::progress::Progress;
use super::record::Record;
use super::summary::Summary;
use super::tracker::Tracker;

/// Returns whether every operation succeeded.
pub(crate) async fn load(client: &Client, args: Args) -> Result<bool, BoxError> {
    let input = args.file.as_deref().map(input::open).transpose()?;
    let (size, read) = match &input {
        Some(input) => (input.size, Some(Arc::clone(&input.read))),
        None => (args.generate, None),
    };
    let records = formats::records(&args, input)?;
    let tracker = Arc::new(Mutex::new(Tracker::new(&args)?));

    let start = Instant::now();
    let load = begin(client, &args, &tracker);
    let watch = load.watch();
    let (stop, stopped) = oneshot::channel();
    let progress = Progress::new(size);
    let shown = show(progress, watch.clone(), read, Arc::clone(&tracker), stopped);
    let shown = tokio::spawn(shown);
    let ended = feed(load, read_ahead(records), &tracker).await;
    drop(stop);
    let progress = shown.await?;

    let statistics = watch.statistics();
    let (summary, indices, messages, hidden, failure, saved) = {
        let mut tracker = lock(&tracker);
        (
            Summary::new(tracker.counts, &statistics, start.elapsed()),
            tracker.indices.clone(),
            tracker.messages(),
            tracker.hidden(),
            tracker.failure(),
            tracker.save(),
        )
    };
    for line in messages {
        progress.say(&line);
    }
    if hidden > 0 {
        progress.say(&format!(
            "{hidden} more are not shown; --rejects FILE keeps them all"
        ));
    }
    refresh(client, indices).await;
    println!("{}", summary.line());
    if let Some(path) = &args.summary {
        summary.write(path)?;
    }
    match (failure, saved) {
        (Some(error), _) | (None, Err(error)) => return Err(error),
        (None, Ok(())) => {}
    }
    let is_whole = ended?;
    if !is_whole {
        eprintln!("interrupted: the rest of the input is not loaded");
    }
    Ok(is_whole && summary.rejected == 0 && summary.unknown == 0)
}

fn begin(client: &Client, args: &Args, tracker: &Arc<Mutex<Tracker>>) -> Load {
    let mut builder = client
        .ingest(&args.index)
        .ids(args.ids())
        .gzip(!args.no_gzip);
    if let Some(pipeline) = &args.pipeline {
        builder = builder.pipeline(pipeline);
    }
    if let Some(requests) = args.max_in_flight {
        builder = builder.max_in_flight(requests);
    }
    if let Some(bytes) = args.memory {
        builder = builder.memory(bytes);
    }
    let tracker = Arc::clone(tracker);
    builder
        .on_outcome(move |outcome| lock(&tracker).outcome(outcome))
        .start()
}

/// Pushes all records, and waits for their outcomes. Returns whether the whole input was read.
async fn feed(
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
fn read_ahead(mut records: Records) -> mpsc::Receiver<Vec<io::Result<Record>>> {
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

/// Shows progress and writes the files, until the load has ended.
async fn show(
    mut progress: Progress,
    watch: Watch,
    read: Option<Arc<AtomicU64>>,
    tracker: Arc<Mutex<Tracker>>,
    mut stopped: oneshot::Receiver<()>,
) -> Progress {
    let mut ticks = interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = &mut stopped => {
                progress.end();
                return progress;
            }
        }
        let messages = {
            let mut tracker = lock(&tracker);
            tracker.save_or_fail();
            tracker.messages()
        };
        for line in messages {
            progress.say(&line);
        }
        let statistics = watch.statistics();
        let position = read
            .as_ref()
            .map_or(statistics.submitted, |read| read.load(Ordering::Relaxed));
        progress.show(position, &statistics);
    }
}

/// Makes the documents visible to searches. Serverless collections do that by themselves.
async fn refresh(client: &Client, indices: impl IntoIterator<Item = String>) {
    for name in indices {
        let _ = client.send(index::Refresh::new(name)).await;
    }
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

fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long an interrupted load waits for the outcome of what it has read.
const PATIENCE: Duration = Duration::from_secs(30);
