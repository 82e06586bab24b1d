use crate::credentials::ProvideCredentials;

/// A provider of credentials, by value or by reference.
///
/// Every [`ProvideCredentials`] and every reference to one implements it. The compiler finds out
/// which of the two it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not provide credentials",
    note = "give a provider or a reference to one: `Credentials`, `Environment`, `from_fn(..)`, `default_chain().await`"
)]
pub trait CredentialsArg<const BY_REFERENCE: bool> {
    /// The provider.
    fn provider(&self) -> &dyn ProvideCredentials;
}

impl<P: ProvideCredentials> CredentialsArg<false> for P {
    fn provider(&self) -> &dyn ProvideCredentials {
        self
    }
}

impl<P: ProvideCredentials> CredentialsArg<true> for &P {
    fn provider(&self) -> &dyn ProvideCredentials {
        *self
    }
}
