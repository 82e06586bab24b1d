//! Caches a provider's credentials and fetches new ones before they expire.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `cached` | [`CachedCredentials`], what callers see |
//! | `refresh` | how callers begin calls to the provider, drive them and wait for them |
//! | `store` | what all clones of a cache share, and what a caller does next |
//! | `settle` | what the end of a call to the provider changes |
//! | `held` | the credentials in use and what is known about them |
//! | `schedule`, `pause`, `local_clock` | when to fetch, how long to pause, by which clock |
//! | `shared_call` | one call to the provider that many callers wait for |
//! | `fetch`, `runtime`, `timer`, `stopwatch` | how the provider is called |

mod cached;
mod fetch;
mod guard;
mod held;
mod local_clock;
mod pause;
mod refresh;
mod runtime;
mod schedule;
mod settle;
mod shared_call;
mod stopwatch;
mod store;
mod sync;
#[cfg(all(test, shuttle))]
mod threads;
mod timer;

pub use self::cached::CachedCredentials;
