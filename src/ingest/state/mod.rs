//! All that the pusher, the driver and the requests share, behind one lock.
//!
//! In: operations that are pushed, and verdicts about chunks that were sent. Out: chunks to send, and
//! outcomes. Nothing here waits. Each file has one of the steps: [`room`] and [`take`] for the pusher,
//! [`next`] for the driver, [`end`] for a request, [`give_up`] for an end before its time.

mod end;
mod give_up;
mod gzip;
mod load_state;
mod next;
mod phase;
mod ready;
mod room;
mod take;
#[cfg(test)]
mod tests;

pub(super) use self::gzip::Gzip;
pub(super) use self::load_state::State;
pub(super) use self::next::Started;
pub(super) use self::phase::Phase;
pub(super) use self::room::Room;
