//! What a run would send, and the IAM documents that it needs.

use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::Value;
use sigtower::BoxError;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch::snapshot::{Get, Repository};
use sigtower::opensearch::{Call, index};
use sigtower::policy::{self, Arn};

use super::Arguments;
use super::recipe::{create, name, restore_of};

pub(crate) fn print(arguments: &Arguments) -> Result<(), BoxError> {
    let mut text = String::new();
    write(&mut text, arguments)?;
    // The reader may close the pipe early, as in `snapshot --dry-run … | head`.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

fn write(out: &mut String, arguments: &Arguments) -> Result<(), BoxError> {
    let (index, repository) = (&*arguments.index, &*arguments.repository);
    let (snapshot, region) = (name(arguments), region());
    writeln!(
        out,
        "# register the repository; repeat it while IAM takes time to apply a new role"
    )?;
    request(out, &place(arguments, &region).register(repository))?;
    writeln!(out, "# make the snapshot, and wait for it")?;
    request(out, &create(repository, &snapshot, index))?;
    request(out, &Get::new(repository, &snapshot))?;
    writeln!(out, "# delete the index")?;
    request(out, &index::Delete::new(index))?;
    writeln!(
        out,
        "# restore it: no other index, no aliases, no state of the cluster"
    )?;
    request(out, &restore_of(repository, &snapshot, index))?;

    let (Some(bucket), Some(role_arn)) = (&arguments.bucket, &arguments.role_arn) else {
        return Ok(());
    };
    let role = Arn::parse(role_arn)?;
    writeln!(
        out,
        "# the policy of {role}, and of the caller, who passes the role"
    )?;
    writeln!(out, "{}\n", policy::snapshot_access(bucket, &role)?)?;
    let domain = Arn::domain(role.partition(), &region, role.account(), "DOMAIN")?;
    writeln!(
        out,
        "# the trust policy of {role}; put the domain's name for DOMAIN"
    )?;
    writeln!(out, "{}\n", policy::trust(&domain).document()?)?;
    let caller = Arn::role(role.partition(), role.account(), "CALLER")?;
    writeln!(
        out,
        "# with fine-grained access control: PUT /_plugins/_security/api/rolesmapping/manage_snapshots"
    )?;
    writeln!(
        out,
        "# put the name of the caller's role for CALLER, and add the mappings that exist"
    )?;
    writeln!(out, "{}", policy::role_mapping([&caller])?)?;
    Ok(())
}

fn place(arguments: &Arguments, region: &str) -> Repository {
    arguments.place().region(region)
}

/// The region of the domain at `OPENSEARCH_URL`, or of the `AWS_*` variables.
fn region() -> String {
    let url = env::var("OPENSEARCH_URL").ok();
    let endpoint = url.and_then(|url| Endpoint::parse(url).ok());
    let region = endpoint.and_then(|endpoint| Some(endpoint.region()?.to_string()));
    region
        .or_else(|| env::var("AWS_REGION").ok())
        .or_else(|| env::var("AWS_DEFAULT_REGION").ok())
        .unwrap_or_else(|| "us-east-1".into())
}

fn request(out: &mut String, call: &impl Call) -> Result<(), BoxError> {
    let request = call.request()?;
    writeln!(out, "{} {}", request.method(), request.uri())?;
    if !request.body().as_bytes().is_empty() {
        let body: Value = serde_json::from_slice(request.body().as_bytes())?;
        writeln!(out, "{body:#}")?;
    }
    writeln!(out)?;
    Ok(())
}
