//! The load itself: records in, outcomes out, files written meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sigtower::BoxError;
use sigtower::ingest::{Load, Watch};
use sigtower::opensearch::{Client, index};
use tokio::sync::oneshot;
use tokio::time::interval;

use super::args::Args;
use super::feed::{feed, read_ahead};
use super::formats;
use super::input;
use super::progress::Progress;
use super::summary::Summary;
use super::tracker::{Tracker, lock};

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
