use serde_json::{Map, Value, json};

use crate::opensearch::error::Error;
use crate::policy::{Arn, partition_of};

/// Where snapshots are stored: a bucket that a domain reaches with a role, or a place of a
/// self-managed cluster.
///
/// ```
/// use sigtower::opensearch::Call;
/// use sigtower::opensearch::snapshot::Repository;
///
/// let role = "arn:aws:iam::123456789012:role/snapshots";
/// let repository = Repository::s3("my-bucket", role).region("eu-west-1").base_path("movies");
/// assert_eq!(repository.register("backups").request()?.uri(), "/_snapshot/backups");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Repository {
    place: Place,
    settings: Map<String, Value>,
}

#[derive(Clone, Debug)]
enum Place {
    S3 {
        bucket: String,
        /// Self-managed clusters have credentials of their own instead.
        role_arn: Option<String>,
        region: Option<String>,
        endpoint: Option<String>,
    },
    Fs,
}

impl Repository {
    /// A bucket that an Amazon OpenSearch Service domain reaches by assuming this IAM role
    /// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshot-registerdirectory.html)).
    ///
    /// The role needs the policies [`snapshot_access`](crate::policy::snapshot_access) and
    /// [`trust`](crate::policy::trust()). The bucket is in the region of the client that registers the
    /// repository, unless [`region`](Self::region) sets a different one.
    pub fn s3(bucket: impl Into<String>, role_arn: impl Into<String>) -> Self {
        Self::of_bucket(bucket.into(), Some(role_arn.into()))
    }

    /// As [`s3`](Self::s3), with the role's ARN made from its partition (`aws`, `aws-cn`,
    /// `aws-us-gov`, …), account id and name.
    pub fn s3_with_role(
        bucket: impl Into<String>,
        partition: &str,
        account: &str,
        role_name: &str,
    ) -> Self {
        Self::s3(
            bucket,
            format!("arn:{partition}:iam::{account}:role/{role_name}"),
        )
    }

    /// A bucket that a self-managed cluster with the plugin `repository-s3` reaches with credentials
    /// of its own.
    pub fn s3_self_managed(bucket: impl Into<String>) -> Self {
        Self::of_bucket(bucket.into(), None)
    }

    /// A directory that all nodes of a self-managed cluster share, inside of one in `path.repo`.
    pub fn fs(location: impl Into<String>) -> Self {
        Self {
            place: Place::Fs,
            settings: Map::new(),
        }
        .setting("location", location.into())
    }

    /// Sets the bucket's region.
    ///
    /// AWS wants `endpoint` instead of `region` for us-east-1, and both in China and in AWS GovCloud
    /// (US). The registration does that.
    pub fn region(mut self, name: impl Into<String>) -> Self {
        if let Place::S3 { region, .. } = &mut self.place {
            *region = Some(name.into());
        }
        self
    }

    /// Sets the S3 endpoint, for example one of a VPC or of MinIO.
    pub fn endpoint(mut self, host: impl Into<String>) -> Self {
        if let Place::S3 { endpoint, .. } = &mut self.place {
            *endpoint = Some(host.into());
        }
        self
    }

    /// Sets the prefix of the repository's objects in the bucket.
    pub fn base_path(self, path: impl Into<String>) -> Self {
        self.setting("base_path", path.into())
    }

    /// Whether S3 encrypts the objects with keys that it manages.
    pub fn server_side_encryption(self, on: bool) -> Self {
        self.setting("server_side_encryption", on)
    }

    /// Whether the cluster may only read the repository. Only one cluster may write to it.
    pub fn readonly(self, readonly: bool) -> Self {
        self.setting("readonly", readonly)
    }

    /// Sets a setting that has no method here, by its name in the reference.
    pub fn setting(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.settings.insert(name.into(), json.into());
        self
    }

    /// Returns the bucket and the role's ARN, if there are any.
    pub(super) fn bucket_and_role(&self) -> Option<(&str, &str)> {
        match &self.place {
            Place::S3 {
                bucket,
                role_arn: Some(role_arn),
                ..
            } => Some((bucket, role_arn)),
            _ => None,
        }
    }

    /// Returns the body of the registration. `client_region` is used if the bucket has no region.
    pub(super) fn body(&self, client_region: Option<&str>) -> Result<Value, Error> {
        let mut settings = self.settings.clone();
        let Place::S3 {
            bucket,
            role_arn,
            region,
            endpoint,
        } = &self.place
        else {
            check(&settings, "location")?;
            return Ok(json!({ "type": "fs", "settings": settings }));
        };
        check_bucket(bucket)?;
        settings.insert("bucket".into(), bucket.as_str().into());
        // A self-managed cluster has a region of its own, which is not the client's.
        let default = client_region.filter(|_| role_arn.is_some());
        let region = region.as_deref().or(default);
        if let Some(role_arn) = role_arn {
            let role = check_role(role_arn)?;
            let Some(region) = region else {
                return Err(Error::invalid(format!(
                    "the region of bucket {bucket} is missing; set it with `region`"
                )));
            };
            check_partition(&role, region)?;
            settings.insert("role_arn".into(), role_arn.as_str().into());
        }
        let own_endpoint = region.and_then(|region| endpoint_of(region, role_arn.is_some()));
        if let Some(endpoint) = endpoint.clone().or(own_endpoint) {
            settings.insert("endpoint".into(), endpoint.into());
        }
        if let Some(region) = region.filter(|it| *it != "us-east-1" || role_arn.is_none()) {
            settings.insert("region".into(), region.into());
        }
        Ok(json!({ "type": "s3", "settings": settings }))
    }

    fn of_bucket(bucket: String, role_arn: Option<String>) -> Self {
        Self {
            place: Place::S3 {
                bucket,
                role_arn,
                region: None,
                endpoint: None,
            },
            settings: Map::new(),
        }
    }
}

/// The endpoint that the plugin cannot derive from the region.
fn endpoint_of(region: &str, is_domain: bool) -> Option<String> {
    if region.starts_with("cn-") {
        return Some(format!("s3.{region}.amazonaws.com.cn"));
    }
    if region.starts_with("us-gov-") {
        return Some(format!("s3.{region}.amazonaws.com"));
    }
    (is_domain && region == "us-east-1").then(|| "s3.amazonaws.com".into())
}

fn check(settings: &Map<String, Value>, name: &str) -> Result<(), Error> {
    match settings.get(name).and_then(Value::as_str) {
        Some("") | None => Err(Error::invalid(format!(
            "setting `{name}` of the repository is empty"
        ))),
        _ => Ok(()),
    }
}

fn check_bucket(bucket: &str) -> Result<(), Error> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_allowed) {
        return Ok(());
    }
    let mut reason = format!("{bucket:?} is not a bucket name");
    if bucket.starts_with("arn:") || bucket.contains('/') {
        reason += "; give the name alone, without ARN, URL or path";
    }
    Err(Error::invalid(reason))
}

fn check_role(text: &str) -> Result<Arn, Error> {
    let arn = Arn::parse(text)
        .map_err(|error| Error::invalid(format!("role_arn: {error}")).with_source(error))?;
    let name = arn.resource().strip_prefix("role/").unwrap_or_default();
    if arn.service() != "iam" || name.is_empty() {
        return Err(Error::invalid(format!(
            "role_arn: {arn} is not the ARN of an IAM role, such as arn:aws:iam::123456789012:role/snapshots"
        )));
    }
    Ok(arn)
}

/// A role and a bucket of different partitions cannot work together.
fn check_partition(role: &Arn, region: &str) -> Result<(), Error> {
    let expected = match partition_of(region) {
        Some(partition) => partition,
        // Regions of other partitions have names that this crate does not list.
        None if matches!(role.partition(), "aws-cn" | "aws-us-gov") => "aws",
        None => return Ok(()),
    };
    if role.partition() == expected {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "role_arn: {role} is in partition {}, but region {region} is in {expected}",
        role.partition()
    )))
}
