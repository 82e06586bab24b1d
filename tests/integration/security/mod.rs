//! What must never happen: a secret shown, a request led astray, text that becomes something else.

mod bodies;
mod canary;
mod cleartext;
mod hostile_text;
mod identifiers;
mod redirects;
mod regions;
