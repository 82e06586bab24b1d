//! Fine-grained access control, in the words of the security plugin.

use super::super::super::principal::{Access, Principal};
use super::error::ApiError;

/// Checks that the principal may carry out an action of the security plugin.
pub(super) fn check(principal: &Principal, action: &str) -> Result<(), ApiError> {
    let allowed = match principal.access() {
        Access::All => true,
        Access::Read => is_read(action),
        Access::None | Access::NoPolicy => false,
    };
    if allowed {
        return Ok(());
    }
    let (name, role) = (principal.arn(), principal.role_arn());
    let reason = format!(
        "no permissions for [{action}] and User [name={name}, backend_roles=[{role}], \
         requestedTenant=null]"
    );
    Err(ApiError::new(403, "security_exception", reason))
}

/// The roles `readall` and `readall_and_monitor` together.
fn is_read(action: &str) -> bool {
    let read = ["cluster:monitor/", "indices:data/read/"];
    // Those roles may open scrolls, but not close them.
    action != "indices:data/read/scroll/clear"
        && read.iter().any(|prefix| action.starts_with(prefix))
}
