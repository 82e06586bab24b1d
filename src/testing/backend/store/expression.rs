//! Expressions that stand for several indices: `logs-*,-logs-1,metrics`.

use super::call::Call;
use super::cluster::Cluster;
use super::error::ApiError;
use super::name::{check_reserved, glob};

/// The names of the indices that an expression of indices, aliases and patterns stands for, sorted.
pub(super) fn resolve(
    cluster: &Cluster,
    expression: &str,
    call: &Call<'_>,
) -> Result<Vec<String>, ApiError> {
    Resolver::of(cluster, call, true)?.resolve(expression)
}

/// Like [`resolve`], but for calls that refuse aliases, and whose patterns do not match them.
pub(super) fn resolve_without_aliases(
    cluster: &Cluster,
    expression: &str,
    call: &Call<'_>,
) -> Result<Vec<String>, ApiError> {
    Resolver::of(cluster, call, false)?.resolve(expression)
}

struct Resolver<'a> {
    cluster: &'a Cluster,
    ignores_missing: bool,
    accepts_aliases: bool,
}

impl<'a> Resolver<'a> {
    fn of(cluster: &'a Cluster, call: &Call<'_>, accepts_aliases: bool) -> Result<Self, ApiError> {
        Ok(Self {
            cluster,
            ignores_missing: call.params.flag("ignore_unavailable", false)?,
            accepts_aliases,
        })
    }

    fn resolve(&self, expression: &str) -> Result<Vec<String>, ApiError> {
        if expression == "_all" {
            return Ok(self.matching("*"));
        }
        let mut names: Vec<String> = Vec::new();
        // A part that begins with `-` excludes indices, but only after a pattern.
        let mut after_pattern = false;
        for part in expression.trim_end_matches(',').split(',') {
            let excluded = part.strip_prefix('-').filter(|_| after_pattern);
            match excluded {
                Some(pattern) if pattern.contains('*') => {
                    names.retain(|name| !glob(pattern, name));
                }
                Some(name) => {
                    self.one(name)?;
                    names.retain(|known| known != name);
                }
                None if part.contains('*') => {
                    after_pattern = true;
                    names.extend(self.matching(part));
                }
                None => names.extend(self.one(part)?),
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The indices of a name without `*`.
    fn one(&self, name: &str) -> Result<Vec<String>, ApiError> {
        if self.cluster.indices.contains_key(name) {
            return Ok(vec![name.to_owned()]);
        }
        let of_alias: Vec<String> = self.cluster.of_alias(name).map(str::to_owned).collect();
        if !of_alias.is_empty() {
            return match self.accepts_aliases {
                true => Ok(of_alias),
                false => Err(ApiError::illegal_argument(format!(
                    "The provided expression [{name}] matches an alias, specify the corresponding \
                     concrete indices instead."
                ))),
            };
        }
        if name == "_all" {
            return Err(ApiError::unsupported(
                name,
                "as a part of an index expression",
            ));
        }
        check_reserved(name)?;
        if self.ignores_missing {
            Ok(Vec::new())
        } else {
            Err(ApiError::no_index(name))
        }
    }

    /// The indices that match a pattern, or one of whose aliases does.
    fn matching(&self, pattern: &str) -> Vec<String> {
        let indices = self.cluster.indices.iter().filter(|(name, index)| {
            let mut aliases = index.aliases.iter();
            glob(pattern, name)
                || (self.accepts_aliases && aliases.any(|alias| glob(pattern, alias)))
        });
        indices.map(|(name, _)| name.clone()).collect()
    }
}
