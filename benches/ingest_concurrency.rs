//! Which controller gets the most out of a server, and is refused the least?
//!
//! `cargo bench --bench ingest_concurrency`. Eight simulated servers, at least twenty seeds each; baseline:
//! the best limit that does not change. Each cell is the share of its throughput, and the share of
//! chunks that was refused; first from second 10 to 20, then from 25 to 40.

#[path = "ingest/controllers.rs"]
mod controllers;
#[path = "ingest/simulation.rs"]
mod simulation;

use sigtower::ingest::Concurrency;

use self::controllers::{Aimd, Gradient2, HillClimber, Vegas};
use self::simulation::{Control, best_fixed, run, servers};

fn main() {
    let runs = if std::env::args().any(|argument| argument == "--test") {
        2
    } else {
        20
    };
    let controllers: [(&str, Make); 5] = [
        ("sigtower", || Box::new(Concurrency::new(64))),
        ("AIMD", || Box::new(Aimd::new())),
        ("Vegas", || Box::new(Vegas::new())),
        ("Gradient2", || Box::new(Gradient2::new())),
        ("hill climber", || Box::new(HillClimber::new())),
    ];
    print!("| server | best fixed |");
    controllers.iter().for_each(|(name, _)| print!(" {name} |"));
    println!("\n| --- | --- |{}", " --- |".repeat(controllers.len()));
    for (name, server) in servers() {
        // Chance deals the chunks of the slow node, so that its runs differ by 10 %.
        let seeds = if server.slow.is_some() {
            5 * runs
        } else {
            runs
        };
        let windows = [(10.0, 20.0), (25.0, 40.0)];
        let best = best_fixed(&server, windows, 101..101 + seeds);
        print!("| {name} | {:.0}/s at {} |", best[1].0, best[1].1);
        for (_, controller) in &controllers {
            let mut cell = String::new();
            let traces: Vec<_> = (1..=seeds)
                .map(|seed| run(&server, &mut *controller(), seed))
                .collect();
            for (window, (best, _)) in windows.into_iter().zip(best) {
                let mean = |of: &dyn Fn(&simulation::Trace) -> f64| {
                    100.0 * traces.iter().map(of).sum::<f64>() / seeds as f64
                };
                let share = mean(&|trace| trace.rate(window)) / server.rate.unwrap_or(best);
                let refused = mean(&|trace| trace.refused(window));
                cell += &format!(" {share:.0} % ({refused:.1} %)");
            }
            print!("{cell} |");
        }
        println!();
    }
}

/// Makes a controller.
type Make = fn() -> Box<dyn Control>;
