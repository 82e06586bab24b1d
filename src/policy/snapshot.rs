use super::arn::Arn;
use super::document::{Document, Statement};
use super::error::PolicyError;

/// Returns the identity policy that the snapshot workflow needs: the bucket, its objects, and
/// `iam:PassRole`
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshot-create.html)).
///
/// Attach it to the snapshot role, which reads and writes the bucket, and to the caller who registers
/// the repository, who passes the role.
///
/// `iam:PassRole` is on **the ARN of the role**. A well-known recipe puts it on the ARN of the bucket.
/// That cannot work: a bucket cannot be passed, and the registration fails with
/// `User: … is not authorized to perform: iam:PassRole`.
///
/// ```
/// use sigtower::policy::{self, Arn};
///
/// let role = Arn::role("aws", "123456789012", "snapshots")?;
/// println!("{}", policy::snapshot_access("my-bucket", &role)?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// When the bucket's name is not valid, or the ARN is not one of an IAM role.
pub fn snapshot_access(bucket: &str, role: &Arn) -> Result<Document, PolicyError> {
    let role = role.checked_role()?;
    check_bucket(bucket)?;
    let bucket = format!("arn:{}:s3:::{bucket}", role.partition());
    Ok(Document::new(vec![
        Statement::allow(["s3:ListBucket"])
            .sid("Bucket")
            .on([&bucket]),
        Statement::allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
            .sid("Objects")
            .on([format!("{bucket}/*")]),
        Statement::allow(["iam:PassRole"])
            .sid("PassRole")
            .on([role.as_str()]),
    ]))
}

/// Checks the name of a bucket by [AWS's
/// rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
fn check_bucket(name: &str) -> Result<(), PolicyError> {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_valid = (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| is_alphanumeric(byte) || matches!(byte, b'.' | b'-'))
        && name.bytes().next().is_some_and(is_alphanumeric)
        && name.bytes().next_back().is_some_and(is_alphanumeric)
        && !name.contains("..");
    if is_valid {
        Ok(())
    } else {
        Err(PolicyError::Bucket(name.into()))
    }
}
