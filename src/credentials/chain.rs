use aws_config::default_provider::credentials::DefaultCredentialsChain;

/// AWS's default chain: environment, profile (assume-role, SSO, process), web identity, ECS and EKS,
/// then EC2's instance metadata.
///
/// ```no_run
/// # async fn example() {
/// let provider = sigtower::credentials::default_chain().await;
/// # let _ = provider;
/// # }
/// ```
pub async fn default_chain() -> DefaultCredentialsChain {
    DefaultCredentialsChain::builder().build().await
}
