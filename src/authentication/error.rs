/// Why a user name, a password or a token cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {part} {problem}")]
pub struct InvalidLogin {
    pub(super) part: &'static str,
    pub(super) problem: &'static str,
}
